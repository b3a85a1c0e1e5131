"""Parses what notifications reads, and says what must have been taken in before. Pure."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from shared.catalog import catalog
from shared.contracts import intake, reference, routing
from shared.delivery.records import Gate, Item, Malformed, PassedOver, Record
from shared.delivery.take_in.reader import parse_event

TOPICS = r"^cri\.int\.(intake|answers|confidential|routing|reference)\.v1$"

ADAPTERS: dict[str, TypeAdapter[Any]] = {
    intake.TOPIC: TypeAdapter(Annotated[intake.IntakeEvent, Field(discriminator="type")]),
    intake.ANSWERS_TOPIC: TypeAdapter(Annotated[intake.AnswerEvent, Field(discriminator="type")]),
    intake.CONFIDENTIAL_TOPIC: TypeAdapter(
        Annotated[intake.ConfidentialEvent, Field(discriminator="type")]
    ),
    routing.TOPIC: TypeAdapter(Annotated[routing.AnnouncedEvent, Field(discriminator="type")]),
    reference.TOPIC: catalog.EVENTS,
}


# These topics are kept for some days only: what they deleted unread is not waited for.
_STAND_ALONE = frozenset((intake.ANSWERS_TOPIC, intake.CONFIDENTIAL_TOPIC))


def parse(record: Record) -> Item | PassedOver | Malformed:
    """Return the event in *record* with its needs."""
    found = parse_event(record, ADAPTERS[record.topic])
    if record.topic in _STAND_ALONE and not isinstance(found, Malformed) and found.gate:
        found = found._replace(gate=found.gate._replace(stands_alone=True))
    if not isinstance(found, Item):
        return found
    needs = needs_of(record.topic, found.message)
    return Item(record, found.message, found.key, found.gate, needs) if needs else found


def is_request(subject: str) -> bool:
    """Tell a tracking number from ids that begin with one, and from names (lower case)."""
    return subject.startswith("CRI-") and subject.count("-") == 3


def needs_of(topic: str, event: Any) -> tuple[Gate, ...]:
    """
    Return what must be known before *event* can be told.

    Of a request: that it exists, the reference data it was accepted with, and for the provider
    that accepted the need in words. Never a contact: those may come later, or not at all.
    """
    if topic == intake.TOPIC:
        version = getattr(event.data, "reference_version", 0)
        return (Gate(reference.TOPIC, reference.SUBJECT, version),) if version else ()
    if type(event) is intake.NoteStated:
        return (Gate(intake.TOPIC, event.subject, 1),)
    if topic != routing.TOPIC or not is_request(event.subject):
        return ()
    accepted = Gate(intake.TOPIC, event.subject, 1)
    if type(event) is routing.AmendmentCameTooLate:  # what it takes back is told before it
        return (Gate(intake.TOPIC, event.subject, event.data.amendment),)
    if type(event) is routing.EngagementOpened and event.data.need_stated:
        return accepted, Gate(intake.CONFIDENTIAL_TOPIC, event.subject, 1)
    return (accepted,)
