"""Expires clocks: open offers lapse, other missed clocks are published."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from math import inf
from typing import Any

import structlog
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from services.routing import store
from services.routing.life.offers import run_out
from services.routing.saving import save_and_publish
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog.catalog import CatalogCache
from shared.contracts.reference import RuleSet
from shared.process import metrics
from shared.process.tasks import AT_ONCE, LATER, SOON

log = structlog.get_logger()
_LIMIT = 200
_A_DAY, _A_YEAR = timedelta(days=1), timedelta(days=366)


class Deadlines:
    """
    Expires clocks, after a grace period, so that an outage of ours does not make an answer late.

    Requests locked by another transaction are left for the next step; parked ones are skipped.
    """

    def __init__(
        self,
        *,
        relay_wake: asyncio.Event,
        matcher_wake: asyncio.Event,
        clock: BusinessClock = REAL_TIME,
    ) -> None:
        self._relay_wake = relay_wake
        self._matcher_wake = matcher_wake
        self._clock = clock
        self._catalogs = CatalogCache()
        self._warned: date | None = None

    async def step(self, pool: "Pool[Any]") -> timedelta:
        """Expire the clocks that are due; return the time until the next step."""
        async with pool.acquire() as connection:
            version, now, due_at = await store.read_next_due(connection)
            at = self._clock.at(now)
            catalog = await self._catalogs.current(connection, version=version)
            ruleset = catalog.ruleset_at(at)
            ruleset = None if ruleset is None else catalog.with_calendar(ruleset)
            self.watch_calendar(ruleset, at.date())
            if ruleset is None or due_at is None:
                return LATER
            # Grace is for answers that Kafka has and we have not read: real time.
            grace = self._clock.lasts(timedelta(seconds=ruleset.calendar.grace_seconds))
            if due_at + grace > at:
                return self._clock.pause(due_at + grace - at)
            return await self._expire(connection, until=at - grace)

    async def _expire(
        self, connection: "PoolConnectionProxy[Any]", *, until: datetime
    ) -> timedelta:
        async with connection.transaction():
            requests, now = await store.lock_due_requests(connection, until=until, limit=_LIMIT)
            at = None if now is None else self._clock.at(now)
            outcomes = [] if at is None else [run_out(request, at=at) for request in requests]
            if outcomes:
                await save_and_publish(connection, outcomes)
        if outcomes:
            self._relay_wake.set()
            self._matcher_wake.set()
            log.info("clocks.ran_out", **Counter(r.due_clock or "" for r in requests))
        return AT_ONCE if len(outcomes) == _LIMIT else SOON

    def watch_calendar(self, ruleset: RuleSet | None, today: date) -> None:
        """Export when the calendar ends; in the year before, log a daily warning."""
        last = None if ruleset is None else ruleset.calendar.last_day
        end = None if last is None else datetime.combine(last + _A_DAY, time.min, UTC)
        metrics.CALENDAR_END.labels("routing").set(inf if end is None else end.timestamp())
        if ruleset is None or last is None or today + _A_YEAR < last or today == self._warned:
            return
        self._warned = today
        log.warning(
            "calendar.ends",
            ruleset=ruleset.id,
            version=ruleset.version,
            last_day=last.isoformat(),
            days_left=max(0, (last - today).days),
        )
