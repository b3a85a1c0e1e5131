"""What a provider without a system is told through the public desk, as tests use it."""

import json
from datetime import UTC, datetime
from typing import Any

from services.webdesk.acts import OUT_TOPIC
from shared.contracts.event import derived_id
from shared.contracts.outbound import TYPES, Message
from shared.contracts.tracking import tracking_number
from shared.delivery.records import Record

NOBLE, CONTACT = "noble", "desk-1"
NUMBER = tracking_number(2026, 42)
OFFER, ENGAGEMENT = f"{NUMBER}-O1", f"{NUMBER}-E1"
AT = datetime(2026, 3, 2, 20, 4, tzinfo=UTC)
EXPIRES = "2026-03-05T22:00:00Z"
LATER = "2026-03-06T22:00:00Z"
ABOUT_OFFER = {"offer_id": OFFER, "tracking_number": NUMBER}
ABOUT_WORK = {"engagement_id": ENGAGEMENT, "tracking_number": NUMBER}
ASKED = {
    "topics": ["use_of_force"],
    "service_forms": ["consultation"],
    "wished": {"from": "2026-04-01", "until": "2026-09-30"},
}
MADE: dict[str, Any] = {
    **ABOUT_OFFER,
    **ASKED,
    "expires_at": EXPIRES,
    "program": "cri-tac",
    "agency": {
        "name": "Alturas Police <Department>",
        "cri_type": "local",
        "agency_class": "city",
        "state": "US-CA",
        "sworn_band": "1-9",
    },
    "sentence": "You help with a topic asked for.",
}
OPENED: dict[str, Any] = {
    **ABOUT_WORK,
    **ASKED,
    "contacts": [],
    "sentence": "Please get in touch with the agency.",
}
DATA: dict[str, dict[str, Any]] = {
    "offer_made": MADE,
    "offer_changed": {
        **ABOUT_OFFER, **ASKED, "topics": ["mental_health"], "changed": ["topics"],
        "sentence": "The agency changed its request.",
    },
    "offer_lapsed": {**ABOUT_OFFER, "sentence": "The offer has lapsed. Nothing is owed."},
    "offer_withdrawn": {**ABOUT_OFFER, "sentence": "The offer is withdrawn."},
    "clock_moved": {
        "offer_id": OFFER, "tracking_number": NUMBER, "clock": "offer.standard",
        "before": EXPIRES, "due_at": LATER, "sentence": "You have more time to answer.",
    },
    "engagement_opened": OPENED,
    "engagement_changed": {
        **ABOUT_WORK, **ASKED, "topics": ["mental_health"], "changed": ["topics"],
        "sentence": "The agency changed its request.",
    },
    "engagement_ended": {
        **ABOUT_WORK, "status": "withdrawn", "sentence": "The agency withdrew: please stop.",
    },
    "engagement_affected": {
        **ABOUT_WORK, "status": "in_delivery", "cause": "program_suspended", "stopped": True,
        "sentence": "The work stops until the program goes on.",
    },
}  # fmt: skip


def told(
    kind: str,
    number: int,
    data: dict[str, Any] | None = None,
    *,
    audience: str | None = NOBLE,
    to: str | None = None,
) -> Message:
    """Return the *number*-th message to the public desk; *to* is the message that it answers."""
    found = DATA.get(kind, {}) if data is None else data
    return Message.model_validate(
        {
            "id": derived_id("told", kind, str(number)),
            "type": TYPES[kind],
            "subject": NUMBER,
            "time": AT,
            "correlationid": "c-1",
            "causationid": "c-1",
            "participantsequence": str(number).zfill(20),
            "audience": audience,
            "inreplytoid": to,
            "data": found,
        }
    )


def answered(kind: str, number: int, *, to: str) -> Message:
    """Return the answer to the message *to*: ``applied``, or ``message_refused``."""
    reasons = [{"code": "offer_closed", "path": "/data/offer_id", "message": "Too late."}]
    data = {"applied": {"what": "offer.answer", "about": OFFER}}.get(kind, {"reasons": reasons})
    return told(kind, number, data, to=to)


def record(message: Message, offset: int) -> Record:
    """Return *message* as it is on the topic."""
    value = json.dumps(message.model_dump(mode="json", exclude_none=True)).encode()
    return Record(OUT_TOPIC, 0, offset, b"web-desk", value, (), AT)
