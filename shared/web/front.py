"""What the pages of one process share: settings, templates, the database, and who is asking."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Generic, TypeVar

import structlog
from asyncpg.pool import PoolConnectionProxy
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from shared.process.http import HEADERS, PublicPages
from shared.process.outages import TRANSIENT
from shared.web.addresses import client_address
from shared.web.page_counts import CountedPages
from shared.web.settings import PageSettings
from shared.web.views import STYLE_ROUTE, Views

log = structlog.get_logger()
UNAVAILABLE = "This page is not available now. Nothing was changed. Try again in a minute."
FOREIGN = "This was not sent from one of our pages. Nothing was changed."
POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_ACQUIRE_SECONDS = 5.0
_CONNECTIONS = 4
_TITLES = {
    400: "We cannot read this",
    403: "This is not possible",
    404: "Page not found",
    405: "Page not found",
    408: "This took too long",
    413: "This is too large",
    415: "We cannot read this",
    429: "Too many attempts",
    500: "Something went wrong",
    503: "This page is not available now",
}
_FAILED = "This is our fault. We may not have saved what you did. Check before you do it again."
_Settings = TypeVar("_Settings", bound=PageSettings)


class Front(Generic[_Settings]):
    """
    The pages of one process; ``not_found`` says what to do at an address without a page.

    Every template can use the values in ``shown`` by their names.
    """

    not_found = "Check the address."

    def __init__(
        self, settings: _Settings, *, package: str, relay_wake: asyncio.Event, **shown: Any
    ) -> None:
        self.settings = settings
        self.views = Views(package, settings, **shown)
        self.relay_wake = relay_wake
        self._at_once = asyncio.Semaphore(_CONNECTIONS)

    def plain(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page that is the same for everybody."""
        return HTMLResponse(self.views.render(template, **values), status)

    def client(self, request: Request) -> str:
        """Return the address that *request* comes from."""
        peer = request.client.host if request.client else ""
        forwarded = request.headers.getlist("x-forwarded-for")
        return client_address(peer, forwarded, trusted=self.settings.trusted_proxies)

    def check_origin(self, request: Request) -> None:
        """Raise 403 unless the browser says that one of our pages sent this form."""
        if request.headers.get("origin") != self.settings.public_url:
            raise HTTPException(403, FOREIGN)

    @asynccontextmanager
    async def connected(self, request: Request) -> "AsyncIterator[PoolConnectionProxy[Any]]":
        """
        Open a transaction; raise 503 while the database is unavailable, 404 for a NUL in the URL.

        Pages use at most half of the pool: the rest is for the consumer and the tasks.
        """
        pool = getattr(request.app.state, "pool", None)
        if pool is None:
            raise HTTPException(503, UNAVAILABLE)
        values = (value for _, value in request.query_params.multi_items())
        if "\0" in request.url.path or any("\0" in value for value in values):
            raise HTTPException(404)
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(_ACQUIRE_SECONDS):
                    await stack.enter_async_context(self._at_once)
                    connection = await stack.enter_async_context(pool.acquire())
                await stack.enter_async_context(connection.transaction())
                yield connection
        except TRANSIENT as error:
            log.warning("pages.unavailable", **{"error.type": type(error).__name__})
            raise HTTPException(503, UNAVAILABLE) from error

    def served(self, routes: Sequence[BaseRoute], *, service: str, face: str) -> PublicPages:
        """
        Return *routes* and the style, to be served on the public port with their headers.

        Their requests are counted as those of a *face* of a *service*.
        """
        all_routes = [STYLE_ROUTE, *routes]
        counted = Middleware(CountedPages, service=service, face=face, routes=all_routes)
        return PublicPages(
            routes=all_routes,
            host=self.settings.public_host,
            port=self.settings.public_port,
            max_age=None,
            # With `no-referrer`, browsers would hide the origin of our own forms, too.
            headers={
                **HEADERS,
                "Content-Security-Policy": POLICY,
                "Referrer-Policy": "same-origin",
                "Cross-Origin-Opener-Policy": "same-origin",
                "Strict-Transport-Security": "max-age=31536000",
            },
            exception_handlers=self._exception_handlers(),
            middleware=[counted],
        )

    def _exception_handlers(self) -> Mapping[Any, Any]:
        async def refused(_: Request, error: Exception) -> Response:
            assert isinstance(error, HTTPException)
            status = error.status_code
            said = self.not_found if status in (404, 405) else error.detail
            return self.plain("error", status=status, title=_title(status), message=said)

        async def failed(_: Request, __: Exception) -> Response:
            return self.plain("error", status=500, title=_title(500), message=_FAILED)

        return {HTTPException: refused, Exception: failed}


def _title(status: int) -> str:
    return _TITLES.get(status, _TITLES[403 if status < 500 else 500])
