"""Publishes what clocks lead to: reminders, lapsed offers, and misses, which are repeated."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from math import inf
from typing import Any

import structlog
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from services.routing import store
from services.routing.life.late import announce, stands
from services.routing.life.moving import move
from services.routing.life.offers import run_out
from services.routing.saving import save_and_publish
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog.catalog import Catalog, CatalogCache
from shared.contracts.reference import RuleSet
from shared.contracts.routing import ClockReminded
from shared.process import metrics
from shared.process.tasks import AT_ONCE, LATER, SOON

log = structlog.get_logger()
_LIMIT = 200
_A_DAY, _A_YEAR = timedelta(days=1), timedelta(days=366)
_LAST_DAY = date.max - _A_DAY


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
            due = await store.read_next_due(connection)
            at, due_at, next_at = self._clock.at(due.at), due.due_at, due.next_at
            catalog = await self._catalogs.current(connection, version=due.version)
            ruleset = catalog.ruleset_at(at)
            ruleset = None if ruleset is None else catalog.with_calendar(ruleset)
            self.watch_calendar(ruleset, at.date())
            if ruleset is None:
                return LATER
            if due.is_sweeping or due.swept != catalog.calendars_version:
                return await self._sweep(connection, catalog, due)
            # Real time: the grace period is for answers that Kafka has and we have not read.
            until = at - self._clock.lasts(timedelta(seconds=ruleset.calendar.grace_seconds))
            pauses = [LATER]
            if due_at is not None and due_at <= until:
                pauses.append(await self._expire(connection, ruleset, until=until))
            elif due_at is not None:
                pauses.append(self._clock.pause(due_at - until))
            if next_at is not None and next_at <= until:
                pauses.append(await self._announce(connection, ruleset, until=until))
            elif next_at is not None:
                pauses.append(self._clock.pause(next_at - until))
            return min(pauses)

    async def _expire(
        self, connection: "PoolConnectionProxy[Any]", ruleset: RuleSet, *, until: datetime
    ) -> timedelta:
        async with connection.transaction():
            requests, now = await store.lock_due_requests(connection, until=until, limit=_LIMIT)
            at = None if now is None else self._clock.at(now)
            outcomes = [] if at is None else [run_out(each, ruleset, at=at) for each in requests]
            if outcomes:
                await save_and_publish(connection, outcomes)
        if outcomes:
            self._relay_wake.set()
            self._matcher_wake.set()
            log.info("clocks.ran_out", **Counter(r.due_clock or "" for r in requests))
        return AT_ONCE if len(outcomes) == _LIMIT else SOON

    async def _sweep(
        self, connection: "PoolConnectionProxy[Any]", catalog: Catalog, due: store.NextDue
    ) -> timedelta:
        """Move some of the clocks that a changed calendar affects, before any clock runs out."""
        async with connection.transaction():
            if due.swept != catalog.calendars_version:
                await store.begin_calendar_sweep(connection, version=catalog.calendars_version)
                return AT_ONCE
            found, now = await store.lock_swept(connection, limit=_LIMIT)
            at = None if now is None else self._clock.at(now)
            outcomes = [] if at is None else [move(each, catalog, at=at) for each in found]
            moved = [outcome for outcome in outcomes if outcome is not None]
            await save_and_publish(connection, moved)
            last = found[-1].request.tracking_number if len(found) == _LIMIT else None
            await store.move_calendar_sweep(connection, to=last)
        if moved:
            self._relay_wake.set()
            log.info("clocks.moved", clocks=len(moved))
        return AT_ONCE

    async def _announce(
        self, connection: "PoolConnectionProxy[Any]", ruleset: RuleSet, *, until: datetime
    ) -> timedelta:
        """Publish the reminders and misses that are due; delete the rows of stopped clocks."""
        async with connection.transaction():
            found, now = await store.lock_late(connection, until=until, limit=_LIMIT)
            if now is None:
                return SOON
            at = self._clock.at(now)
            outcomes = [
                announce(request, late, ruleset, at=at)
                for request, late in found
                if stands(late, request)
            ]
            ended = [late for request, late in found if not stands(late, request)]
            await save_and_publish(connection, outcomes, stopped=ended)
        self._relay_wake.set()
        events = [event for outcome in outcomes for event in outcome.events]
        reminded = sum(isinstance(event, ClockReminded) for event in events)
        late = len(events) - reminded
        log.info("clocks.announced", late=late, reminded=reminded, stopped=len(ended))
        return AT_ONCE if len(found) == _LIMIT else SOON

    def watch_calendar(self, ruleset: RuleSet | None, today: date) -> None:
        """Export when the calendar ends; in the year before that, log a warning once a day."""
        last = None if ruleset is None else ruleset.calendar.last_day
        end = None
        if last is not None:
            end = datetime.combine(min(last, _LAST_DAY) + _A_DAY, time.min, UTC)
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
