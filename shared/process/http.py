"""
The HTTP servers of a process: probes, metrics and operators' pages on one port, public pages on
another.

The public port serves none of the internal routes: exact counts would reveal what the public
pages hide.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.process.timed_heads import TimedHeads

_STOP_SECONDS = 3
_MAX_CONNECTIONS = 500
HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}
"""The headers of pages without forms, whose style is in the page."""


@dataclass(frozen=True, slots=True)
class PublicPages:
    """
    Public pages: their routes and their address.

    Caches may keep a page for ``max_age`` seconds; with None, each response says for itself, and
    one that says nothing is not kept. ``headers`` are on every response.
    """

    routes: Sequence[BaseRoute]
    host: str
    port: int
    max_age: int | None
    headers: Mapping[str, str] = field(default_factory=lambda: HEADERS)
    exception_handlers: Mapping[Any, Any] = field(default_factory=dict)
    middleware: Sequence[Middleware] = ()

    def app(self) -> Starlette:
        """Return the app that serves the routes, without the headers."""
        app = Starlette(
            routes=list(self.routes),
            exception_handlers=dict(self.exception_handlers),
            middleware=list(self.middleware),
        )
        # It would redirect `/page/` to `/page` at whatever host the request names.
        app.router.redirect_slashes = False
        return app


class Servers:
    """The HTTP servers of a process, a task for each; one that ends before `stop` has failed."""

    def __init__(self) -> None:
        self._servers: list[uvicorn.Server] = []
        self.tasks: list[asyncio.Task[None]] = []

    def start(
        self, app: ASGIApp, *, host: str, port: int, max_connections: int | None = None
    ) -> None:
        """Serve *app*; answer 503 above *max_connections*."""
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http=TimedHeads,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # uvicorn would trust them from any local process
                lifespan="off",
                limit_concurrency=max_connections,
            )
        )
        self._servers.append(server)
        # `_serve`, because `serve` installs its own signal handlers.
        self.tasks.append(asyncio.create_task(server._serve()))

    def start_public(self, pages: PublicPages) -> Starlette:
        """Serve the public pages with security headers; return the app, for its state."""
        app = pages.app()
        self.start(
            public_headers(app, max_age=pages.max_age, headers=pages.headers),
            host=pages.host,
            port=pages.port,
            max_connections=_MAX_CONNECTIONS,
        )
        return app

    async def stop(self) -> None:
        """Close every port, after giving open requests a few seconds to finish."""
        for server in self._servers:
            server.should_exit = True
        for task in self.tasks:
            with suppress(Exception):
                async with asyncio.timeout(_STOP_SECONDS):
                    await task


def public_headers(
    app: ASGIApp, *, max_age: int | None, headers: Mapping[str, str] = HEADERS
) -> ASGIApp:
    """
    Wrap *app* so that every response, errors included, has the security and cache headers.

    A response may set one of *headers* itself, such as a policy of its own.
    """

    async def with_headers(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in headers.items():
                    sent.setdefault(name, value)
                if message["status"] not in (200, 304):
                    sent["Cache-Control"] = "no-store"
                elif max_age is not None:
                    sent["Cache-Control"] = f"public, max-age={max_age}"
                else:
                    sent.setdefault("Cache-Control", "no-store")
            await send(message)

        await app(scope, receive, send_with_headers)

    return with_headers
