"""The office's pages on a database of the desk, and browsers in front of them."""

import asyncio
import json
import re
from collections.abc import Callable
from html import unescape
from itertools import count
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local.issuer.stand_in import StandInIssuer
from services.desk.office import web
from services.desk.office.issuer import CALLBACK, Issuer
from services.desk.office.settings import OfficeSettings
from services.desk.office.visits import Office
from shared.process.http import public_headers
from tests.examples.office import ISSUER, SETTINGS, URL
from tests.integration.desk.conftest import Log

Pool = asyncpg.Pool
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class SwitchedIssuer(httpx.AsyncBaseTransport):
    """The stand-in issuer, which tests switch off."""

    def __init__(self) -> None:
        issuer = StandInIssuer(ISSUER, client_id="desk", redirect_uri=URL + CALLBACK)
        self.is_away = False
        self._transport = httpx.ASGITransport(app=issuer.app())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_away:
            raise httpx.ConnectError("refused", request=request)
        return await self._transport.handle_async_request(request)


class Browser:
    """A browser: its cookies, the page that it shows, and the forms of that page."""

    def __init__(self, app: Any, issuer: SwitchedIssuer, *, address: str = "203.0.113.9") -> None:
        transport = httpx.ASGITransport(
            app=app, client=(address, 4711), raise_app_exceptions=False
        )
        self.http = httpx.AsyncClient(transport=transport, base_url=URL)
        self._issuer = httpx.AsyncClient(transport=issuer)
        self.shown: httpx.Response | None = None

    async def get(self, path: str, **more: Any) -> httpx.Response:
        """Open *path*, and follow where it leads within the desk."""
        self.shown = await self.http.get(path, **more)
        while self.shown.has_redirect_location:
            location = self.shown.headers["location"]
            if not location.startswith("/"):
                break
            self.shown = await self.http.get(location)
        return self.shown

    async def post(
        self, path: str, data: dict[str, Any] | None = None, **headers: str
    ) -> httpx.Response:
        """Send a form with the token of the page that is shown, and follow where it leads."""
        found = _CSRF.search(self.shown.text) if self.shown else None
        form = {"csrf": found[1] if found else "", **(data or {})}
        self.shown = await self.http.post(path, data=form, headers={"origin": URL, **headers})
        if self.shown.has_redirect_location:
            return await self.get(self.shown.headers["location"])
        return self.shown

    async def begin_sign_in(self, subject: str, next_path: str = "/") -> str:
        """Choose *subject* at the issuer; return the address that it sends the browser to."""
        started = await self.http.get("/sign-in/start", params={"next": next_path})
        address = httpx.URL(started.headers["location"])
        chosen = await self._issuer.get(address.copy_merge_params({"as": subject}))
        return str(chosen.headers["location"])

    async def sign_in(self, subject: str, next_path: str = "/") -> httpx.Response:
        """Sign in as *subject*; return the page that follows."""
        return await self.get(await self.begin_sign_in(subject, next_path))

    @property
    def text(self) -> str:
        """The text of the page that is shown."""
        assert self.shown is not None
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", self.shown.text)))


@pytest.fixture
def pool(log: Log) -> "Pool[Any]":
    return log.pool


@pytest.fixture
def issuer() -> SwitchedIssuer:
    return SwitchedIssuer()


@pytest.fixture
def office(issuer: SwitchedIssuer) -> Office:
    settings = OfficeSettings(
        **SETTINGS,
        first_administrator="stand-in-administrator",
        trusted_proxies="10.0.0.0/8",
        office_languages="202-555-0101",
    )
    return Office(settings, relay_wake=asyncio.Event(), issuer=Issuer(settings, transport=issuer))


@pytest.fixture
def app(office: Office, pool: "Pool[Any]") -> Any:
    """The public port, with the headers of every response."""
    pages = web.pages(office)
    served = pages.app()
    served.state.pool = pool
    return public_headers(served, max_age=pages.max_age, headers=pages.headers)


@pytest.fixture
def browser(app: Any, issuer: SwitchedIssuer) -> Browser:
    return Browser(app, issuer)


@pytest.fixture
def new_browser(app: Any, issuer: SwitchedIssuer) -> Callable[..., Browser]:
    def make(**more: Any) -> Browser:
        return Browser(app, issuer, **more)

    return make


class Staff:
    """Enters people and their roles."""

    def __init__(self, pool: "Pool[Any]", *, issuer: str = ISSUER) -> None:
        self._pool = pool
        self._issuer = issuer
        self._versions = count(1)

    async def enter(self, subject: str, actor: str, *roles: str, name: str = "A. Person") -> None:
        await self._pool.execute(
            "INSERT INTO people (issuer, subject, actor, name, added_by)"
            " VALUES ($1, $2, $3, $4, 'test')",
            self._issuer, subject, actor, name,
        )  # fmt: skip
        await self.give(actor, *roles)

    async def give(self, actor: str, *roles: str) -> None:
        """Give *actor* these roles, as the reference topic would."""
        await self.define("staff", actor, participant="office-desk", roles=roles)

    async def define(self, of: str, entry: str, **fields: Any) -> None:
        """Define an *entry* of the reference data."""
        await self._pool.execute(
            "INSERT INTO catalog (number, kind, id, body) VALUES ($1, $2, $3, $4)",
            next(self._versions),
            of,
            entry,
            json.dumps({"id": entry, **fields}),
        )


def hidden(browser: Browser) -> dict[str, str]:
    """Return the hidden fields of the page that is shown."""
    assert browser.shown is not None
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', browser.shown.text)
    return {name: unescape(value) for name, value in found}


async def contents(pool: "Pool[Any]") -> str:
    """Return everything that the desk's database holds."""
    tables = await pool.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND has_table_privilege(quote_ident(tablename), 'SELECT')"
    )
    rows = [await pool.fetch(f'SELECT t::text FROM "{table[0]}" AS t') for table in tables]
    return "\n".join(row[0] for found in rows for row in found)


async def answer(
    pool: "Pool[Any]", kind: str, how: str, *, number: str | None = None, reasons: Any = None
) -> None:
    """Answer the act of *kind* that is being sent, once it is stored."""
    answered = (
        "UPDATE acts SET answer = $2, answered_at = now(), reasons = $4,"
        " tracking_number = coalesce(tracking_number, $3) WHERE kind = $1"
    )
    given = (kind, how, number, None if reasons is None else json.dumps(reasons))
    async with asyncio.timeout(20):
        while await pool.execute(answered, *given) != "UPDATE 1":
            await asyncio.sleep(0)  # let the page, a task of this loop, store the act


@pytest.fixture
def staff(pool: "Pool[Any]") -> Staff:
    return Staff(pool)
