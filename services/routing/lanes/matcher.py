"""The matcher: works through the lanes, each step a short transaction, and makes the offers."""

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
from services.routing.rules.books import Library, Shelf
from services.routing.saving import save_and_publish
from services.routing.store import Lane, LaneSweep, Results
from shared.catalog.catalog import CatalogCache
from shared.contracts.reference import SERVED_FIRST
from shared.process import crash_points
from shared.process.tasks import AT_ONCE, LATER, SOON

log = structlog.get_logger()
_CHANGES_AT_ONCE = 500


class Matcher:
    """
    Finds providers for what is queued.

    Several matchers may run: a lane is worked on by one at a time, and changes of capacity are
    applied by one at a time. Locks are taken lane, capacity, request, everywhere.
    """

    def __init__(self, *, relay_wake: asyncio.Event, limit: int) -> None:
        self._relay_wake = relay_wake
        self._limit = limit
        self._catalogs = CatalogCache()
        self._shelf = Shelf()

    async def step(self, pool: "Pool[Any]") -> timedelta:
        """
        Apply the changes of capacity, then go one step through each lane that has work.

        There may be more at once when a step took as much as it may, and soon when another process
        holds a lane or the changes: it may not have seen what brought the work here.
        """
        async with pool.acquire() as connection:
            pauses = [LATER]
            survey = await store.survey(connection)
            if survey.changes:
                pauses.append(await self._apply_changes(connection))
                survey = await store.survey(connection)
            library = await self._library(connection, version=survey.version, at=survey.at)
            for lane in sorted(survey.lanes, key=lambda lane: (_rank(lane, library), lane.lane)):
                if _has_work(lane, library, at=survey.at):
                    pauses.append(await self._match(connection, lane.lane))
        return min(pauses)

    async def _library(self, connection: Any, *, version: int, at: datetime) -> Library:
        """Return the library at *at*; *version* is the stored catalog's, which was just read."""
        catalog = await self._catalogs.current(connection, version=version)
        return self._shelf.library(catalog, at=at)

    async def _apply_changes(self, connection: "PoolConnectionProxy[Any]") -> timedelta:
        """Bring the capacities up to date and let the lanes look again where room has come."""
        catalog = await self._catalogs.current(connection)
        async with connection.transaction():
            if not await store.try_to_take_changes(connection):
                return SOON
            await store.lock_lanes(connection)
            changes = await store.take_capacity_changes(connection, limit=_CHANGES_AT_ONCE)
            providers = sorted({change.provider for change in changes})
            await store.open_capacities(connection, providers)
            capacities = await store.lock_capacities(connection, providers)
            for change in changes:
                capacities[change.provider] = apply(capacities[change.provider], change)
            await store.save(connection, Results(capacities=list(capacities.values())))
            more = {c.provider for c in changes if c.entries is not None or c.free > 0}
            programs = {
                program
                for provider in more & catalog.providers.keys()
                for program in catalog.providers[provider].programs
            }
            await store.sweep_lanes(connection, programs)
        return AT_ONCE if len(changes) == _CHANGES_AT_ONCE else LATER

    async def _match(self, connection: "PoolConnectionProxy[Any]", name: str) -> timedelta:
        """Go one step through a lane; return when the next is due."""
        async with connection.transaction():
            locked = await store.lock_lane(connection, name)
            if locked is None:
                return SOON
            lane, version, at = locked
            library = await self._library(connection, version=version, at=at)
            if await self._is_behind(connection, lane, library):
                return SOON
            basis = _basis(lane.program, library, at=at)
            is_open = is_lane_open(library, lane.program, at=at)
            swept_to = lane.swept_to if lane.basis == basis else 0
            sweeping = is_open and swept_to is not None
            capacities = await self._capacities(connection, lane.program, library, at=at)
            requests, locked_at = await store.lock_next_in_lane(
                connection,
                name,
                behind=swept_to if sweeping and swept_to is not None else store.END,
                limit=self._limit,
            )
            step = LaneStep(lane.program, is_open, library, dict(capacities), locked_at or at)
            crash_points.reach("matcher.after_claim")
            tolds = match_in_order(step, requests)
            sweeps: list[LaneSweep] = []
            if sweeping or basis != lane.basis:
                reached = max((r.queue_number or 0 for r in requests if sweeping), default=0)
                sweeps.append(LaneSweep(name, basis, max(reached, swept_to or 0)))
            published = await save_and_publish(
                connection,
                tolds,
                capacities=_changed(capacities, step.capacities),
                sweeps=sweeps,
            )
            crash_points.reach("matcher.in_transaction")
        if published:
            self._relay_wake.set()
            outcomes = Counter(told.request.status for told in tolds if told.events)
            log.info("requests.matched", lane=name, looked_at=len(requests), **outcomes)
        return AT_ONCE if len(requests) == self._limit else LATER

    async def _is_behind(
        self, connection: "PoolConnectionProxy[Any]", lane: Lane, library: Library
    ) -> bool:
        """Tell whether a lane of a higher rank that shares a provider has work now."""
        if _rank(lane, library) == 0:
            return False
        now = await store.survey(connection)
        return any(
            _rank(other, library) < _rank(lane, library)
            and _share_provider(other.program, lane.program, library)
            and _has_work(other, library, at=now.at)
            for other in now.lanes
        )

    async def _capacities(
        self,
        connection: "PoolConnectionProxy[Any]",
        program: str,
        library: Library,
        *,
        at: datetime,
    ) -> dict[str, Capacity]:
        book = library.providers(program, at=at)
        providers = [candidate["provider.id"] for candidate in book.candidates]
        return await store.lock_capacities(connection, providers)


def _rank(lane: Lane, library: Library) -> int:
    """Return the place of the lane's pace in the order in which lanes are served."""
    stated = library.ruleset.lanes if library.ruleset is not None else None
    order = stated or SERVED_FIRST
    return next((n for n, pace in enumerate(order) if lane.lane.endswith(f".{pace}")), len(order))


def _share_provider(one: str, other: str, library: Library) -> bool:
    return one == other or any(
        {one, other}.issubset(provider.programs) for provider in library.catalog.providers.values()
    )


def _has_work(lane: Lane, library: Library, *, at: datetime) -> bool:
    """Tell whether somebody in the lane is to be looked at."""
    known = library.ruleset is not None and lane.program in library.catalog.programs
    if not known or not lane.queued:
        return False
    if lane.fresh or lane.basis != _basis(lane.program, library, at=at):
        return True
    return lane.swept_to is not None and is_lane_open(library, lane.program, at=at)


def _basis(program: str, library: Library, *, at: datetime) -> str:
    """Return what decisions in the lane rest on, but for capacity: another one, look again."""
    book = library.providers(program, at=at)
    state = "open" if is_lane_open(library, program, at=at) else "closed"
    return f"{state} {book.ruleset_hash[:16]} {book.panel_hash[:16]}"


def _changed(before: dict[str, Capacity], after: dict[str, Capacity]) -> list[Capacity]:
    return [now for name, now in after.items() if now is not before[name]]
