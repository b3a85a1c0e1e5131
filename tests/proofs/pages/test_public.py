"""The public pages: before the first release, and with one."""

from typing import Any

import asyncpg
from playwright.async_api import Browser

from services.reporting.pages import routes
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.releasing import DUE, march, process, references
from tests.proofs.pages.browser import look
from tests.proofs.pages.conftest import Serve


async def test_the_page_before_the_first_release(
    browser: Browser, serve: Serve, log: Log, pool: "asyncpg.Pool[Any]"
) -> None:
    await log.take_in(references())

    address = await serve(routes(kept_seconds=0), pool)

    assert await look(browser, f"{address}/", "public-empty") == []


async def test_the_page_of_a_month(
    browser: Browser, serve: Serve, log: Log, pool: "asyncpg.Pool[Any]"
) -> None:
    await march(log)
    await process(DUE).publish_due(log.pool)

    address = await serve(routes(kept_seconds=0), pool)

    assert await look(browser, f"{address}/releases/2026-03", "public-month") == []
