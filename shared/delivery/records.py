"""Records as they are read from a topic, and what a service makes of them."""

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

    Of one that could not be unpacked, or is no longer there, ``unreadable`` says why; only its
    offset is known.
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
    """Return the record as the rest of the code knows it."""
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
    The *number*-th event of *subject* on *topic*.

    One that ``stands_alone`` can be decided without those before it, if they are lost.
    """

    topic: str
    subject: str
    number: int
    stands_alone: bool = False


class Item(NamedTuple):
    """
    A record that parsed, ready to be decided.

    ``key`` is what later records wait behind if this one fails: a tracking number, a provider,
    ``participant/reference``. ``gate`` is this event's own place (none for inbound records);
    ``needs`` are events that must have been taken in before (the record is held until then).
    """

    record: Record
    message: Any
    key: str
    gate: Gate | None = None
    needs: tuple[Gate, ...] = ()


class PassedOver(NamedTuple):
    """
    A type this reader does not want: its gate moves, nothing else happens.

    ``unknown`` is ``type``, or ``version``, of which no reader of this build knows.
    """

    record: Record
    key: str
    gate: Gate
    unknown: str | None = None


class Malformed(NamedTuple):
    """A record of another service that does not parse; becomes a dead letter."""

    record: Record
    reason: str


class Outgoing(NamedTuple):
    """
    A message for the outbox. Rows of one key are appended under that key's lock.

    A dead letter has no *summary*: its bytes are not ours.
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
    What became of one item: its outcome and the messages it leads to.

    ``counted`` is what else is counted of it. Counts commit with the item's effects.
    """

    outcome: Outcome
    outgoing: tuple[Outgoing, ...] = ()
    counted: tuple[Counted, ...] = ()
