"""A browser, and the address of pages that are served."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser
from starlette.types import ASGIApp

from deploy.stack import processes
from deploy.tools.catalog import ToolMissing
from shared.process.http import PublicPages, Servers
from tests.proofs.pages.browser import chromium

Pool = asyncpg.Pool


class Site:
    """Serves pages on ports of this machine."""

    def __init__(self) -> None:
        self._servers = Servers()
        self._ports = processes.Ports()

    def port(self) -> int:
        """Return a free port."""
        return self._ports.take()

    async def serve(self, pages: PublicPages, pool: "Pool[Any]") -> str:
        """Serve *pages* with their headers; return their address."""
        self._servers.start_public(pages).state.pool = pool
        return await _answers(pages.port)

    async def serve_app(self, app: ASGIApp, port: int) -> str:
        """Serve *app* as it is; return its address."""
        self._servers.start(app, host="127.0.0.1", port=port)
        return await _answers(port)

    async def stop(self) -> None:
        await self._servers.stop()


async def _answers(port: int) -> str:
    """Wait until something listens on *port*; return its address."""
    async with asyncio.timeout(30):
        while not processes.accepts(port):
            await asyncio.sleep(0.01)  # a port tells nobody that it is served
    return f"http://127.0.0.1:{port}"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    try:
        async with chromium() as started:
            yield started
    except ToolMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    yield site
    await site.stop()
