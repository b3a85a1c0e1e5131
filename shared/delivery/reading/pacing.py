"""When the next fetch may be sent, and which topics take part in it."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from math import ceil

from aiokafka.protocol.fetch import FetchRequest

from shared.delivery.reading.turns import Turns
from shared.delivery.records import Record
from shared.process.waking import woken

_AHEAD_SECONDS = 0.1
"""How long a fetch waits, at most, until the last fetch's records begin to be taken in."""


class Pacing:
    """Makes fetches wait for their turn; *batched_topics* gather for *gather_seconds*."""

    def __init__(
        self,
        *,
        batched_topics: Collection[str],
        gather_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._batched_topics = batched_topics
        self._turns = Turns(gather_seconds=gather_seconds, clock=clock)
        self._has_ended = asyncio.Event()
        self._is_taken = asyncio.Event()
        self._is_taken.set()

    def fetched(self) -> None:
        """Note that a fetch has brought records."""
        self._is_taken.clear()

    def begin(self, records: Sequence[Record], most: int) -> None:
        """Note that a batch of *records* begins, which had room for *most*."""
        if records and not self._is_taken.is_set():
            has_waited = any(record.topic in self._batched_topics for record in records)
            self._turns.begin(gathers=has_waited and len(records) < most)
        self._is_taken.set()

    def end(self) -> None:
        """Note that the last batch, if any, has been taken in."""
        self._turns.end()
        self._has_ended.set()

    async def next_batch(self) -> None:
        """Wait until a batch may begin: a second broker's response may arrive before its turn."""
        await asyncio.sleep(self._turns.left(batched=False))

    async def next_fetch(self, whole: FetchRequest) -> FetchRequest:
        """Wait until a topic of *whole* is due; return *whole* without those that are not."""
        await woken(self._is_taken, within=_AHEAD_SECONDS)
        while True:
            direct, batched = self._turns.left(batched=False), self._turns.left(batched=True)
            # Not the batched topics alone: the session would drop all others and name them again.
            seconds = (direct, max(direct, batched))
            left = {topic: seconds[topic in self._batched_topics] for topic, _ in whole.topics}
            soonest = min(left.values())
            if soonest <= 0:
                break
            self._has_ended.clear()
            await woken(self._has_ended, within=soonest)
        later = [seconds for seconds in left.values() if seconds > 0]
        if not later:
            return whole
        return FetchRequest(
            min(whole._max_wait_ms, ceil(1000 * min(later))),
            whole._min_bytes,
            whole._max_bytes,
            whole._isolation_level,
            [(topic, partitions) for topic, partitions in whole.topics if left[topic] <= 0],
            whole._rack_id,
        )
