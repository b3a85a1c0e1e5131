"""The checkpoints of a batch: how far they move, and what is counted with them."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import NamedTuple

from shared.delivery.counts import encode
from shared.delivery.records import OUTCOMES, Counted, Outcome, Record

Partition = tuple[str, int]
WINDOW = 100
SHARE = 20
IN_A_ROW = 5
KEYS = 3
_NOTHING: Counter[Outcome] = Counter()


class Fenced(Exception):
    """Another process has moved a checkpoint: this batch is no longer ours to take in."""


class TooManyFailures(Exception):
    """Decisions fail so often that the build must be wrong, not the records."""

    def __init__(self, partition: Partition, failures: str) -> None:
        super().__init__(f"{partition[0]}/{partition[1]}")
        self.partition = partition
        self.failures = failures


@dataclass(slots=True)
class FailureWindow:
    """The failures among the last 100 decisions of a partition, as (number of decision, key)."""

    seen: int = 0
    failed: list[tuple[int, str]] = field(default_factory=list)

    @classmethod
    def decode(cls, text: str | None) -> "FailureWindow":
        if text is None:
            return cls()
        value = json.loads(text)
        return cls(value["seen"], [(place, key) for place, key in value["failed"]])

    def encode(self) -> str | None:
        """Return the window as JSON; None when nothing in it failed."""
        return json.dumps({"seen": self.seen, "failed": self.failed}) if self.failed else None

    def count(self, *, key: str, failed: bool) -> None:
        """Count one decision."""
        self.seen += 1
        if failed:
            self.failed.append((self.seen, key))
        if self.failed and self.failed[0][0] <= self.seen - WINDOW:
            del self.failed[0]

    @property
    def tripped(self) -> bool:
        """Whether 20 of the last 100, or the last 5, failed, over at least 3 keys."""
        last = self.failed[-IN_A_ROW:]
        in_a_row = len(last) == IN_A_ROW and last[0][0] == self.seen - IN_A_ROW + 1
        return (len(self.failed) >= SHARE and len({key for _, key in self.failed}) >= KEYS) or (
            in_a_row and len({key for _, key in last}) >= KEYS
        )


class CheckpointStep(NamedTuple):
    """A ``checkpoint_step``: where a checkpoint moves, and what to add to its outcomes."""

    topic: str
    partition: int
    next_offset: int
    failures: str | None
    applied: int
    duplicate: int
    ignored: int
    held: int
    refused: int
    parked: int
    dead: int


class CountRow(NamedTuple):
    """A ``count_row``: a count other than outcomes, stored under a locked partition."""

    topic: str
    partition: int
    what: str
    number: int


@dataclass(slots=True)
class Steps:
    """The locked checkpoints of a batch, how far they move, and the outcomes and counts to add."""

    at: datetime
    first_offsets: dict[Partition, int]
    next_offsets: dict[Partition, int]
    windows: dict[Partition, FailureWindow]
    with_losses: frozenset[Partition] = frozenset()
    """Partitions with records that were deleted before they were read."""
    outcomes: dict[tuple[str, int, int], Outcome] = field(default_factory=dict)
    counted: Counter[Counted] = field(default_factory=Counter)
    """Counts of this round other than outcomes, as named in `Taken.counted`."""
    _written: Mapping[Partition, Counter[Outcome]] = field(default_factory=dict)

    @classmethod
    def of_released(cls, records: Sequence[Record], *, at: datetime) -> "Steps":
        """
        Return steps that move no checkpoint, for *records* that were counted when they were read.

        Their outcomes are noted, but never stored.
        """
        first: dict[Partition, int] = {}
        for record in records:
            partition = (record.topic, record.partition)
            first[partition] = min(record.offset, first.get(partition, record.offset))
        return cls(at=at, first_offsets=first, next_offsets={}, windows={})

    def restore(self, before: "Steps") -> None:
        """Take back all changes since *before* was copied, like a savepoint."""
        for each in fields(self):
            setattr(self, each.name, getattr(before, each.name))

    def note(self, record: Record, outcome: Outcome) -> None:
        """Note the outcome of *record*; one from before the batch was counted when it was read."""
        partition = (record.topic, record.partition)
        if self.first_offsets.get(partition, record.offset + 1) <= record.offset:
            self.outcomes[record.topic, record.partition, record.offset] = outcome

    def cut_off(self, cut: Mapping[Partition, int]) -> None:
        """Move checkpoints no further than the offsets in *cut*; drop the outcomes after them."""
        for partition in self.next_offsets.keys() & cut.keys():
            self.next_offsets[partition] = min(self.next_offsets[partition], cut[partition])
        self.outcomes = {
            (topic, partition, offset): outcome
            for (topic, partition, offset), outcome in self.outcomes.items()
            if offset < self.next_offsets[topic, partition]
        }

    def count(self) -> Mapping[Partition, Counter[Outcome]]:
        """Return the outcomes of the batch's own records by partition."""
        counts: dict[Partition, Counter[Outcome]] = defaultdict(Counter)
        for (topic, partition, _), outcome in self.outcomes.items():
            counts[topic, partition][outcome] += 1
        return counts

    def take_counted(self) -> list[CountRow]:
        """Return and clear the counts of this round; they may go to any locked partition."""
        counted, self.counted = self.counted, Counter()
        topic, partition = next(iter(self.first_offsets))
        return [
            CountRow(topic, partition, encode(what), number) for what, number in counted.items()
        ]

    def take(self) -> list[CheckpointStep]:
        """
        Return the steps of the checkpoints; called once for each round that is written.

        Outcomes are differences from the last call: a record that was held in one round may be
        applied in the next.
        """
        counts, written = self.count(), self._written
        self._written = counts
        return [
            CheckpointStep(
                *partition,
                following,
                self.windows[partition].encode(),
                *(
                    counts[partition][outcome] - written.get(partition, _NOTHING)[outcome]
                    for outcome in OUTCOMES
                ),
            )
            for partition, following in self.next_offsets.items()
        ]
