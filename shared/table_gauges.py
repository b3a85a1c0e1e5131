"""Gauges of what tables hold, counted when the metrics are asked for."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from shared.messaging.outages import TRANSIENT

Count = Callable[[], Awaitable[None]]
REST_SECONDS = 2.0
REST = 50
REST_AT_MOST = 15.0
_WAIT_SECONDS = 1.0


class TableGauges:
    """Sets gauges from tables, at most every two seconds; a table that takes long, less often."""

    def __init__(self) -> None:
        self._counts: tuple[Count, ...] = ()
        self._counting: asyncio.Task[None] | None = None
        self._rests_until = 0.0

    def begin(self, *counts: Count) -> None:
        """Call *counts* from now on; each sets gauges, or raises what Postgres raised."""
        self._counts = counts

    async def refresh(self) -> None:
        """Count unless it was done just now; what takes more than a second is shown next time."""
        if self._counting is None or self._counting.done():
            if not self._counts or asyncio.get_running_loop().time() < self._rests_until:
                return
            self._counting = asyncio.create_task(self._count())
        await asyncio.wait([self._counting], timeout=_WAIT_SECONDS)
        if self._counting.done():
            self._counting.result()

    async def stop(self) -> None:
        """Count no more."""
        self._counts = ()
        if self._counting is not None:
            self._counting.cancel()
            await asyncio.wait([self._counting])

    async def _count(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for count in self._counts:
            with suppress(*TRANSIENT):
                await count()
        ended = loop.time()
        self._rests_until = ended + rest(ended - began)


def rest(took: float) -> float:
    """
    Return how long to rest after counting took so long (seconds).

    A network that is cut for seconds looks like a large table; it must not blind us for minutes.
    """
    return min(max(REST_SECONDS, REST * took), REST_AT_MOST)
