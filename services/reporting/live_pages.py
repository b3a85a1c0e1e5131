"""Live figures for operators, on the port of probes and metrics: exact, and never public."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import asyncpg
import structlog
from asyncpg import Pool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from services.reporting import render, store
from services.reporting.csv_table import live_table
from services.reporting.figures import DEFINITION, Figure, live_figures
from services.reporting.labels import group_label, names_by_breakdown
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog.catalog import CatalogCache
from shared.delivery.reading.positions import CannotRun
from shared.process.outages import TRANSIENT

log = structlog.get_logger()
UpdateAsOf = Callable[["Pool[Any]"], Awaitable[None]]
_STALE = timedelta(minutes=1)
_TIMES_BY = ("all", "program", "lane", "cri_type", "agency_class", "us_state")
_UNAVAILABLE = "The figures cannot be computed now; try again in a minute."


@dataclass(frozen=True)
class Snapshot:
    """
    Everything the pages show; it covers at least all records on the log by ``as_of``.

    ``as_of`` is a business time. It is ``stale`` if that was more than a minute of real time ago,
    because newer records are not counted.
    """

    as_of: datetime
    stale: bool
    figures: Sequence[Figure]

    @cached_property
    def html(self) -> str:
        """The page, rendered once per snapshot."""
        return render.live_page(self.figures, as_of=self.as_of, stale=self.stale)


class Snapshots:
    """
    Caches the snapshot for ``kept_seconds``, so that load does not grow with readers.

    Calls *update_as_of* before computing a new one.
    """

    def __init__(
        self, *, kept_seconds: float, update_as_of: UpdateAsOf, clock: BusinessClock
    ) -> None:
        self._clock = clock
        self._catalog = CatalogCache()
        self._kept_seconds = kept_seconds
        self._update_as_of = update_as_of
        self._lock = asyncio.Lock()
        self._latest: Snapshot | None = None
        self._until = 0.0

    async def latest(self, request: Request) -> Snapshot:
        """Return the current snapshot; raise 503 while the database is unavailable."""
        pool = getattr(request.app.state, "pool", None)
        if pool is None:
            raise HTTPException(503, _UNAVAILABLE)
        async with self._lock:
            if self._latest is None or time.monotonic() >= self._until:
                await self._try_update(pool)
                try:
                    self._latest = await self._compute(pool)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                    log.warning("figures.unavailable", **{"error.type": type(error).__name__})
                    raise HTTPException(503, _UNAVAILABLE) from error
                self._until = time.monotonic() + self._kept_seconds
            return self._latest

    async def _try_update(self, pool: "Pool[Any]") -> None:
        try:
            await self._update_as_of(pool)
        except (CannotRun, *TRANSIENT) as error:
            log.warning("as_of.stands_still", **{"error.type": type(error).__name__})

    async def _compute(self, pool: "Pool[Any]") -> Snapshot:
        # Repeatable read: otherwise the parts might not add up to their total.
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await store.allow_long_scans(connection)
            known = await store.read_as_of(connection)
            if known is None:
                raise HTTPException(503, _UNAVAILABLE)
            as_of, at = known
            figures = live_figures(
                counts=await store.count_requests(connection),
                statuses=await store.count_statuses(connection),
                waits=await store.count_waiting(connection),
                durations=[
                    *await store.measure_stages(connection, breakdowns=_TIMES_BY),
                    *await store.measure_providers(connection),
                ],
                volumes=await store.count_volumes(connection),
                recommendations=await store.count_recommendations(connection),
            )
            names = names_by_breakdown(await self._catalog.current(connection))
        named = [
            replace(figure, name=group_label(figure.group, names.get(figure.breakdown, {})))
            for figure in figures
        ]
        return Snapshot(self._clock.at(as_of), at - as_of > _STALE, named)


def routes(
    *, kept_seconds: float, update_as_of: UpdateAsOf, clock: BusinessClock = REAL_TIME
) -> list[BaseRoute]:
    """Return the routes of the live figures."""
    snapshots = Snapshots(kept_seconds=kept_seconds, update_as_of=update_as_of, clock=clock)

    async def page(request: Request) -> Response:
        return HTMLResponse((await snapshots.latest(request)).html)

    async def figures_json(request: Request) -> Response:
        return JSONResponse(_figures(await snapshots.latest(request)))

    async def figures_csv(request: Request) -> Response:
        snapshot = await snapshots.latest(request)
        text = live_table(snapshot.figures, as_of=snapshot.as_of)
        return Response(text, media_type="text/csv")

    return [
        Route("/figures", page),
        Route("/figures.json", figures_json),
        Route("/figures.csv", figures_csv),
    ]


def _figures(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "as_of": snapshot.as_of.isoformat(),
        "stale": snapshot.stale,
        "definition": DEFINITION,
        "figures": [asdict(figure) for figure in snapshot.figures],
    }
