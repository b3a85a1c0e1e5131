"""Records as read from a topic, and the results of parsing and deciding them."""

from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from aiokafka import ConsumerRecord

from shared.contracts.envelope import Summary
from shared.contracts.event import coordinate

Outcome = Literal["applied", "duplicate", "ignored", "held", "refused", "parked", "dead"]
OUTCOMES: tuple[Outcome, ...] = (
    "applied", "duplicate", "ignored", "held", "refused", "parked", "dead",
)  # fmt: skip


DELETED = "deleted"
"""``unreadable`` of a record that its topic deleted before it was read."""


class Record(NamedTuple):
    """
    A record as it stands on its topic, byte for byte; ``at`` is its Kafka timestamp.

    ``unreadable`` is the reason why a record has no content: it could not be unpacked, or was
    deleted before it was read. Only its offset is known then.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    at: datetime
    unreadable: str | None = None

    @property
    def coordinate(self) -> str:
        """``topic/partition/offset``."""
        return coordinate(self.topic, self.partition, self.offset)


def from_kafka(record: "ConsumerRecord[bytes, bytes]") -> Record:
    """Return aiokafka's *record* as a `Record`."""
    return Record(
        record.topic,
        record.partition,
        record.offset,
        record.key,
        record.value,
        tuple(record.headers),
        datetime.fromtimestamp(record.timestamp / 1000, UTC),
    )


class Gate(NamedTuple):
    """
    Names an event: the *number*-th of *subject* on *topic*.

    A reader's gate for a subject is the last such event that it took in. An event that
    ``stands_alone`` can be decided even if earlier ones of its subject are lost.
    """

    topic: str
    subject: str
    number: int
    stands_alone: bool = False


class Item(NamedTuple):
    """
    A record that parsed, ready to be decided.

    If a record of another service fails, its ``key`` (a tracking number, for example) is parked,
    and later records of the key wait. ``gate`` names this event itself (None for participants'
    records). The record is held until the events in ``needs`` have been taken in.
    """

    record: Record
    message: Any
    key: str
    gate: Gate | None = None
    needs: tuple[Gate, ...] = ()


class PassedOver(NamedTuple):
    """
    An event of a type that this reader does not use: its gate moves, nothing else happens.

    ``unknown`` is ``type`` or ``version`` if this build does not know that part of the type.
    """

    record: Record
    key: str
    gate: Gate
    unknown: str | None = None


class Malformed(NamedTuple):
    """
    A record of another service that does not parse; becomes a dead letter.

    No key is parked, but its gate does not move: later events of its subject are held.
    """

    record: Record
    reason: str


class Outgoing(NamedTuple):
    """
    A message for the outbox. Rows of one key are appended under that key's lock.

    A dead letter has an empty *summary*: its bytes are another sender's.
    """

    event_id: str
    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    summary: Summary = Summary()


Counted = tuple[str, ...]
"""A metric of ``shared.process.metrics.COUNTED``, and its labels."""


class Taken(NamedTuple):
    """
    The result of deciding one item: its outcome and the messages it leads to.

    ``counted`` names further metrics to count. Counts commit with the item's effects. With
    ``until``, nothing is decided yet: the record is held, and decided again after that event.
    """

    outcome: Outcome
    outgoing: tuple[Outgoing, ...] = ()
    counted: tuple[Counted, ...] = ()
    until: Gate | None = None
