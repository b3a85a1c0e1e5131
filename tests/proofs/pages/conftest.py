"""A browser, and a server of a service's pages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser
from starlette.routing import BaseRoute

from deploy.stack.processes import Ports
from deploy.tools.catalog import ToolMissing
from shared.process.http import PublicPages, Servers
from tests.integration.reporting import conftest as reporting
from tests.proofs.pages.browser import chromium

log, pool = reporting.log, reporting.pool
Serve = Callable[[Sequence[BaseRoute], "asyncpg.Pool[Any]"], Awaitable[str]]
"""Serves routes with their pool, and returns the address."""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    try:
        async with chromium() as started:
            yield started
    except ToolMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    servers = Servers()

    async def start(routes: Sequence[BaseRoute], pool: "asyncpg.Pool[Any]") -> str:
        port = Ports().take()
        app = servers.start_public(PublicPages(routes, "127.0.0.1", port, max_age=5))
        app.state.pool = pool
        await _answers(port)
        return f"http://127.0.0.1:{port}"

    yield start
    await servers.stop()


async def _answers(port: int) -> None:
    """Wait until something listens on *port*."""
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.01)
            else:
                return writer.close()
