"""Parses the events and messages that the desk reads. Pure."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from services.desk.acts import OUT_TOPIC, parse_answer
from services.desk.project import LaterEvent, RequestFact
from shared.catalog import catalog
from shared.contracts import intake, notifications, reference, routing
from shared.contracts.tracking import names_request
from shared.delivery.records import Item, Malformed, PassedOver, Record
from shared.delivery.take_in.reader import is_id, parse_event

TOPICS = r"^cri\.(int\.(intake|routing|notifications|mail|reference)|out\.office-desk)\.v1$"
_REQUESTS: TypeAdapter[Any] = TypeAdapter(Annotated[RequestFact, Field(discriminator="type")])
_NOTICES: TypeAdapter[Any] = TypeAdapter(
    Annotated[
        notifications.NotificationsEvent | notifications.MailEvent, Field(discriminator="type")
    ]
)
_EVENTS: dict[str, TypeAdapter[Any]] = {
    intake.TOPIC: _REQUESTS,
    routing.TOPIC: _REQUESTS,
    notifications.TOPIC: _NOTICES,
    notifications.MAIL_TOPIC: _NOTICES,
    reference.TOPIC: catalog.EVENTS,
}
_DOTS = 4
"""Dots in an event type such as ``gov.cri.routing.offer_made.v1``."""


def parse(record: Record) -> Item | PassedOver | Malformed:
    """Return the event in *record*; a later release's is an item if it is about a request."""
    if record.topic == OUT_TOPIC:
        return parse_answer(record)
    found = parse_event(record, _EVENTS[record.topic])
    if not isinstance(found, PassedOver) or found.unknown is None:
        return found
    is_about_request = record.topic in (intake.TOPIC, routing.TOPIC) and names_request(found.key)
    return _later(found) if is_about_request else found


def _later(found: PassedOver) -> Item | PassedOver:
    try:
        event = LaterEvent.model_validate_json(found.record.value or b"")
    except ValidationError:
        return found
    ids = (event.id, event.correlationid)
    if event.type.count(".") != _DOTS or not all(map(is_id, ids)):
        return found
    return Item(found.record, event, found.key, found.gate)
