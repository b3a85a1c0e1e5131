"""What a service gives to the consumer: how to parse, load, decide and save."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar, get_args

from asyncpg.pool import PoolConnectionProxy
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.contracts import intake, notifications, reference, reporting, routing
from shared.contracts.event import Event
from shared.delivery.records import Gate, Item, Malformed, Outgoing, PassedOver, Record, Taken
from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
State = TypeVar("State")
_SQL = load_statements("shared.delivery")
LONGEST_SUBJECT = 500
_NUMBER = re.compile(r"[0-9]{1,20}")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LAST_NUMBER = 2**63 - 1
_EVENTS = (
    *get_args(intake.IntakeEvent | intake.AnswerEvent | intake.ConfidentialEvent),
    *get_args(reference.ReferenceEvent | routing.RoutingEvent),
    notifications.NoticeDecided,
    reporting.ProgramChanged,
)
LOGGED = frozenset(get_args(event.model_fields["type"].annotation)[0] for event in _EVENTS)
"""Every type of event that this build knows."""


class Closing(NamedTuple):
    """
    How a round's state is written, in key order, together with what delivery writes.

    The *statement* ends as ``sql/settle_round.sql`` does; its own *parameters* begin at ``$5``.
    *messages* are those that could not be written before: they say what saving gave out.
    """

    statement: str = _SQL["settle_round"]
    parameters: Sequence[Any] = ()
    messages: Sequence[Outgoing] = ()


class Reader(Protocol[State]):
    """
    One service's side of a batch; all its calls are made inside the batch's one transaction.

    ``parse`` is pure and never raises. ``load`` locks what the items concern, in key order, and
    returns a working state; *at* is Postgres's clock, the time of the events that follow.
    ``decide`` is synchronous and pure but for that working state, and when it raises it has not
    changed it. ``save`` returns how the state is written, if it is to be. A batch may be taken in
    in rounds (held records are released behind it): the four calls repeat.
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

        Of the record only its place and time are read. None for records of our own services:
        nobody waits for an answer to them.
        """


class _Envelope(BaseModel):
    subject: str
    sequence: str
    type: str


def parse_event(record: Record, events: TypeAdapter[Any]) -> Item | PassedOver | Malformed:
    """
    Parse a record of another service; *events* validates the union of types this reader knows.

    A type it has never heard of is not malformed: a producer may add types at any time. Of a type
    that it passes over, only the type, the subject and the number are read.
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


def given_up(found: Item | PassedOver | Malformed) -> PassedOver | None:
    """Return *found* as a record that only moves its gate; None when it has none."""
    if isinstance(found, Malformed):
        envelope = passed_over(found.record)
        return envelope if isinstance(envelope, PassedOver) else None
    return PassedOver(found.record, found.key, found.gate) if found.gate is not None else None


def passed_over(record: Record) -> PassedOver | Malformed:
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
    """Tell what a table can hold as the name of a subject or key: no NUL, not endlessly long."""
    return len(subject) <= LONGEST_SUBJECT and "\0" not in subject


def _gate(record: Record, subject: str, sequence: str) -> Gate | None:
    """Return the event's own gate; None when what it says cannot be one."""
    if not is_name(subject) or not _NUMBER.fullmatch(sequence):
        return None
    number = int(sequence)
    return Gate(record.topic, subject, number) if 0 < number <= LAST_NUMBER else None


def unknown(kind: str) -> str | None:
    """Tell what of *kind* no reader of this build knows: ``type``, ``version`` or nothing."""
    if kind in LOGGED:
        return None
    name = kind.rpartition(".")[0]
    return "version" if any(known.rpartition(".")[0] == name for known in LOGGED) else "type"
