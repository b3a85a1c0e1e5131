"""The public pages over HTTP: HTML, JSON and CSV of the same figures; nothing confidential."""

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
from services.reporting.csv_table import csv_table
from services.reporting.figures import DEFINITION, NOTES, Figure, published
from services.reporting.news import ProgramRow, sentence, status_at
from services.reporting.reading import NotRead
from services.reporting.words import OF_PROGRAMS, group
from shared.messaging.outages import TRANSIENT
from shared.messaging.positions import Refusal

log = structlog.get_logger()
Look = Callable[["Pool[Any]"], Awaitable[None]]
_STALE = timedelta(minutes=1)
_NOT_NOW = "The figures cannot be computed now; try again in a minute."


@dataclass(frozen=True)
class Release:
    """
    All that the pages show: at least what was on the log by ``as_of``.

    It is ``stale`` when that was more than a minute ago: newer records wait to be read.
    """

    as_of: datetime
    stale: bool
    figures: Sequence[Figure]
    programs: Sequence[ProgramRow]

    @cached_property
    def html(self) -> str:
        """The page, rendered once however many people read it."""
        return render.page(self.figures, self.programs, as_of=self.as_of, stale=self.stale)


class Releases:
    """
    Computes a release at most once in ``kept_seconds``, however many people read the pages.

    *look* first finds out how far the log was read.
    """

    def __init__(self, *, kept_seconds: float, look: Look) -> None:
        self._kept_seconds = kept_seconds
        self._look = look
        self._lock = asyncio.Lock()
        self._latest: Release | None = None
        self._until = 0.0

    async def latest(self, request: Request) -> Release:
        """Return the latest release; 503 while the database cannot be asked."""
        pool = getattr(request.app.state, "pool", None)
        if pool is None:
            raise HTTPException(503, _NOT_NOW)
        async with self._lock:
            if self._latest is None or time.monotonic() >= self._until:
                await self._look_or_say(pool)
                try:
                    self._latest = await _compute(pool)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                    log.warning("figures.unavailable", **{"error.type": type(error).__name__})
                    raise HTTPException(503, _NOT_NOW) from error
                self._until = time.monotonic() + self._kept_seconds
            return self._latest

    async def _look_or_say(self, pool: "Pool[Any]") -> None:
        try:
            await self._look(pool)
        except (NotRead, Refusal, *TRANSIENT) as error:
            log.warning("as_of.stands_still", **{"error.type": type(error).__name__})


async def _compute(pool: "Pool[Any]") -> Release:
    # One snapshot, or the parts would not add up to their total.
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        known = await store.read_as_of(connection)
        if known is None:
            raise HTTPException(503, _NOT_NOW)
        as_of, at = known
        figures = published(
            counts=await store.count_requests(connection),
            waits=await store.count_waiting(connection),
            durations=await store.measure_stages(connection),
            volumes=await store.count_volumes(connection),
        )
        programs, _ = await store.read_programs(connection)
    names = {row.program: row.name for row in programs}
    named = [
        replace(figure, name=group(figure.group, names if figure.breakdown in OF_PROGRAMS else {}))
        for figure in figures
    ]
    return Release(as_of, at - as_of > _STALE, named, programs)


def routes(*, kept_seconds: float, look: Look) -> list[BaseRoute]:
    """Return the routes of the public pages."""
    releases = Releases(kept_seconds=kept_seconds, look=look)

    async def page(request: Request) -> Response:
        return HTMLResponse((await releases.latest(request)).html)

    async def figures_json(request: Request) -> Response:
        return JSONResponse(_figures(await releases.latest(request)))

    async def figures_csv(request: Request) -> Response:
        release = await releases.latest(request)
        text = csv_table(release.figures, as_of=release.as_of)
        return Response(text, media_type="text/csv")

    async def programs_json(request: Request) -> Response:
        return JSONResponse(_programs(await releases.latest(request)))

    return [
        Route("/", page),
        Route("/figures.json", figures_json),
        Route("/figures.csv", figures_csv),
        Route("/programs.json", programs_json),
    ]


def _figures(release: Release) -> dict[str, Any]:
    as_of = release.as_of.isoformat()
    return {
        "as_of": as_of,
        "stale": release.stale,
        "notes": NOTES,
        "figures": [
            {**asdict(figure), "definition": DEFINITION, "as_of": as_of, "hidden": hidden}
            for figure in release.figures
            for hidden in [figure.value is None]
        ],
    }


def _programs(release: Release) -> dict[str, Any]:
    shown = []
    for row in release.programs:
        status = status_at(row, at=release.as_of)
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
    as_of = release.as_of.isoformat()
    return {"as_of": as_of, "stale": release.stale, "programs": shown}
