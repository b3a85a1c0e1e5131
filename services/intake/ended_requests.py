"""
Reads of routing's log what the door must know: that a request has ended.

No gates are kept for it. A request ends once, so its ending may come twice or in any order, and
all other events, two for each request, would cost a row of the gates each time.
"""

from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from shared.messaging.reader import is_name
from shared.messaging.records import Item, Malformed, Record

_ENDS = {
    "gov.cri.routing.request_ineligible.v1": "ineligible",
    "gov.cri.routing.request_withdrawn.v1": "withdrawn",
    "gov.cri.routing.engagement_closed.v1": "closed",
}


@dataclass(frozen=True, slots=True)
class RequestEnded:
    """A request has come to its terminal state."""

    tracking_number: str
    status: str


class Ignored:
    """An event that changes nothing at the door."""


class _Envelope(BaseModel):
    """What is read of every event; its data is not: most of them change nothing here."""

    type: str
    subject: str


_NOTHING = Ignored()


def parse_routing_event(record: Record) -> Item | Malformed:
    """Read an event of routing's log."""
    if record.value is None:
        return Malformed(record, "tombstone")
    try:
        event = _Envelope.model_validate_json(record.value)
    except ValidationError:
        return Malformed(record, "schema")
    status = _ENDS.get(event.type)
    if status is None:
        return Item(record, _NOTHING, key="")  # it can not fail: nobody waits behind it
    if not is_name(event.subject):
        return Malformed(record, "envelope")
    return Item(record, RequestEnded(event.subject, status), event.subject)
