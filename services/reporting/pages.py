"""The public pages over HTTP: each release as HTML, JSON and CSV, and the programs."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from asyncpg import Pool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.reporting import store
from services.reporting.corrections import store as corrections
from services.reporting.corrections.shown import CorrectedMonth, Published
from services.reporting.csv_table import release_table
from services.reporting.etags import answer
from services.reporting.programs import ProgramRow, sentence, status_at
from services.reporting.render import release_page
from services.reporting.sites import render
from services.reporting.sites import routes as site_routes
from services.reporting.sites.shown import Sites, SitesCache
from services.reporting.solicitations import open_at
from services.reporting.store import ReleaseRow
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog.catalog import CatalogCache
from shared.catalog.solicitations import sentence as sentence_about
from shared.contracts.reference import Solicitation
from shared.contracts.reporting import Release, ReleaseFacts
from shared.process.outages import TRANSIENT

log = structlog.get_logger()
_UNAVAILABLE = "The page cannot be shown now; try again in a minute."
_NONE_YET = "No month is published yet."
_UNKNOWN = "This month is not published."
_CHECK = "Check the address."
_FAILED = "The page cannot be shown"
_TITLES = {404: "There is no such page", 405: "There is no such page"}


@dataclass(slots=True)
class Shown:
    """What the pages are made from."""

    at: datetime
    rows: Sequence[ReleaseRow]
    programs: Sequence[ProgramRow]
    solicitations: Sequence[Solicitation]
    sites: Sites
    corrected: Sequence[CorrectedMonth]


@dataclass(slots=True)
class Pages:
    """
    Reads releases, programs, solicitations and sites at most once in ``kept_seconds``.

    A release is corrected only when another one is published: until then each is read once.
    While the database is unavailable or slow, what was read before stays, and one reader waits.
    """

    kept_seconds: float
    clock: BusinessClock
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _shown: Shown | None = None
    _until: float = 0.0
    _catalog: CatalogCache = field(default_factory=CatalogCache)
    _sites: SitesCache = field(default_factory=SitesCache)
    _releases: dict[str, Published] = field(default_factory=dict)

    async def shown(self, request: Request) -> Shown:
        """Return what the pages show; raise 503 if it was never read."""
        pool = getattr(request.app.state, "pool", None)
        if self._shown is not None and self._lock.locked():  # another reader waits for Postgres
            return self._shown
        async with self._lock:
            if pool is not None and time.monotonic() >= self._until:
                self._until = time.monotonic() + self.kept_seconds
                try:
                    found = await self._read(pool)
                    if self._shown is None or found.rows != self._shown.rows:
                        self._releases.clear()
                    self._shown = found
                except TRANSIENT as error:
                    log.warning("releases.unavailable", **{"error.type": type(error).__name__})
            if self._shown is None:
                raise HTTPException(503, _UNAVAILABLE)
            return self._shown

    async def release(self, request: Request, month: str | None) -> Published:
        """Return the release of *month*, or the last; raise 404 if there is none."""
        shown = await self.shown(request)
        if month is None and not shown.rows:
            raise HTTPException(404, _NONE_YET)
        wanted = shown.rows[0].month if month is None else month
        if wanted not in {row.month for row in shown.rows}:
            raise HTTPException(404, _UNKNOWN)
        if wanted not in self._releases:
            try:
                row = await store.read_release(request.app.state.pool, month=wanted)
                known = await corrections.read_corrections(request.app.state.pool, month=wanted)
            except TRANSIENT as error:
                raise HTTPException(503, _UNAVAILABLE) from error
            assert row is not None  # nothing removes a release
            release = Release.model_validate_json(row.body)
            facts = ReleaseFacts(sha256=row.sha256, release=release)
            self._releases[wanted] = Published(facts, row.published_at, known)
        return self._releases[wanted]

    async def _read(self, pool: "Pool[Any]") -> Shown:
        async with pool.acquire() as connection, connection.transaction():
            programs, _ = await store.read_programs(connection)
            rows = await store.list_releases(connection)
            corrected = await corrections.list_corrected_months(connection)
            catalog = await self._catalog.current(connection)
            at = self.clock.at(await store.read_clock(connection))
            sites = await self._sites.current(connection, catalog=catalog, at=at)
        solicitations = open_at(catalog.solicitations.values(), at)
        return Shown(at, rows, programs, solicitations, sites, corrected)

    async def sites(self, request: Request) -> Sites:
        """Return the sites; raise 503 if they were never read."""
        return (await self.shown(request)).sites

    async def corrected(self, request: Request) -> Sequence[CorrectedMonth]:
        """Return the months of which a figure was corrected; raise 503 as `sites` does."""
        return (await self.shown(request)).corrected


def routes(
    *,
    kept_seconds: float,
    clock: BusinessClock = REAL_TIME,
    desk_url: str | None = None,
    telephone: str | None = None,
) -> list[BaseRoute]:
    """
    Return the routes of the public pages.

    They link to the public desk at ``desk_url``, and name the office's ``telephone``.
    """
    pages = Pages(kept_seconds=kept_seconds, clock=clock)
    contact = {"desk_url": desk_url, "telephone": telephone}

    async def home(request: Request) -> Response:
        shown = await pages.shown(request)
        found = await pages.release(request, None) if shown.rows else None
        html = render.home_page(
            found,
            shown.sites,
            programs=shown.programs,
            solicitations=shown.solicitations,
            at=shown.at,
            **contact,
        )
        return answer(request, html, "text/html")

    async def page(request: Request) -> Response:
        shown = await pages.shown(request)
        month = request.path_params.get("month")
        none_yet = month is None and not shown.rows
        found = None if none_yet else await pages.release(request, month)
        html = release_page(
            found,
            months=[row.month for row in shown.rows],
            programs=shown.programs,
            solicitations=shown.solicitations,
            at=shown.at,
            desk_url=desk_url,
        )
        return answer(request, html, "text/html")

    async def as_json(request: Request) -> Response:
        found = await pages.release(request, request.path_params.get("month"))
        return answer(request, found.file.encode(), "application/json")

    async def as_csv(request: Request) -> Response:
        found = await pages.release(request, request.path_params.get("month"))
        return answer(request, release_table(found), "text/csv")

    async def programs_json(request: Request) -> Response:
        found = json.dumps(_programs(await pages.shown(request)), ensure_ascii=False)
        return answer(request, found, "application/json")

    return [
        Route("/", home),
        Route("/releases", page),
        Route("/figures.json", as_json),
        Route("/figures.csv", as_csv),
        Route("/releases/{month}.json", as_json),
        Route("/releases/{month}.csv", as_csv),
        Route("/releases/{month}", page),
        Route("/programs.json", programs_json),
        *site_routes.routes(pages.sites, corrected=pages.corrected, contact=contact),
    ]


def exception_handlers(
    *, desk_url: str | None = None, telephone: str | None = None
) -> Mapping[Any, Any]:
    """Return the handlers that answer if a page does not exist, or cannot be shown."""

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        html = render.error_page(
            _TITLES.get(error.status_code, _FAILED),
            _CHECK if error.detail == "Not Found" else error.detail,
            desk_url=desk_url,
            telephone=telephone,
        )
        return HTMLResponse(html, error.status_code, error.headers)

    async def failed(_: Request, __: Exception) -> Response:
        html = render.error_page(_FAILED, _UNAVAILABLE, desk_url=desk_url, telephone=telephone)
        return HTMLResponse(html, 500)

    return {HTTPException: refused, Exception: failed}


def _programs(shown: Shown) -> dict[str, Any]:
    found = []
    for row in shown.programs:
        status = status_at(row, at=shown.at)
        found.append(
            {
                "program": row.program,
                "name": row.name,
                "status": status,
                "opens_at": row.opens_at and row.opens_at.isoformat(),
                "summary": row.summary,
                "sentence": sentence(row.name, status=status, opens_at=row.opens_at),
            }
        )
    solicitations = [
        {**one.model_dump(mode="json"), "sentence": sentence_about(one)}
        for one in shown.solicitations
    ]
    return {"as_of": shown.at.isoformat(), "programs": found, "solicitations": solicitations}
