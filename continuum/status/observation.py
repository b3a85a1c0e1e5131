"""What was found when everything was asked; a part that did not answer is `Unavailable`."""

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
    """What could not be asked, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Process:
    """One process of a service, as its own ``/ready`` answers."""

    service: str
    address: str
    state: Literal["ready", "not ready", "no answer", "not running"]
    says: str = ""


@dataclass(frozen=True, slots=True)
class Ends:
    """The first and the next offset of each partition; those without a leader have none."""

    spans: Mapping[Place, tuple[int, int]]
    without_leader: Sequence[Place] = ()


@dataclass(frozen=True, slots=True)
class Database:
    """What the database of one service says of its delivery."""

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
    """Records that a service has not taken in; the first of them waits ``since`` then."""

    place: Place
    records: int
    next_offset: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything, at one moment, by service."""

    at: datetime
    processes: Mapping[str, Sequence[Process] | Unavailable]
    kafka: Ends | Unavailable
    databases: Mapping[str, Database | Unavailable]
    unread: Mapping[str, Sequence[Unread]]
    """Only of services whose database and Kafka could both be asked."""
    waits: Rows | Unavailable = ()
    offers: Rows | Unavailable = ()
    waiting: Rows | Unavailable | None = None
    """The requests that wait, one by one, if they were asked for."""

    @property
    def nothing_answered(self) -> bool:
        """Whether nothing at all could be asked."""
        answered = [
            process.state in ("ready", "not ready")
            for each in self.processes.values()
            if not isinstance(each, Unavailable)
            for process in each
        ]
        away = [self.kafka, *self.databases.values()]
        return not any(answered) and all(isinstance(each, Unavailable) for each in away)
