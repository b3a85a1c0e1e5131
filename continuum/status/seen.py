"""What was found when everything was asked; a part that did not answer is `Away`."""

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
class Away:
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
class Tables:
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
class Seen:
    """Everything, at one moment, by service."""

    at: datetime
    processes: Mapping[str, Sequence[Process] | Away]
    kafka: Ends | Away
    tables: Mapping[str, Tables | Away]
    unread: Mapping[str, Sequence[Unread]]
    """Only of services whose database and Kafka could both be asked."""
    waits: Rows | Away = ()
    offers: Rows | Away = ()
    waiting: Rows | Away | None = None
    """The requests that wait, one by one, if they were asked for."""

    @property
    def is_blind(self) -> bool:
        """Whether nothing at all could be asked."""
        answered = [
            process.state in ("ready", "not ready")
            for each in self.processes.values()
            if not isinstance(each, Away)
            for process in each
        ]
        away = [self.kafka, *self.tables.values()]
        return not any(answered) and all(isinstance(each, Away) for each in away)
