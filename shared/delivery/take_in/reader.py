"""The interface of a service to the consumer: parse, load, decide, save."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar, get_args

from asyncpg.pool import PoolConnectionProxy
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.contracts import assessments, intake, notifications, reference, reporting, routing
from shared.contracts.event import Event
from shared.contracts.later import LaterEvent
from shared.contracts.publications import PublicationMessage
from shared.contracts.published_reports import PublicationEvent
from shared.delivery.records import Gate, Item, Malformed, Outgoing, PassedOver, Record, Taken
from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
State = TypeVar("State")
_SQL = load_statements("shared.delivery")
LONGEST_SUBJECT = 500
_NUMBER = re.compile(r"[0-9]{1,20}")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LAST_NUMBER = 2**63 - 1
_DOTS = 4
"""Dots in an event type such as ``gov.cri.routing.offer_made.v1``."""
_EVENTS = (
    *get_args(intake.IntakeEvent | intake.AnswerEvent | intake.ConfidentialEvent),
    *get_args(reference.ReferenceEvent | routing.RoutingEvent),
    *get_args(notifications.NotificationsEvent),
    *get_args(notifications.MailEvent),
    *get_args(reporting.ProgramsEvent),
    *get_args(reporting.ReleaseEvent),
    *get_args(get_args(PublicationEvent)[0]),
    *get_args(reporting.ReportingEvent),
    *get_args(assessments.AssessmentEvent),
    *get_args(PublicationMessage),
    assessments.DraftStated,
    *get_args(reporting.TextEvent),
)
LOGGED = frozenset(get_args(event.model_fields["type"].annotation)[0] for event in _EVENTS)
"""Every type of event that this build knows."""


class Closing(NamedTuple):
    """
    The statement that writes a round's state, in key order, together with delivery's own rows.

    The *statement* ends like ``sql/settle_round.sql``; its own *parameters* begin at ``$5``.
    *messages* are further messages that could only be made while saving, for example because
    saving assigned their numbers.
    """

    statement: str = _SQL["settle_round"]
    parameters: Sequence[Any] = ()
    messages: Sequence[Outgoing] = ()


class Reader(Protocol[State]):
    """
    A service's part of taking in a batch.

    ``parse`` is pure and never raises. ``load`` locks the rows that the items concern, in key
    order, and returns a working state; *at* is Postgres's time and becomes the time of the new
    events. ``decide`` is synchronous and changes nothing but the working state; if it raises, it
    has not changed that either. ``save`` returns the statement that writes the state, or None.
    ``load``, ``decide`` and ``save`` run in the batch's transaction. If a batch releases held
    records, all four calls repeat for them.
    """

    def parse(self, record: Record) -> Item | PassedOver | Malformed: ...

    async def load(
        self, connection: "Connection[Any]", items: Sequence[Item], *, at: datetime
    ) -> State: ...

    def decide(self, state: State, item: Item) -> Taken: ...

    async def save(self, connection: "Connection[Any]", state: State) -> Closing | None: ...

    def unprocessable(self, record: Record) -> Item | None:
        """
        Return the item that answers a participant's record with `not_processable`.

        Only the record's coordinate and time are read, never its content. None for records of our
        own services, which need no answer.
        """


class _Envelope(BaseModel):
    subject: str
    sequence: str
    type: str


def parse_event(record: Record, events: TypeAdapter[Any]) -> Item | PassedOver | Malformed:
    """
    Parse a record of another service; *events* validates the union of types this reader knows.

    An unknown type is passed over, not malformed: a producer may add types at any time. Only the
    type, subject and number of such an event are read.
    """
    if record.value is None:
        return Malformed(record, "tombstone")
    try:
        event: Event = events.validate_json(record.value)
    except ValidationError as error:
        if any(problem["type"] == "union_tag_invalid" for problem in error.errors()):
            return passed_over(record)
        return Malformed(record, "schema")
    gate = _gate(record, event.subject, event.sequence)
    if gate is None or not is_id(event.id):
        return Malformed(record, "envelope")
    return Item(record=record, message=event, key=event.subject, gate=gate)


def parse_later(found: PassedOver) -> Item | PassedOver:
    """Return the event of an unknown type as an item; *found* if it is not like our events."""
    try:
        event = LaterEvent.model_validate_json(found.record.value or b"")
    except ValidationError:
        return found
    if event.type.count(".") != _DOTS or not is_id(event.id):
        return found
    return Item(found.record, event, found.key, found.gate)


def given_up(found: Item | PassedOver | Malformed) -> PassedOver | None:
    """Return *found* as a record that only moves its gate; None if it has no gate."""
    if isinstance(found, Malformed):
        envelope = passed_over(found.record)
        return envelope if isinstance(envelope, PassedOver) else None
    return PassedOver(found.record, found.key, found.gate) if found.gate is not None else None


def passed_over(record: Record) -> PassedOver | Malformed:
    """Return *record* as an event to pass over; only its type, subject and number are read."""
    try:
        envelope = _Envelope.model_validate_json(record.value or b"")
    except ValidationError:
        return Malformed(record, "envelope")
    gate = _gate(record, envelope.subject, envelope.sequence)
    if gate is None:
        return Malformed(record, "envelope")
    return PassedOver(record, envelope.subject, gate, unknown(envelope.type))


def is_id(text: str) -> bool:
    """Tell whether *text* is a UUID: a table can hold no other id."""
    return _ID.fullmatch(text) is not None


def is_name(subject: str) -> bool:
    """Tell whether *subject* can be stored as a subject or key: no NUL, of limited length."""
    return len(subject) <= LONGEST_SUBJECT and "\0" not in subject


def _gate(record: Record, subject: str, sequence: str) -> Gate | None:
    """Return the event's own gate; None if its subject or number is not valid."""
    if not is_name(subject) or not _NUMBER.fullmatch(sequence):
        return None
    number = int(sequence)
    return Gate(record.topic, subject, number) if 0 < number <= LAST_NUMBER else None


def unknown(kind: str) -> str | None:
    """Return which part of *kind* this build does not know: ``type``, ``version`` or None."""
    if kind in LOGGED:
        return None
    name = kind.rpartition(".")[0]
    return "version" if any(known.rpartition(".")[0] == name for known in LOGGED) else "type"
