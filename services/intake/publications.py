"""Events that forward messages about publication: one has the codes, another the texts."""

from typing import Any

from pydantic_core import to_json

from services.intake.batch_state import BatchState, Published, Request
from services.intake.events import next_event
from services.intake.message import Message
from shared.contracts.assessments import DRAFTS_TOPIC, DraftFacts
from shared.contracts.event import Facts
from shared.contracts.intake import TOPIC, RequestFacts
from shared.contracts.publications import (
    AboutPublication,
    Plan,
    ReportDraft,
    ReportQuestion,
    facts_of,
    texts_of,
)

_DRAFT = "gov.cri.intake.draft_stated.v1"


def publication_events(
    message: Message, request: Request, batch: BatchState
) -> tuple[Published, ...]:
    """Return the event with the codes of *message*, and the one with its texts, if it has any."""
    data: AboutPublication = message.data
    about: dict[str, Any] = {
        "request_id": request.request_id,
        "tracking_number": request.tracking_number,
        "engagement_id": data.engagement_id,
        "participant": message.participant,
    }
    stated = texts_of(data)
    drafts: tuple[Published, ...] = ()
    if stated:
        assert message.kind is not None
        facts = DraftFacts(
            **about,
            what=message.kind.removeprefix("gov.cri.").removesuffix(".v1"),
            item=getattr(data, "report_id", ""),
            version=getattr(data, "version", None),
            text=to_json(stated).decode(),
        )
        drafts = (_event(message, request, batch, topic=DRAFTS_TOPIC, kind=_DRAFT, facts=facts),)
        about["texts"] = drafts[0].number
    if isinstance(data, ReportDraft | ReportQuestion):
        about["by_office"] = batch.registry.is_office(message.participant)
    if isinstance(data, Plan):
        agency = RequestFacts.model_validate_json(request.facts).agency
        about |= {"agency": agency.name, "state": agency.state, "ori": agency.ori}
    kind, codes = facts_of(data, about)
    return _event(message, request, batch, topic=TOPIC, kind=kind, facts=codes), *drafts


def _event(
    message: Message, request: Request, batch: BatchState, *, topic: str, kind: str, facts: Facts
) -> Published:
    return next_event(
        message,
        batch,
        topic=topic,
        kind=kind,
        subject=message.data.engagement_id,
        facts=facts,
        request_id=request.request_id,
    )
