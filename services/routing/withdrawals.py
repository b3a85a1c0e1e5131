"""Withdraws offers and reports engagements whose provider or program no longer takes part."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import structlog
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from services.routing import store
from services.routing.life.affected import Gone, affected, gone, withdrawn
from services.routing.life.reaching import unreachable
from services.routing.rules.in_force import Rules, RulesCache
from services.routing.saving import save_and_publish
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog.catalog import CatalogCache
from shared.process.tasks import AT_ONCE, LATER

log = structlog.get_logger()
_LIMIT = 200


class Withdrawals:
    """
    Withdraws such offers; the matcher then serves their requests, which keep their queue numbers.

    Each step compares the catalog with the time, so that a date which passes takes effect without
    a message. Engagements are reported to the program office, once for each reason, or closed if
    their program has ended and says so. Offers to providers without a system are withdrawn if no
    mail about them was delivered within a working day, after the same grace as for clocks.
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
        self._rules_cache = RulesCache()

    async def step(self, pool: "Pool[Any]") -> timedelta:
        """Withdraw offers, report engagements; return the time until the next step."""
        async with pool.acquire() as connection:
            version, now, is_any_affected, reach_by = await store.read_affected(connection)
            at = self._clock.at(now)
            catalog = await self._catalogs.current(connection, version=version)
            rules = self._rules_cache.in_force(catalog, at=at)
            left = gone(catalog, at=at)
            offers, reported = 0, 0
            if reach_by is not None and rules.ruleset is not None:
                # As for clocks, grace is for records that Kafka has and we have not read yet.
                grace = timedelta(seconds=rules.ruleset.calendar.grace_seconds)
                until = at - self._clock.lasts(grace)
                if reach_by <= until:
                    offers = await self._withdraw_unreached(connection, until=until)
            if left.providers or left.programs or is_any_affected:
                offers += await self._withdraw(connection, left)
                reported = await self._report(connection, left, rules)
        if not offers and not reported:
            return LATER
        self._relay_wake.set()
        self._matcher_wake.set()
        return AT_ONCE

    async def _withdraw(self, connection: "PoolConnectionProxy[Any]", left: Gone) -> int:
        async with connection.transaction():
            requests, now = await store.lock_offers(
                connection, providers=left.providers, programs=left.programs, limit=_LIMIT
            )
            if now is not None:
                outcomes = withdrawn(requests, left, at=self._clock.at(now))
                await save_and_publish(connection, outcomes)
                reasons = Counter(left.reason(request) for request in requests)
                log.info("offers.withdrawn", **reasons)
        return len(requests)

    async def _withdraw_unreached(
        self, connection: "PoolConnectionProxy[Any]", *, until: datetime
    ) -> int:
        async with connection.transaction():
            requests, offer_ids, now = await store.lock_unreached(
                connection, until=until, limit=_LIMIT
            )
            if now is not None:
                outcomes = unreachable(requests, offer_ids, at=self._clock.at(now))
                await save_and_publish(connection, outcomes)
                await store.forget_unreached(connection, offer_ids)
                log.info("offers.withdrawn", unreachable=len(outcomes))
        return len(requests)

    async def _report(
        self, connection: "PoolConnectionProxy[Any]", left: Gone, rules: Rules
    ) -> int:
        async with connection.transaction():
            requests, now = await store.lock_engagements(
                connection,
                providers=left.providers,
                programs=left.over,
                work=left.work,
                limit=_LIMIT,
            )
            if now is not None:
                capacities = await store.read_capacities(connection)
                outcomes = affected(requests, left, rules, capacities, at=self._clock.at(now))
                await save_and_publish(connection, outcomes)
                closed = sum(outcome.request.ended for outcome in outcomes)
                log.info("engagements.affected", engagements=len(requests), closed=closed)
        return len(requests)
