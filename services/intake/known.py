"""What the door knows while it decides a batch, and what a decision adds to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.intake.registry import Registry
from shared.contracts.event import Event
from shared.contracts.intake import NeedFacts
from shared.contracts.reference import ReferenceEvent

Subject = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """The first record with a (source, id) or a reference: its content, and where it stands."""

    content: bytes
    first: str


@dataclass(frozen=True, slots=True)
class Request:
    """
    A request as the door keeps it.

    ``facts`` is the JSON of its facts; ``published`` and ``confided`` count its events on
    ``cri.int.intake.v1`` and on ``cri.int.confidential.v1``; ``ended`` is its terminal state.
    """

    request_id: str
    tracking_number: str
    participant: str
    facts: bytes
    published: int = 0
    confided: int = 0
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """An event with its topic and key."""

    topic: str
    key: str
    event: Event


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What becomes of a message.

    ``first`` is the record that a repetition of this message repeats (None after a refusal,
    which takes up neither the message's id nor its reference).
    """

    outcome: Literal["applied", "duplicate", "refused"]
    published: tuple[Published, ...]
    first: str | None = None
    request: Request | None = None
    words: NeedFacts | None = None
    reference: ReferenceEvent | None = None


@dataclass(slots=True)
class Known:
    """
    The working state of a batch.

    ``numbers`` holds the last number of each (topic, subject) that has no row of its own;
    ``fresh`` the counters of tracking numbers not given out yet, the next one last.
    """

    at: datetime
    registry: Registry
    agencies: Mapping[str, str]
    office: str
    seen: dict[tuple[str, str, str], Seen] = field(default_factory=dict)
    references: dict[tuple[str, str], Seen] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    words: dict[str, NeedFacts] = field(default_factory=dict)
    numbers: dict[Subject, int] = field(default_factory=dict)
    fresh: list[int] = field(default_factory=list)

    def next_number(self, topic: str, subject: str) -> int:
        """Return the number of the next event of *subject* on *topic*."""
        return self.numbers[topic, subject] + 1
