"""Records as they are read from a topic, and what a service makes of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from aiokafka import ConsumerRecord

from shared.contracts.event import coordinate

Outcome = Literal["applied", "duplicate", "ignored", "held", "refused", "parked", "dead"]
OUTCOMES: tuple[Outcome, ...] = (
    "applied", "duplicate", "ignored", "held", "refused", "parked", "dead",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands on its topic, byte for byte; ``at`` is its Kafka timestamp."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    at: datetime

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


@dataclass(frozen=True, slots=True, order=True)
class Gate:
    """The *number*-th event of *subject* on *topic*."""

    topic: str
    subject: str
    number: int


@dataclass(frozen=True, slots=True)
class Item:
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


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A type this reader does not know: its gate moves, nothing else happens."""

    record: Record
    key: str
    gate: Gate


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record of another service that does not parse; becomes a dead letter."""

    record: Record
    reason: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for the outbox. Rows of one key are appended under that key's lock."""

    event_id: str
    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one item: its outcome and the messages it leads to."""

    outcome: Outcome
    outgoing: tuple[Outgoing, ...] = ()
