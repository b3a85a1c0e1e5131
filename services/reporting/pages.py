"""The public pages over HTTP: the same figures as HTML, JSON and CSV; nothing confidential."""

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
from services.reporting.as_of import RecordUnavailable
from services.reporting.csv_table import csv_table
from services.reporting.figures import DEFINITION, NOTES, Figure, public_figures
from services.reporting.labels import PROGRAM_BREAKDOWNS, group_label
from services.reporting.programs import ProgramRow, sentence, status_at
from shared.business_clock import REAL_TIME, BusinessClock
from shared.delivery.reading.positions import Refusal
from shared.process.outages import TRANSIENT

log = structlog.get_logger()
UpdateAsOf = Callable[["Pool[Any]"], Awaitable[None]]
_STALE = timedelta(minutes=1)
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
    programs: Sequence[ProgramRow]

    @cached_property
    def html(self) -> str:
        """The page, rendered once per snapshot."""
        return render.page(self.figures, self.programs, as_of=self.as_of, stale=self.stale)


class Snapshots:
    """
    Caches the snapshot for ``kept_seconds``, so that load does not grow with readers.

    Calls *update_as_of* before computing a new one.
    """

    def __init__(
        self, *, kept_seconds: float, update_as_of: UpdateAsOf, clock: BusinessClock
    ) -> None:
        self._clock = clock
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
                    self._latest = await _compute(pool, self._clock)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                    log.warning("figures.unavailable", **{"error.type": type(error).__name__})
                    raise HTTPException(503, _UNAVAILABLE) from error
                self._until = time.monotonic() + self._kept_seconds
            return self._latest

    async def _try_update(self, pool: "Pool[Any]") -> None:
        try:
            await self._update_as_of(pool)
        except (RecordUnavailable, Refusal, *TRANSIENT) as error:
            log.warning("as_of.stands_still", **{"error.type": type(error).__name__})


async def _compute(pool: "Pool[Any]", clock: BusinessClock) -> Snapshot:
    # Repeatable read: otherwise the parts might not add up to their total.
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        known = await store.read_as_of(connection)
        if known is None:
            raise HTTPException(503, _UNAVAILABLE)
        as_of, at = known
        figures = public_figures(
            counts=await store.count_requests(connection),
            waits=await store.count_waiting(connection),
            durations=await store.measure_stages(connection),
            volumes=await store.count_volumes(connection),
        )
        programs, _ = await store.read_programs(connection)
    names = {row.program: row.name for row in programs}
    named = [
        replace(
            figure,
            name=group_label(
                figure.group, names if figure.breakdown in PROGRAM_BREAKDOWNS else {}
            ),
        )
        for figure in figures
    ]
    return Snapshot(clock.at(as_of), at - as_of > _STALE, named, programs)


def routes(
    *, kept_seconds: float, update_as_of: UpdateAsOf, clock: BusinessClock = REAL_TIME
) -> list[BaseRoute]:
    """Return the routes of the public pages."""
    snapshots = Snapshots(kept_seconds=kept_seconds, update_as_of=update_as_of, clock=clock)

    async def page(request: Request) -> Response:
        return HTMLResponse((await snapshots.latest(request)).html)

    async def figures_json(request: Request) -> Response:
        return JSONResponse(_figures(await snapshots.latest(request)))

    async def figures_csv(request: Request) -> Response:
        snapshot = await snapshots.latest(request)
        text = csv_table(snapshot.figures, as_of=snapshot.as_of)
        return Response(text, media_type="text/csv")

    async def programs_json(request: Request) -> Response:
        return JSONResponse(_programs(await snapshots.latest(request)))

    return [
        Route("/", page),
        Route("/figures.json", figures_json),
        Route("/figures.csv", figures_csv),
        Route("/programs.json", programs_json),
    ]


def _figures(snapshot: Snapshot) -> dict[str, Any]:
    as_of = snapshot.as_of.isoformat()
    return {
        "as_of": as_of,
        "stale": snapshot.stale,
        "notes": NOTES,
        "figures": [
            {**asdict(figure), "definition": DEFINITION, "as_of": as_of, "hidden": hidden}
            for figure in snapshot.figures
            for hidden in [figure.value is None]
        ],
    }


def _programs(snapshot: Snapshot) -> dict[str, Any]:
    shown = []
    for row in snapshot.programs:
        status = status_at(row, at=snapshot.as_of)
        shown.append(
            {
                "program": row.program,
                "name": row.name,
                "status": status,
                "opens_at": row.opens_at and row.opens_at.isoformat(),
                "summary": row.summary,
                "sentence": sentence(row.name, status=status, opens_at=row.opens_at),
            }
        )
    as_of = snapshot.as_of.isoformat()
    return {"as_of": as_of, "stale": snapshot.stale, "programs": shown}
