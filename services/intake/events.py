"""The envelope of what the door publishes: every event goes back to one inbound record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.intake.message import Message
from shared.contracts.event import Classification, derived_id, padded

SOURCE = "urn:cri:continuum:intake"


def envelope(
    message: Message,
    *,
    kind: str,
    subject: str,
    number: int,
    at: datetime,
    request_id: str | None = None,
    classification: Classification = "internal",
) -> Mapping[str, Any]:
    """Return the envelope of an event that *message* leads to, as arguments of its model."""
    cause = message.coordinate
    return {
        "id": derived_id(cause, kind, subject),
        "source": SOURCE,
        "type": kind,
        "subject": subject,
        "time": at,
        "dataclassification": classification,
        "correlationid": request_id or derived_id(cause, "message", message.participant),
        "causationid": cause,
        "sequence": padded(number),
        "inreplyto": cause,
        "receivedat": message.at,
        "traceparent": message.traceparent,
    }
