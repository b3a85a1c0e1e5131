"""Measures the lag of each topic, and finds partitions that stall although records wait."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from typing import NamedTuple

from aiokafka import TopicPartition

from shared.process import metrics
from shared.process.probes import STALL_SECONDS

_STANDS_SECONDS = 30


class Stalls(NamedTuple):
    """
    Partitions whose position does not move although records wait.

    ``since``: when the longest stall began (monotonic clock); None if none is over 30 seconds.
    ``stalled``: the partition that has stalled so long that only a new process helps.
    ``places``: all partitions with waiting records, and when each last moved.
    """

    since: float | None = None
    stalled: str | None = None
    places: Mapping[str, float] = {}


class Progress:
    """Watches the partitions of one process, by the monotonic clock."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._moved_at: dict[TopicPartition, float] = {}
        self._shown: set[str] = set()

    def moved(self, partitions: Iterable[TopicPartition]) -> None:
        """Note that records of *partitions* were just taken in."""
        self._moved_at.update(dict.fromkeys(partitions, time.monotonic()))

    def look(
        self,
        ours: Collection[TopicPartition],
        expected: Mapping[TopicPartition, int],
        end_of: Callable[[TopicPartition], int | None],
        blocked: Container[TopicPartition] = (),
    ) -> Stalls:
        """
        Set the gauges of lag and of time without progress; return the stalls.

        *expected* holds the next offsets of those of *ours* whose checkpoints are known. Other
        partitions are forgotten. A *blocked* partition does not count as stalled: a new process
        would not help it.
        """
        now = time.monotonic()
        self._forget_others(ours)
        lags: Counter[str] = Counter()
        longest: dict[str, float] = {}
        lagging_since: dict[TopicPartition, float] = {}
        for partition in ours:
            lag = None
            if partition in expected:
                if (end := end_of(partition)) is None:
                    continue
                lag = max(end - expected[partition], 0)
            label = metrics.topic_label(partition.topic)
            moved_at = self._moved_at.setdefault(partition, now)
            if lag is not None:
                lags[label] += lag
                if lag == 0:
                    moved_at = self._moved_at[partition] = now
                else:
                    lagging_since[partition] = moved_at
            # Also without a known position: while Postgres is down, nothing is taken in.
            longest[label] = max(longest.get(label, 0), now - moved_at)
        for topic, records in lags.items():
            metrics.LAG.labels(self._service, topic).set(records)
        for topic, seconds in longest.items():
            metrics.STANDING.labels(self._service, topic).set(seconds)
        return _stalls(lagging_since, now, blocked)

    def _forget_others(self, ours: Collection[TopicPartition]) -> None:
        for partition in self._moved_at.keys() - set(ours):
            del self._moved_at[partition]
        topics = {metrics.topic_label(partition.topic) for partition in ours}
        for topic in self._shown - topics:
            metrics.LAG.labels(self._service, topic).set(0)
            metrics.STANDING.labels(self._service, topic).set(0)
        self._shown = topics


def _stalls(
    moved_at: Mapping[TopicPartition, float], now: float, blocked: Container[TopicPartition]
) -> Stalls:
    places = {f"{topic}/{number}": at for (topic, number), at in moved_at.items()}
    long = {
        each: at
        for each, at in moved_at.items()
        if now - at > _STANDS_SECONDS and each not in blocked
    }
    if not long:
        return Stalls(places=places)
    topic, partition = longest = min(long, key=long.__getitem__)
    stalled = f"{topic}/{partition}" if now - long[longest] > STALL_SECONDS else None
    return Stalls(long[longest], stalled, places)
