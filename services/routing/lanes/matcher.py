"""The matcher: goes through the lanes in short transactions and makes offers."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import structlog
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from services.routing import store
from services.routing.lanes.lane import LaneStep, is_lane_open, match_in_order
from services.routing.life.capacity import Capacity, apply
from services.routing.rules.in_force import Rules, RulesCache
from services.routing.saving import save_and_publish
from services.routing.store import Lane, LaneSweep, Results
from shared.catalog.catalog import CatalogCache
from shared.contracts.reference import SERVED_FIRST
from shared.process import crash_points
from shared.process.tasks import AT_ONCE, LATER, SOON

log = structlog.get_logger()
_CHANGES_LIMIT = 500


class Matcher:
    """
    Finds providers for queued requests.

    Several matchers can run: each lane, and the applying of capacity changes, is locked by one of
    them at a time. Locks are always taken in the order lane, capacity, request.
    """

    def __init__(self, *, relay_wake: asyncio.Event, limit: int) -> None:
        self._relay_wake = relay_wake
        self._limit = limit
        self._catalogs = CatalogCache()
        self._rules_cache = RulesCache()

    async def step(self, pool: "Pool[Any]") -> timedelta:
        """
        Apply capacity changes, then go one step through each lane that has work.

        Returns `AT_ONCE` if a step reached its limit, and `SOON` if another process has locked a
        lane or the changes, as it may not have seen the latest work.
        """
        async with pool.acquire() as connection:
            pauses = [LATER]
            survey = await store.survey(connection)
            if survey.changes:
                pauses.append(await self._apply_changes(connection))
                survey = await store.survey(connection)
            rules = await self._rules(connection, version=survey.version, at=survey.at)
            for lane in sorted(survey.lanes, key=lambda lane: (_rank(lane, rules), lane.lane)):
                if _has_work(lane, rules, at=survey.at):
                    pauses.append(await self._match(connection, lane.lane))
        return min(pauses)

    async def _rules(self, connection: Any, *, version: int, at: datetime) -> Rules:
        """Return the rules in force at *at*; *version* is that of the stored catalog."""
        catalog = await self._catalogs.current(connection, version=version)
        return self._rules_cache.in_force(catalog, at=at)

    async def _apply_changes(self, connection: "PoolConnectionProxy[Any]") -> timedelta:
        """Apply capacity changes; start a new sweep of lanes whose providers gained capacity."""
        catalog = await self._catalogs.current(connection)
        async with connection.transaction():
            if not await store.try_to_take_changes(connection):
                return SOON
            await store.lock_lanes(connection)
            changes = await store.take_capacity_changes(connection, limit=_CHANGES_LIMIT)
            providers = sorted({change.provider for change in changes})
            await store.open_capacities(connection, providers)
            capacities = await store.lock_capacities(connection, providers)
            for change in changes:
                capacities[change.provider] = apply(capacities[change.provider], change)
            await store.save(connection, Results(capacities=list(capacities.values())))
            gained = {c.provider for c in changes if c.entries is not None or c.free > 0}
            programs = {
                program
                for provider in gained & catalog.providers.keys()
                for program in catalog.providers[provider].programs
            }
            await store.sweep_lanes(connection, programs)
        return AT_ONCE if len(changes) == _CHANGES_LIMIT else LATER

    async def _match(self, connection: "PoolConnectionProxy[Any]", name: str) -> timedelta:
        """Go one step through a lane; return the time until the next."""
        async with connection.transaction():
            locked = await store.lock_lane(connection, name)
            if locked is None:
                return SOON
            lane, version, at = locked
            rules = await self._rules(connection, version=version, at=at)
            if await self._must_wait(connection, lane, rules):
                return SOON
            basis = _basis(lane.program, rules, at=at)
            is_open = is_lane_open(rules, lane.program, at=at)
            swept_to = lane.swept_to if lane.basis == basis else 0
            sweeping = is_open and swept_to is not None
            capacities = await self._capacities(connection, lane.program, rules, at=at)
            requests, locked_at = await store.lock_next_in_lane(
                connection,
                name,
                behind=swept_to if sweeping and swept_to is not None else store.END,
                limit=self._limit,
            )
            step = LaneStep(lane.program, is_open, rules, dict(capacities), locked_at or at)
            crash_points.reach("matcher.after_claim")
            outcomes = match_in_order(step, requests)
            sweeps: list[LaneSweep] = []
            if sweeping or basis != lane.basis:
                reached = max((r.queue_number or 0 for r in requests if sweeping), default=0)
                sweeps.append(LaneSweep(name, basis, max(reached, swept_to or 0)))
            published = await save_and_publish(
                connection,
                outcomes,
                capacities=_changed(capacities, step.capacities),
                sweeps=sweeps,
            )
            crash_points.reach("matcher.in_transaction")
        if published:
            self._relay_wake.set()
            statuses = Counter(outcome.request.status for outcome in outcomes if outcome.events)
            log.info("requests.matched", lane=name, looked_at=len(requests), **statuses)
        return AT_ONCE if len(requests) == self._limit else LATER

    async def _must_wait(
        self, connection: "PoolConnectionProxy[Any]", lane: Lane, rules: Rules
    ) -> bool:
        """Tell whether a lane that is served earlier and shares a provider has work."""
        if _rank(lane, rules) == 0:
            return False
        now = await store.survey(connection)
        return any(
            _rank(other, rules) < _rank(lane, rules)
            and _share_provider(other.program, lane.program, rules)
            and _has_work(other, rules, at=now.at)
            for other in now.lanes
        )

    async def _capacities(
        self,
        connection: "PoolConnectionProxy[Any]",
        program: str,
        rules: Rules,
        *,
        at: datetime,
    ) -> dict[str, Capacity]:
        basis = rules.providers(program, at=at)
        providers = [candidate["provider.id"] for candidate in basis.candidates]
        return await store.lock_capacities(connection, providers)


def _rank(lane: Lane, rules: Rules) -> int:
    """Return the position of the lane's pace in the order of service, from 0."""
    stated = rules.ruleset.lanes if rules.ruleset is not None else None
    order = stated or SERVED_FIRST
    return next((n for n, pace in enumerate(order) if lane.lane.endswith(f".{pace}")), len(order))


def _share_provider(one: str, other: str, rules: Rules) -> bool:
    return one == other or any(
        {one, other}.issubset(provider.programs) for provider in rules.catalog.providers.values()
    )


def _has_work(lane: Lane, rules: Rules, *, at: datetime) -> bool:
    """Tell whether the lane has requests for the matcher to look at."""
    known = rules.ruleset is not None and lane.program in rules.catalog.programs
    if not known or not lane.queued:
        return False
    if lane.fresh or lane.basis != _basis(lane.program, rules, at=at):
        return True
    return lane.swept_to is not None and is_lane_open(rules, lane.program, at=at)


def _basis(program: str, rules: Rules, *, at: datetime) -> str:
    """Return a key of all inputs but capacity; if it changes, the lane is swept again."""
    basis = rules.providers(program, at=at)
    state = "open" if is_lane_open(rules, program, at=at) else "closed"
    return f"{state} {basis.ruleset_hash[:16]} {basis.panel_hash[:16]}"


def _changed(before: dict[str, Capacity], after: dict[str, Capacity]) -> list[Capacity]:
    return [now for name, now in after.items() if now is not before[name]]
