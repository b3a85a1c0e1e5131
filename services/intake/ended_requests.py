"""
Parses routing's log for the only fact that intake needs from it: a request has ended.

Intake reads these events without gates. A request ends once, so duplicates and a changed order do
no harm, and gates would cost a row for each request.
"""

from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ValidationError

from shared.delivery.records import Item, Malformed, Record
from shared.delivery.take_in.reader import is_name

_TERMINAL = {
    "gov.cri.routing.request_ineligible.v1": "ineligible",
    "gov.cri.routing.request_withdrawn.v1": "withdrawn",
    "gov.cri.routing.engagement_closed.v1": "closed",
}


@dataclass(frozen=True, slots=True)
class RequestEnded:
    """
    A request reached the terminal state ``status`` at the business time ``at``.

    ``at`` is None if the event's time cannot be read; the request has ended all the same.
    """

    tracking_number: str
    status: str
    at: datetime | None


class Ignored:
    """An event that intake does not need."""


class _Envelope(BaseModel):
    """The attributes parsed from every event; most events are ignored, so their data is not."""

    type: str
    subject: str


class _Ending(_Envelope):
    """The attributes parsed from an event that ends a request: its time, too."""

    time: AwareDatetime


_IGNORED = Ignored()


def parse_routing_event(record: Record) -> Item | Malformed:
    """Return the terminal state in an event of routing's log; other events are `Ignored`."""
    if record.value is None:
        return Malformed(record, "tombstone")
    try:
        event = _Envelope.model_validate_json(record.value)
    except ValidationError:
        return Malformed(record, "schema")
    status = _TERMINAL.get(event.type)
    if status is None:
        return Item(
            record, _IGNORED, key=""
        )  # no key: it cannot fail, so nothing ever waits behind it
    if not is_name(event.subject):
        return Malformed(record, "envelope")
    return Item(record, RequestEnded(event.subject, status, _time_of(record)), event.subject)


def _time_of(record: Record) -> datetime | None:
    assert record.value is not None
    try:
        return _Ending.model_validate_json(record.value).time
    except ValidationError:
        return None
