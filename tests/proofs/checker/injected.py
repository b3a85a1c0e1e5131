"""
Faults that a run injected on purpose, as listed in its ledger (``injected.jsonl``).

A line ``{"did": "injected", "topic", "partition", "offset", "sha256", "outcomes", ...}`` names a
record that a fault sent with a service's credentials, and the expected outcome for each reader:
``dead``, ``parked`` or ``passed`` (a repeat, or of an unknown type). The offset is null if the
broker's answer was lost: such a record may be on the topic once, or not at all.
``{"did": "swapped", "topic", "subject", "ids"}`` names two neighboring events of one subject
whose rows were swapped in the outbox, so that the later one comes first.
``{"did": "earlier", "release", "unknown", "since", "until"}`` names a span in which processes of
an earlier release ran too, and the types of events that it does not know, or not all of. It takes
these in without deciding or keeping what they say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol


class Stored(Protocol):
    """The parts of a record needed here."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def body(self) -> Mapping[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Injected:
    """A record that the run itself put on a topic."""

    topic: str
    partition: int
    offset: int
    sha256: str
    outcomes: Mapping[str, str]
    """By reading service: ``dead``, ``parked`` or ``passed``."""
    reason: str | None
    subject: str | None
    number: int

    @property
    def place(self) -> str:
        """``topic/partition/offset``."""
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class Swapped:
    """Two neighboring events of a subject of which the later one came first."""

    topic: str
    subject: str
    earlier: str
    later: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """A span in which an earlier release ran, and the types of events unknown to it."""

    unknown: frozenset[str]
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    """All injected records, swapped events and spans of earlier releases of a run."""

    injected: Sequence[Injected] = ()
    swapped: Sequence[Swapped] = ()
    earlier: Sequence[Earlier] = ()

    def may_be_unknown(self, body: Mapping[str, Any]) -> bool:
        """Tell whether a release that does not know the event's type may have taken it in."""
        return any(
            body["type"] in each.unknown
            and each.since <= datetime.fromisoformat(body["time"]) <= each.until
            for each in self.earlier
        )


def digest(value: bytes | None) -> str:
    """Return the checksum by which the ledger identifies a record's value."""
    return "null" if value is None else sha256(value).hexdigest()


def ledger_of(
    lines: Iterable[Mapping[str, Any]], topics: Mapping[str, Sequence[Stored]]
) -> Ledger:
    """Read the ledger; look up on *topics* the records whose offset is unknown."""
    lines = list(lines)
    sent = [line for line in lines if line["did"] == "injected"]
    claimed = {
        (line["topic"], line["partition"], line["offset"])
        for line in sent
        if line["offset"] is not None
    }
    injected = []
    for line in sent:
        offset = line["offset"]
        if offset is None:
            offset = _find(line, topics, claimed)
            claimed.add((line["topic"], line["partition"], offset))
        if offset is not None:
            injected.append(
                Injected(
                    line["topic"],
                    line["partition"],
                    offset,
                    line["sha256"],
                    line["outcomes"],
                    line["reason"],
                    line["subject"],
                    line["number"],
                )
            )
    swapped = [
        Swapped(line["topic"], line["subject"], *line["ids"])
        for line in lines
        if line["did"] == "swapped"
    ]
    earlier = [
        Earlier(
            frozenset(line["unknown"]),
            datetime.fromisoformat(line["since"]),
            datetime.fromisoformat(line["until"]),
        )
        for line in lines
        if line["did"] == "earlier"
    ]
    return Ledger(injected, swapped, earlier)


def _find(
    line: Mapping[str, Any],
    topics: Mapping[str, Sequence[Stored]],
    claimed: set[tuple[str, int, int]],
) -> int | None:
    for record in topics.get(line["topic"], ()):
        if (
            record.partition == line["partition"]
            and (line["topic"], record.partition, record.offset) not in claimed
            and digest(record.value) == line["sha256"]
        ):
            return record.offset
    return None
