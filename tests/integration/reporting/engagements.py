"""Routing's events about the engagement that is assessed."""

from typing import Any

from shared.contracts import routing
from shared.contracts.assessments import PROGRAM
from shared.contracts.event import Event, derived_id, padded
from tests.examples.assessments import AGENCY, ENGAGEMENT, NUMBER, PROVIDER, REQUEST
from tests.examples.streams import START


def routed(kind: str, number: int, *, program: str = PROGRAM, **more: Any) -> tuple[str, Event]:
    """Return an event of routing about the request of the engagement."""
    model: Any = {
        "engagement_opened": routing.EngagementOpened,
        "engagement_closed": routing.EngagementClosed,
    }[kind]
    data = {
        "request_id": REQUEST,
        "tracking_number": NUMBER,
        "participant": AGENCY,
        "status": "assigned",
        "program": program,
        "engagement_id": ENGAGEMENT,
        "provider": PROVIDER,
        **more,
    }
    event = model.model_validate(
        {
            "id": derived_id(str(number), kind, NUMBER),
            "source": "urn:cri:continuum:routing",
            "type": f"gov.cri.routing.{kind}.v1",
            "subject": NUMBER,
            "time": START,
            "correlationid": REQUEST,
            "causationid": "cause",
            "sequence": padded(number),
            "data": data,
        }
    )
    return routing.TOPIC, event


def opened(**more: Any) -> tuple[str, Event]:
    """Return the event that opens it."""
    return routed("engagement_opened", 1, offer_id=f"{NUMBER}-O1", **more)
