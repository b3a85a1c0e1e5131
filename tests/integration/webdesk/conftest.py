"""The public desk's pages on its database, and browsers in front of them."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import asyncpg
import httpx
import pytest

from services.webdesk import store
from services.webdesk.acts import Answer
from services.webdesk.draft.agencies import Agencies, listed
from services.webdesk.lists import Lists
from services.webdesk.settings import Settings
from services.webdesk.site import web
from services.webdesk.site.visits import Site
from shared.postgres.pool import LIMITS
from shared.process.http import public_headers
from tests.conftest import Database
from tests.examples.webdesk import ALTURAS, ANSWERS, SETTINGS, URL

Pool = asyncpg.Pool
CODE_KEY = "a key that two deployments have, alike"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_COLUMNS = ("ori", "name", "agency_class", "state", "county", "sworn")
_AGENCIES = (
    (ALTURAS, "Alturas Police Department", "city", "CA", "Modoc", "6"),
    ("CA0194200", "Los Angeles Police Department", "city", "CA", "Los Angeles", "8663"),
    ("NV0010000", "Churchill County Sheriff <Office>", "county", "NV", "Churchill", ""),
)
LISTS = Lists(
    Agencies(each for row in _AGENCIES if (each := listed(dict(zip(_COLUMNS, row, strict=True))))),
    {"For every agency": {"use_of_force": "Use of force"}, "For sheriffs": {"jails": "Jails"}},
    {"cri-tac": "Technical Assistance Center"},
    {"iacp": "Chiefs of Police"},
)


@pytest.fixture
async def pool(database: Database) -> AsyncIterator["Pool[Any]"]:
    dsn = await database("webdesk")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=LIMITS) as opened:
        yield opened


class Time:
    """The time that pages see; tests move it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 20, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


class Browser:
    """A browser: its cookies, the page that it shows, and the forms of that page."""

    def __init__(self, app: Any, time: Time, *, address: str = "203.0.113.9") -> None:
        transport = httpx.ASGITransport(
            app=app, client=(address, 4711), raise_app_exceptions=False
        )
        self.http = httpx.AsyncClient(transport=transport, base_url=URL)
        self.shown: httpx.Response | None = None
        self._time = time

    async def get(self, path: str, **more: Any) -> httpx.Response:
        """Open *path*, and follow where it leads."""
        self.shown = await self.http.get(path, **more)
        while self.shown.has_redirect_location:
            self.shown = await self.http.get(self.shown.headers["location"])
        return self.shown

    async def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        after: int = 10,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a form some seconds after its page was shown, and follow where it leads."""
        self._time.pass_seconds(after)
        self.shown = await self.send(path, data, headers=headers)
        if self.shown.has_redirect_location:
            return await self.get(self.shown.headers["location"])
        return self.shown

    async def send(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a form with the token of the page that is shown, and stay there."""
        form = {"csrf": self.token, **(data or {})}
        return await self.http.post(path, data=form, headers={"origin": URL, **(headers or {})})

    async def begin(self) -> httpx.Response:
        """Begin a request."""
        await self.get("/")
        return await self.post("/start")

    async def fill_in(self, answers: Any = ANSWERS) -> httpx.Response:
        """Begin a request and save all its pages; return the last page."""
        await self.begin()
        for page, values in answers.items():
            await self.post(f"/request/page/{page}", dict(values))
        return await self.get("/request/review")

    @property
    def token(self) -> str:
        """The token of the forms of the page that is shown."""
        found = _CSRF.search(self.shown.text) if self.shown is not None else None
        return found[1] if found else ""

    @property
    def text(self) -> str:
        """The text of the page that is shown."""
        assert self.shown is not None
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", self.shown.text)))


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def site(time: Time) -> Site:
    settings = Settings(**{**SETTINGS, "code_key": CODE_KEY}, trusted_proxies="10.0.0.0/8")
    return Site(settings, LISTS, relay_wake=asyncio.Event(), now=time)


@pytest.fixture
def app(site: Site, pool: "Pool[Any]") -> Any:
    """The public port, with the headers of every response."""
    return public_port(site, pool)


@pytest.fixture
def without_news(pool: "Pool[Any]", time: Time) -> Any:
    """The same of a desk that has no key of links."""
    settings = Settings(**{**SETTINGS, "link_key": None})
    return public_port(Site(settings, LISTS, relay_wake=asyncio.Event(), now=time), pool)


def public_port(site: Site, pool: "Pool[Any]") -> Any:
    pages = web.pages(site)
    served = pages.app()
    served.state.pool = pool
    return public_headers(served, max_age=pages.max_age, headers=pages.headers)


@pytest.fixture
def browser(app: Any, time: Time) -> Browser:
    return Browser(app, time)


@pytest.fixture
def new_browser(app: Any, time: Time) -> Callable[..., Browser]:
    def make(**more: Any) -> Browser:
        return Browser(app, time, **more)

    return make


async def answer(
    pool: "Pool[Any]",
    state: str,
    *,
    tracking_number: str | None = None,
    reasons: list[dict[str, Any]] | None = None,
) -> None:
    """Note an answer to the only request that was sent."""
    async with pool.acquire() as connection:
        message = await connection.fetchval("SELECT request_message FROM drafts")
        found = Answer(message, state, reasons or (), tracking_number)
        await store.record_answers(connection, [found])
