"""The observed state of the whole system; a part that did not answer is `Unavailable`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

Rows = Sequence[Mapping[str, Any]]


class Place(NamedTuple):
    """One partition of a topic."""

    topic: str
    partition: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A part that could not be queried, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Process:
    """One process of a service; ``says`` is its answer on ``/ready``."""

    service: str
    address: str
    state: Literal["ready", "not ready", "no answer", "not running"]
    says: str = ""


@dataclass(frozen=True, slots=True)
class Ends:
    """Each partition's first and next offset, and the partitions without a leader."""

    spans: Mapping[Place, tuple[int, int]]
    without_leader: Sequence[Place] = ()


@dataclass(frozen=True, slots=True)
class Database:
    """The state of delivery in one service's database."""

    now: datetime
    checkpoints: Rows = ()
    delivery: Mapping[str, Any] = field(default_factory=dict)
    parked: Rows = ()
    held: Rows = ()
    lost: Rows = ()
    lost_numbers: Rows = ()
    blocked: Rows = ()
    unreadable: Rows = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """Unread records of a partition; the first of them was appended at ``since``."""

    place: Place
    records: int
    next_offset: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """The state of everything at one time, by service."""

    at: datetime
    processes: Mapping[str, Sequence[Process] | Unavailable]
    kafka: Ends | Unavailable
    databases: Mapping[str, Database | Unavailable]
    unread: Mapping[str, Sequence[Unread]]
    """Only for services whose database was available, and only if Kafka was."""
    waits: Rows | Unavailable = ()
    offers: Rows | Unavailable = ()
    waiting: Rows | Unavailable | None = None
    """The waiting requests, one by one; None unless asked for."""

    @property
    def nothing_answered(self) -> bool:
        """Whether neither Kafka nor any database or process answered."""
        answered = [
            process.state in ("ready", "not ready")
            for each in self.processes.values()
            if not isinstance(each, Unavailable)
            for process in each
        ]
        parts = [self.kafka, *self.databases.values()]
        return not any(answered) and all(isinstance(each, Unavailable) for each in parts)
