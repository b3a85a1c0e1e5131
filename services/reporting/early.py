"""
Decides messages about an unknown engagement once its opening can no longer come.

A provider that is told of an engagement may write about it at once, and intake's log may be read
before routing's. So `ReportingReader` lets a message about an unknown engagement wait for the next
event about its request. If none comes, the message is decided once routing's log is read up to the
time at which it was written, at the latest after a minute.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from asyncpg import Pool

from services.reporting import store
from services.reporting.handlers import ReportingReader
from shared.business_clock import REAL_TIME, BusinessClock
from shared.contracts import intake, routing
from shared.delivery.reading.positions import CannotRun
from shared.delivery.take_in.overdue import count_waiting, take_in_overdue
from shared.process.outages import TRANSIENT
from shared.process.tasks import AT_ONCE, LATER

MOST = timedelta(minutes=1)
"""The longest that a message waits, even if routing's log cannot be read."""


class EarlyMessages:
    """Looks for messages that have waited for routing's log, and decides them."""

    def __init__(
        self,
        *,
        update_as_of: Callable[["Pool[Any]"], Awaitable[None]],
        relay_wake: asyncio.Event,
        clock: BusinessClock = REAL_TIME,
    ) -> None:
        self._update_as_of = update_as_of
        self._relay_wake = relay_wake
        self._reader = ReportingReader(clock, has_read_all=True)

    async def decide(self, pool: "Pool[Any]") -> timedelta:
        """Decide each message whose engagement must be known by now; return when to look again."""
        if not await count_waiting(pool, topic=intake.TOPIC, for_topic=routing.TOPIC):
            return LATER
        try:
            await self._update_as_of(pool)
        except (CannotRun, *TRANSIENT):
            pass  # Kafka or a partition is away: `MOST` decides
        async with pool.acquire() as connection:
            before = await store.read_clock(connection) - MOST
            if (found := await store.read_as_of(connection)) is not None:
                before = max(before, found[0])
        decided = await take_in_overdue(
            pool,
            self._reader,
            topic=intake.TOPIC,
            for_topic=routing.TOPIC,
            before=before,
            service="reporting",
        )
        if not decided:
            return LATER
        self._relay_wake.set()
        return AT_ONCE
