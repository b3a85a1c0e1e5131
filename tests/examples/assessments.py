"""Messages about an assessment, as intake passes them on; any part is replaceable."""

from itertools import count
from typing import Any

from pydantic import TypeAdapter

from shared.contracts.assessments import AssessmentEvent, DraftStated
from shared.contracts.event import derived_id, padded

NUMBER = "CRI-2026-000001-Z"
ENGAGEMENT = f"{NUMBER}-E1"
AGENCY, PROVIDER, OFFICE = "california-agencies", "fbinaa", "program-office"
REQUEST = "01a2272f-79c0-7806-9c86-d4dfcfc00b46"
_OF_STATUS = {"recommendation": "2.1.1", "status": "in_progress", "on": "2027-01-19"}
_DATA: dict[str, tuple[str, str, dict[str, Any]]] = {
    "focus_area_set": ("focus_area_set", PROVIDER, {"number": 2}),
    "finding_recorded": ("finding_recorded", PROVIDER, {"finding": "2.1", "version": 1}),
    "recorded": (
        "recommendation_recorded",
        PROVIDER,
        {"recommendation": "2.1.1", "due_on": "2027-06-30", "version": 1},
    ),
    "claimed": (
        "recommendation_claimed",
        AGENCY,
        {"recommendation": "2.1.1", "done_on": "2027-01-10"},
    ),
    "proposed": ("status_proposed", PROVIDER, _OF_STATUS),
    "verified": ("status_verification_directed", OFFICE, {**_OF_STATUS, "decision": "accept"}),
}
_EVENTS: TypeAdapter[Any] = TypeAdapter(AssessmentEvent)
_offsets = count(1)


def message(
    name: str,
    *,
    participant: str | None = None,
    actor: str | None = None,
    number: int = 1,
    time: str = "2027-01-11T16:00:00Z",
    engagement: str = ENGAGEMENT,
    **changes: Any,
) -> Any:
    """Return the event with the codes of a message; *number* is its sequence."""
    kind, sender, data = _DATA[name]
    who = participant or sender
    place = f"cri.in.{who}.v1/0/{next(_offsets)}"
    acting = actor or ("staff:a1" if name in ("proposed", "verified") else None)
    return _EVENTS.validate_python(
        {
            **_envelope(kind, place, number, time, engagement),
            "participant": who,
            "actor": acting,
            "data": {**_about(who, engagement), **data, **changes},
        }
    )


def draft_of(event: Any, text: str, *, item: str = "2.1", number: int = 1) -> DraftStated:
    """Return the event with the *text* of the message behind *event*."""
    envelope = _envelope("draft_stated", event.inreplyto, number, event.time, event.subject)
    about = _about(event.data.participant, event.subject)
    return DraftStated.model_validate(
        {**envelope, "data": {**about, "what": "finding.record", "item": item, "text": text}}
    )


def _envelope(kind: str, place: str, number: int, time: Any, engagement: str) -> dict[str, Any]:
    return {
        "id": derived_id(place, kind, engagement),
        "source": "urn:cri:continuum:intake",
        "type": f"gov.cri.intake.{kind}.v1",
        "subject": engagement,
        "time": time,
        "correlationid": REQUEST,
        "causationid": place,
        "sequence": padded(number),
        "inreplyto": place,
        "receivedat": time,
    }


def _about(participant: str, engagement: str) -> dict[str, Any]:
    return {
        "request_id": REQUEST,
        "tracking_number": NUMBER,
        "engagement_id": engagement,
        "participant": participant,
    }
