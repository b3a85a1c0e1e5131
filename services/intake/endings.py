"""Reads of routing's log what the door must know: that a request has ended."""

from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from shared.messaging.records import Gate, Item, Malformed, PassedOver, Record

_ENDS = {
    "gov.cri.routing.request_ineligible.v1": "ineligible",
    "gov.cri.routing.request_withdrawn.v1": "withdrawn",
    "gov.cri.routing.engagement_closed.v1": "closed",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """A request has come to its terminal state."""

    tracking_number: str
    status: str


class _Envelope(BaseModel):
    """What is read of every event; its data is not: most of them are passed over."""

    type: str
    subject: str
    sequence: str


def read_ending(record: Record) -> Item | PassedOver | Malformed:
    """Read an event of routing's log."""
    if record.value is None:
        return Malformed(record, "tombstone")
    try:
        event = _Envelope.model_validate_json(record.value)
        gate = Gate(record.topic, event.subject, int(event.sequence))
    except (ValidationError, ValueError):
        return Malformed(record, "schema")
    status = _ENDS.get(event.type)
    if status is None:
        return PassedOver(record, event.subject, gate)
    return Item(record, Ending(event.subject, status), event.subject, gate)
