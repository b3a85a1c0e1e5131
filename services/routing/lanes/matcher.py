"""The matcher: goes through the lanes in short transactions and makes offers."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from services.routing import store
from services.routing.lanes import opening
from services.routing.lanes.lane import LaneStep, is_lane_open, match_in_order
from services.routing.lanes.opening import Lane, OpenedLane, Survey
from services.routing.life.capacity import Capacity, apply
from services.routing.rules.in_force import Rules, RulesCache, closed, opens_at
from services.routing.saving import save_and_publish
from services.routing.store import LaneSweep, Results
from shared.business_clock import REAL_TIME, BusinessClock
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

    def __init__(
        self, *, relay_wake: asyncio.Event, limit: int, clock: BusinessClock = REAL_TIME
    ) -> None:
        self._relay_wake = relay_wake
        self._clock = clock
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
            survey, has_changes = await opening.survey(connection, clock=self._clock)
            if has_changes:
                pause, survey = await self._apply_changes(connection, survey)
                pauses.append(pause)
            rules = await self._rules(connection, survey)
            unfinished: list[Lane] = []
            for lane in sorted(survey.lanes, key=lambda lane: (_rank(lane, rules), lane.lane)):
                if not _has_work(lane, rules, at=survey.at):
                    continue
                pause = SOON
                if not any(_goes_before(other, lane, rules) for other in unfinished):
                    pause = await self._match(connection, lane, rules, at=survey.at)
                if pause != LATER:
                    unfinished.append(lane)
                pauses.append(pause)
        return min(pauses)

    async def _rules(self, connection: Any, survey: Survey) -> Rules:
        """Return the rules in force at the time of *survey*."""
        catalog = await self._catalogs.current(connection, version=survey.version)
        return self._rules_cache.in_force(catalog, at=survey.at)

    async def _apply_changes(
        self, connection: "PoolConnectionProxy[Any]", before: Survey
    ) -> tuple[timedelta, Survey]:
        """Apply capacity changes; start a new sweep of lanes whose providers gained capacity."""
        async with connection.transaction():
            opened = await opening.open_changes(
                connection, clock=self._clock, limit=_CHANGES_LIMIT
            )
            if opened is None:
                return SOON, before
            catalog = await self._catalogs.current(connection, version=opened.survey.version)
            capacities = dict(opened.capacities)
            for change in opened.changes:
                capacities[change.provider] = apply(capacities[change.provider], change)
            gained = {c.provider for c in opened.changes if c.entries is not None or c.free > 0}
            programs = {
                program
                for provider in gained & catalog.providers.keys()
                for program in catalog.providers[provider].programs
            }
            rules = self._rules_cache.in_force(catalog, at=opened.survey.at)
            programs = {p for p in programs if is_lane_open(rules, p, at=opened.survey.at)}
            lanes = [
                lane._replace(swept_to=0) if lane.program in programs else lane
                for lane in opened.survey.lanes
            ]
            sweeps = [
                LaneSweep(lane.lane, lane.basis, 0) for lane in lanes if lane.program in programs
            ]
            results = Results(capacities=list(capacities.values()), sweeps=sweeps)
            await store.save(connection, results)
        pause = AT_ONCE if len(opened.changes) == _CHANGES_LIMIT else LATER
        return pause, replace(opened.survey, lanes=lanes)

    async def _match(
        self, connection: "PoolConnectionProxy[Any]", lane: Lane, rules: Rules, *, at: datetime
    ) -> timedelta:
        """
        Go one step through a lane; return the time until the next.

        The rules in force *at* the survey determine what to lock. If they have changed by the time
        the locks are held, nothing is done, and the next step uses the new rules.
        """
        plan = _plan(lane.program, rules, at=at)
        async with connection.transaction():
            opened = await opening.open_lane(
                connection,
                lane.lane,
                basis=plan.basis,
                providers=plan.providers,
                clock=self._clock,
                limit=self._limit,
            )
            if opened is None:
                return SOON
            rules, at = await self._rules(connection, opened.survey), opened.survey.at
            if _plan(lane.program, rules, at=at) != plan:
                return AT_ONCE
            if _must_wait(lane, opened.survey, rules):
                return SOON
            requests = opened.requests
            step = LaneStep(lane.program, plan.is_open, rules, dict(opened.capacities), at)
            crash_points.reach("matcher.after_claim")
            outcomes = match_in_order(step, requests)
            published = await save_and_publish(
                connection,
                outcomes,
                capacities=_changed(opened.capacities, step.capacities),
                sweeps=_sweeps(lane, plan, opened),
            )
            crash_points.reach("matcher.in_transaction")
        if published:
            self._relay_wake.set()
            statuses = Counter(outcome.request.status for outcome in outcomes if outcome.events)
            log.info("requests.matched", lane=lane.lane, looked_at=len(requests), **statuses)
        return AT_ONCE if len(requests) == self._limit else LATER


class _Plan(NamedTuple):
    """Inputs of a step through a lane; a changed ``basis`` starts a new sweep of the lane."""

    basis: str
    is_open: bool
    providers: list[str]


def _plan(program: str, rules: Rules, *, at: datetime) -> _Plan:
    reason = closed(rules.catalog, program, at=at)
    if reason is not None:
        return _Plan(f"{reason} {opens_at(rules.catalog, program)}", False, [])
    basis = rules.providers(program, at=at)
    return _Plan(
        f"open {basis.ruleset_hash[:16]} {basis.panel_hash[:16]}",
        True,
        [candidate["provider.id"] for candidate in basis.candidates],
    )


def _sweeps(lane: Lane, plan: _Plan, opened: OpenedLane) -> list[LaneSweep]:
    """Return the sweep that this step began or carried on, if any."""
    [before] = [each for each in opened.survey.lanes if each.lane == lane.lane]
    if opened.sweep_from is None:
        return [] if before.basis == plan.basis else [LaneSweep(lane.lane, plan.basis, 0)]
    reached = max((request.queue_number or 0 for request in opened.requests), default=0)
    return [LaneSweep(lane.lane, plan.basis, max(reached, opened.sweep_from))]


def _must_wait(lane: Lane, survey: Survey, rules: Rules) -> bool:
    """Tell whether a lane that is served before *lane* has work."""
    return any(
        _goes_before(other, lane, rules) and _has_work(other, rules, at=survey.at)
        for other in survey.lanes
    )


def _goes_before(other: Lane, lane: Lane, rules: Rules) -> bool:
    """Tell whether *other* is served before *lane*, with which it shares a provider."""
    return _rank(other, rules) < _rank(lane, rules) and _share_provider(
        other.program, lane.program, rules
    )


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
    if lane.fresh or lane.basis != _plan(lane.program, rules, at=at).basis:
        return True
    return lane.swept_to is not None


def _changed(before: dict[str, Capacity], after: dict[str, Capacity]) -> list[Capacity]:
    return [now for name, now in after.items() if now is not before[name]]
