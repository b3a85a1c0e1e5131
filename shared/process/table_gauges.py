"""Gauges that are counted from tables when metrics are read."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from shared.process.outages import TRANSIENT

Count = Callable[[], Awaitable[None]]
REST_SECONDS = 2.0
"""Shortest pause between two counts."""
REST = 50
"""Pause after a count, in durations of that count."""
REST_AT_MOST = 15.0
"""Longest pause, in seconds."""
_WAIT_SECONDS = 1.0


class TableGauges:
    """Sets gauges from tables, at most every two seconds, and less often if counting is slow."""

    def __init__(self) -> None:
        self._counts: tuple[Count, ...] = ()
        self._counting: asyncio.Task[None] | None = None
        self._rests_until = 0.0

    def begin(self, *counts: Count) -> None:
        """Register *counts*; each sets gauges and may raise Postgres errors."""
        self._counts = counts

    async def refresh(self) -> None:
        """Count, unless that was just done; wait at most one second for the counts to finish."""
        if self._counting is None or self._counting.done():
            if not self._counts or asyncio.get_running_loop().time() < self._rests_until:
                return
            self._counting = asyncio.create_task(self._count())
        await asyncio.wait([self._counting], timeout=_WAIT_SECONDS)
        if self._counting.done():
            self._counting.result()

    async def stop(self) -> None:
        """Cancel a running count; later calls of `refresh` do nothing."""
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
    Return the pause, in seconds, after a count that *took* so many seconds.

    It is capped: a short network outage also makes a count slow, and must not hide the gauges for
    minutes.
    """
    return min(max(REST_SECONDS, REST * took), REST_AT_MOST)
