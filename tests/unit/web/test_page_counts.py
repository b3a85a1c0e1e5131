"""Each request of a browser is counted once, under the name of its page and never its path."""

import itertools
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from shared.process import metrics
from shared.web.page_counts import NO_PAGE, STATUSES, CountedPages

_FACES = map("face-{}".format, itertools.count())


class Desk:
    """A face of its own, with three pages."""

    def __init__(self, face: str) -> None:
        self.face = face
        routes = [
            Route("/cases/{number}", _case),
            Route("/moved", _moved, methods=["GET"]),
            Route("/broken", _broken),
        ]
        counted = Middleware(CountedPages, service="desk", face=face, routes=routes)
        self._app = Starlette(routes=routes, middleware=[counted])

    async def ask(self, method: str, path: str) -> int:
        transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as browser:
            return (await browser.request(method, path)).status_code

    def counted(self) -> dict[tuple[str, str], float]:
        """Return what is shown of this face and is not 0, by page and status."""
        return {key: number for key, number in self.shown().items() if number}

    def shown(self) -> dict[tuple[str, str], float]:
        return {
            (sample.labels["page"], sample.labels["status"]): sample.value
            for family in metrics.REGISTRY.collect()
            if family.name == "cri_desk_requests"
            for sample in family.samples
            if sample.labels["face"] == self.face and sample.name.endswith("_total")
        }


async def _case(_: Request) -> Response:
    return Response("a case")


async def _moved(_: Request) -> Response:
    return RedirectResponse("/cases/1", 303)


async def _broken(_: Request) -> Response:
    raise RuntimeError


@pytest.fixture
def desk() -> Iterator[Desk]:
    face = next(_FACES)
    made = Desk(face)
    yield made
    for page, status in made.shown():
        metrics.DESK_REQUESTS.remove("desk", face, page, status)


async def test_every_page_is_shown_before_its_first_request(desk: Desk) -> None:
    await desk.ask("GET", "/moved")

    pages = ("/cases/{number}", "/moved", "/broken", NO_PAGE)
    assert desk.shown().keys() == {(page, status) for page in pages for status in STATUSES}


async def test_pages_are_counted_by_their_routes(desk: Desk) -> None:
    await desk.ask("GET", "/cases/CRI-2026-000001-J")
    await desk.ask("GET", "/cases/CRI-2026-000002-K")
    await desk.ask("GET", "/moved")

    assert desk.counted() == {("/cases/{number}", "2xx"): 2, ("/moved", "3xx"): 1}


async def test_paths_that_are_no_pages_share_one_name(desk: Desk) -> None:
    await desk.ask("GET", "/wp-login.php")
    await desk.ask("GET", "/.env")
    await desk.ask("POST", "/moved")

    assert desk.counted() == {(NO_PAGE, "4xx"): 2, ("/moved", "4xx"): 1}


async def test_a_page_that_fails_is_counted(desk: Desk) -> None:
    assert await desk.ask("GET", "/broken") == 500

    assert desk.counted() == {("/broken", "5xx"): 1}
