"""The sites of assessments for operators, on the port of probes and metrics: never public."""

from collections.abc import Sequence
from datetime import UTC, date
from typing import Any

import asyncpg
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from services.reporting import render
from services.reporting import store as own
from services.reporting.assessments import store
from services.reporting.assessments.shown import ShownSite, as_json, shown_sites
from services.reporting.csv_table import assessment_table
from shared.business_clock import REAL_TIME, BusinessClock

log = structlog.get_logger()
_UNAVAILABLE = "The assessments cannot be read now; try again in a minute."


def routes(*, clock: BusinessClock = REAL_TIME) -> list[BaseRoute]:
    """Return the routes of all sites as of today: a page, JSON and CSV with the same numbers."""

    async def page(request: Request) -> Response:
        shown, as_of = await _sites(request, clock)
        return HTMLResponse(render.assessments_page(shown, as_of=as_of))

    async def sites_json(request: Request) -> Response:
        return JSONResponse(as_json(*await _sites(request, clock)))

    async def sites_csv(request: Request) -> Response:
        shown, _ = await _sites(request, clock)
        return Response(assessment_table(shown), media_type="text/csv")

    return [
        Route("/assessments", page),
        Route("/assessments.json", sites_json),
        Route("/assessments.csv", sites_csv),
    ]


async def _sites(request: Request, clock: BusinessClock) -> tuple[Sequence[ShownSite], date]:
    """Return the sites, and the business day in UTC; raise 503 without a database."""
    pool: Any = getattr(request.app.state, "pool", None)
    if pool is None:
        raise HTTPException(503, _UNAVAILABLE)
    try:
        # Repeatable read: otherwise a recommendation might be counted without its site.
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            at = await own.read_clock(connection)
            sites = await store.read_sites(connection, await store.list_sites(connection))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        log.warning("figures.unavailable", **{"error.type": type(error).__name__})
        raise HTTPException(503, _UNAVAILABLE) from error
    today = clock.at(at).astimezone(UTC).date()
    return shown_sites(sites.values(), today), today
