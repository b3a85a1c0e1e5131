"""Parses the events that notifications reads and states what each waits for. Pure."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field, TypeAdapter

from services.notifications.subscriptions import reports
from shared.catalog import catalog
from shared.contracts import intake, reference, reporting, routing
from shared.contracts.assessments import AssessmentEvent
from shared.contracts.notifications import MAIL_TOPIC, MailEvent, NoticeUndelivered
from shared.contracts.publications import PublicationMessage
from shared.delivery.records import Gate, Item, Malformed, PassedOver, Record
from shared.delivery.take_in.reader import parse_event, passed_over

TOPICS = (
    r"^cri\.(int\.(intake|answers|confidential|routing|reference|reporting|texts|mail)"
    r"|pub\.reports)\.v1$"
)

ADAPTERS: dict[str, TypeAdapter[Any]] = {
    intake.TOPIC: TypeAdapter(
        Annotated[
            intake.IntakeEvent | AssessmentEvent | PublicationMessage, Field(discriminator="type")
        ]
    ),
    intake.ANSWERS_TOPIC: TypeAdapter(Annotated[intake.AnswerEvent, Field(discriminator="type")]),
    intake.CONFIDENTIAL_TOPIC: TypeAdapter(
        Annotated[intake.ConfidentialEvent, Field(discriminator="type")]
    ),
    routing.TOPIC: TypeAdapter(Annotated[routing.AnnouncedEvent, Field(discriminator="type")]),
    reference.TOPIC: catalog.EVENTS,
    reporting.TOPIC: TypeAdapter(Annotated[reporting.ReportingEvent, Field(discriminator="type")]),
}


_MAIL: TypeAdapter[Any] = TypeAdapter(Annotated[MailEvent, Field(discriminator="type")])
_PUBLISHED: Mapping[str, TypeAdapter[Any]] = {
    get_args(model.model_fields["type"].annotation)[0]: TypeAdapter(model)
    for model in (reporting.ReleasePublished, *get_args(reporting.TextEvent), *reports.READ)
}

# These topics keep records for some days only: do not wait for deleted ones.
_STAND_ALONE = frozenset((intake.ANSWERS_TOPIC, intake.CONFIDENTIAL_TOPIC, reporting.TEXTS_TOPIC))


def parse(record: Record) -> Item | PassedOver | Malformed:
    """Return the event in *record* with the gates that it waits for."""
    if record.topic == MAIL_TOPIC:
        found = _undelivered(record)
    elif record.topic in (reporting.RELEASES_TOPIC, reporting.TEXTS_TOPIC):
        found = _published(record)
    else:
        found = parse_event(record, ADAPTERS[record.topic])
    if record.topic in _STAND_ALONE and not isinstance(found, Malformed) and found.gate:
        found = found._replace(gate=found.gate._replace(stands_alone=True))
    if not isinstance(found, Item):
        return found
    needs = needs_of(record.topic, found.message)
    return Item(record, found.message, found.key, found.gate, needs) if needs else found


def _before_forgetting(data: intake.ForgettingFacts) -> tuple[Gate, ...]:
    """
    Return the gate for all that the desk has passed on about subscriptions so far.

    A contact needs no gate: an event that comes late is recognized by its number.
    """
    if data.subscription_id is None or not data.up_to:
        return ()
    subject = f"subscriptions:{data.participant}"
    return (Gate(intake.CONFIDENTIAL_TOPIC, subject, data.up_to),)


def _undelivered(record: Record) -> Item | PassedOver | Malformed:
    """Return the event that a notice reached nobody; pass over other events about mails."""
    found = parse_event(record, _MAIL)
    if isinstance(found, Item) and type(found.message) is not NoticeUndelivered:
        return passed_over(record)
    return found


class _Typed(BaseModel):
    type: str


def _published(record: Record) -> Item | PassedOver | Malformed:
    """Return a release, a report, its text, or a correction; pass over other events."""
    found = passed_over(record)
    if isinstance(found, Malformed):
        return found
    kind = _Typed.model_validate_json(record.value or b"").type
    adapter = _PUBLISHED.get(kind)
    return found if adapter is None else parse_event(record, adapter)


def is_request(subject: str) -> bool:
    """Return whether *subject* is a tracking number, not an id that begins with one."""
    return subject.startswith("CRI-") and subject.count("-") == 3


def needs_of(topic: str, event: Any) -> tuple[Gate, ...]:
    """
    Return the gates that must be reached before *event* is decided.

    An event of a request waits for the request, which waits for its reference data. An opened
    engagement also waits for the stated need, and changed facts for their amendment and its words.
    Contacts are optional: nothing waits for them.
    """
    if type(event) is intake.PersonForgotten:
        return _before_forgetting(event.data)
    if topic == intake.TOPIC:
        version = getattr(event.data, "reference_version", 0)
        return (Gate(reference.TOPIC, reference.SUBJECT, version),) if version else ()
    if type(event) is intake.NoteStated:
        return (Gate(intake.TOPIC, event.subject, 1),)
    if isinstance(event, reporting.AboutRequest):
        return (Gate(intake.TOPIC, event.data.tracking_number, 1),)
    if type(event) is intake.CaseFileAsked:  # a need may be lost: then the file says so
        return (Gate(intake.TOPIC, event.data.tracking_number, 1),)
    if topic not in (routing.TOPIC, MAIL_TOPIC) or not is_request(event.subject):
        return ()
    accepted = Gate(intake.TOPIC, event.subject, 1)
    if type(event) is routing.AmendmentCameTooLate:  # after the answer that it takes back
        return (Gate(intake.TOPIC, event.subject, event.data.amendment),)
    if type(event) is routing.RequestFactsChanged:
        amended = Gate(intake.TOPIC, event.subject, event.data.amendment)
        if not event.data.words:
            return (amended,)
        return amended, Gate(intake.CONFIDENTIAL_TOPIC, event.subject, event.data.words)
    if type(event) is routing.EngagementOpened and event.data.need_stated:
        return accepted, Gate(intake.CONFIDENTIAL_TOPIC, event.subject, 1)
    return (accepted,)
