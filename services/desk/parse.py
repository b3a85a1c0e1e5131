"""Parses the events and messages that the desk reads. Pure."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from services.desk.acts import OUT_TOPIC, parse_answer
from services.desk.project import RequestFact
from shared.catalog import catalog
from shared.contracts import intake, notifications, reference, reporting, routing
from shared.contracts.assessments import AssessmentEvent
from shared.contracts.publications import PublicationMessage
from shared.contracts.tracking import names_request
from shared.delivery.records import Item, Malformed, PassedOver, Record
from shared.delivery.take_in.reader import is_id, parse_event, parse_later

TOPICS = (
    r"^cri\.(int\.(intake|routing|notifications|mail|reporting|reference)|out\.office-desk)\.v1$"
)
_REQUESTS: TypeAdapter[Any] = TypeAdapter(Annotated[RequestFact, Field(discriminator="type")])
_INTAKE: TypeAdapter[Any] = TypeAdapter(
    Annotated[
        intake.RequestEvent | intake.PersonForgotten | AssessmentEvent | PublicationMessage,
        Field(discriminator="type"),
    ]
)
_NOTICES: TypeAdapter[Any] = TypeAdapter(
    Annotated[
        notifications.NotificationsEvent | notifications.MailEvent, Field(discriminator="type")
    ]
)
_EVENTS: dict[str, TypeAdapter[Any]] = {
    intake.TOPIC: _INTAKE,
    routing.TOPIC: _REQUESTS,
    notifications.TOPIC: _NOTICES,
    notifications.MAIL_TOPIC: _NOTICES,
    reporting.TOPIC: TypeAdapter(Annotated[reporting.ReportingEvent, Field(discriminator="type")]),
    reference.TOPIC: catalog.EVENTS,
}


def parse(record: Record) -> Item | PassedOver | Malformed:
    """
    Return the event in *record*.

    An event that only a later release knows is passed over, unless it is about a request.
    """
    if record.topic == OUT_TOPIC:
        return parse_answer(record)
    found = parse_event(record, _EVENTS[record.topic])
    if not isinstance(found, PassedOver) or found.unknown is None:
        return found
    is_about_request = record.topic in (intake.TOPIC, routing.TOPIC) and names_request(found.key)
    later = parse_later(found) if is_about_request else found
    # The correlation id becomes the request's id.
    return later if isinstance(later, Item) and is_id(later.message.correlationid) else found
