"""The pages of sites over HTTP, each with its JSON and CSV; all are read-only."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.reporting.corrections.shown import CorrectedMonth
from services.reporting.etags import answer
from services.reporting.sites import as_csv, as_json, feed, render
from services.reporting.sites.definitions import all_definitions
from services.reporting.sites.shown import Sites
from services.reporting.sites.site import PublicSite, Report
from services.reporting.sites.views import corrections, shown_report, withdrawn

Read: TypeAlias = Callable[[Request], Awaitable[Sites]]
ReadMonths: TypeAlias = Callable[[Request], Awaitable[Sequence[CorrectedMonth]]]
_NO_SITE = "No site has this address."
_NO_REPORT = "No report of this site has this address."


def routes(
    read: Read, *, corrected: ReadMonths, contact: Mapping[str, str | None]
) -> list[BaseRoute]:
    """
    Return the routes of the sites that *read* returns; *contact* is on every page.

    *corrected* returns the months of which a figure was corrected.
    """
    return [
        *_of_sites(read, contact),
        *_of_reports(read, contact),
        *_of_corrections(read, corrected, contact),
        *_of_definitions(read, contact),
        Route("/feed.atom", _feed(read)),
    ]


def _of_sites(read: Read, contact: Mapping[str, str | None]) -> Sequence[BaseRoute]:
    async def sites(request: Request) -> Response:
        found = await read(request)
        return _html(request, render.sites_page(found.all_shown(), found, **contact))

    async def sites_json(request: Request) -> Response:
        found = await read(request)
        return _json(request, as_json.sites(found.all_shown(), found.today))

    async def sites_csv(request: Request) -> Response:
        found = await read(request)
        return answer(request, as_csv.sites(found.all_shown()), "text/csv")

    async def site(request: Request) -> Response:
        found, one = await _site(read, request)
        shown = found.shown(one.facts.slug)
        return _html(request, render.site_page(shown, found, **contact))

    async def site_json(request: Request) -> Response:
        found, one = await _site(read, request)
        return _json(request, as_json.site(found.shown(one.facts.slug), found.today))

    async def site_csv(request: Request) -> Response:
        _, one = await _site(read, request)
        return answer(request, as_csv.reports(one, one.current), "text/csv")

    return [
        Route("/sites", sites),
        Route("/sites.json", sites_json),
        Route("/sites.csv", sites_csv),
        Route("/sites/{slug}.json", site_json),
        Route("/sites/{slug}.csv", site_csv),
        Route("/sites/{slug}", site),
    ]


def _of_reports(read: Read, contact: Mapping[str, str | None]) -> Sequence[BaseRoute]:
    async def report(request: Request) -> Response:
        found, site, each = await _report(read, request)
        page = render.report_page(shown_report(site, each), found, **contact)
        return _html(request, page)

    async def report_json(request: Request) -> Response:
        found, site, each = await _report(read, request)
        return _json(request, as_json.report(site, each, found.today))

    async def report_csv(request: Request) -> Response:
        _, site, each = await _report(read, request)
        return answer(request, as_csv.reports(site, [each]), "text/csv")

    return [
        Route("/sites/{slug}/{report}.json", report_json),
        Route("/sites/{slug}/{report}.csv", report_csv),
        Route("/sites/{slug}/{report}", report),
        Route("/sites/{slug}/{report}/versions/{version}", report),
    ]


def _of_corrections(
    read: Read, corrected: ReadMonths, contact: Mapping[str, str | None]
) -> Sequence[BaseRoute]:
    async def page(request: Request) -> Response:
        found = await read(request)
        every = found.sites.values()
        html = render.corrections_page(
            corrections(every), withdrawn(every), await corrected(request), found, **contact
        )
        return _html(request, html)

    async def corrections_json(request: Request) -> Response:
        found = await read(request)
        listed = corrections(found.sites.values())
        months = await corrected(request)
        return _json(request, as_json.corrections(listed, months, found.today))

    async def corrections_csv(request: Request) -> Response:
        found = await read(request)
        return answer(request, as_csv.corrections(corrections(found.sites.values())), "text/csv")

    return [
        Route("/corrections", page),
        Route("/corrections.json", corrections_json),
        Route("/corrections.csv", corrections_csv),
    ]


def _of_definitions(read: Read, contact: Mapping[str, str | None]) -> Sequence[BaseRoute]:
    async def page(request: Request) -> Response:
        found = await read(request)
        return _html(request, render.how_we_count_page(all_definitions(), found, **contact))

    async def definitions_json(request: Request) -> Response:
        return _json(request, {"definitions": [each._asdict() for each in all_definitions()]})

    return [Route("/how-we-count", page), Route("/how-we-count.json", definitions_json)]


def _feed(read: Read) -> Callable[[Request], Awaitable[Response]]:
    async def atom(request: Request) -> Response:
        found = await read(request)
        text = render.feed(feed.entries(found.events, found.sites))
        return answer(request, text, "application/atom+xml")

    return atom


async def _site(read: Read, request: Request) -> tuple[Sites, PublicSite]:
    """Return the site that *request* names; raise 404 if nothing is published about it."""
    found = await read(request)
    site = found.sites.get(request.path_params["slug"])
    if site is None:
        raise HTTPException(404, _NO_SITE)
    return found, site


async def _report(read: Read, request: Request) -> tuple[Sites, PublicSite, Report]:
    """Return the report that *request* names, or a version of it; raise 404 if there is none."""
    found, site = await _site(read, request)
    versions = site.reports.get(request.path_params["report"], ())
    wanted = request.path_params.get("version")
    if wanted is not None:
        versions = tuple(each for each in versions if str(each.body.version) == wanted)
    if not versions:
        raise HTTPException(404, _NO_REPORT)
    return found, site, versions[-1]


def _html(request: Request, page: str) -> Response:
    return answer(request, page, "text/html")


def _json(request: Request, found: Any) -> Response:
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return answer(request, text, "application/json")
