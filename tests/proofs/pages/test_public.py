"""The public pages: before the first release, and with one."""

from typing import Any

import asyncpg
from playwright.async_api import Browser

from services.reporting.pages import routes
from shared.process.http import PublicPages
from tests.integration.reporting import conftest as reporting
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.releasing import DUE, march, process, references
from tests.proofs.pages.browser import look
from tests.proofs.pages.conftest import Site

log, pool = reporting.log, reporting.pool
Pool = asyncpg.Pool


async def test_the_page_before_the_first_release(
    browser: Browser, site: Site, log: Log, pool: "Pool[Any]"
) -> None:
    await log.take_in(references())

    address = await _served(site, pool)

    assert await look(browser, f"{address}/", "public-empty") == []


async def test_the_page_of_a_month(
    browser: Browser, site: Site, log: Log, pool: "Pool[Any]"
) -> None:
    await march(log)
    await process(DUE).publish_due(log.pool)

    address = await _served(site, pool)

    assert await look(browser, f"{address}/releases/2026-03", "public-month") == []


async def _served(site: Site, pool: "Pool[Any]") -> str:
    pages = PublicPages(routes(kept_seconds=0), "127.0.0.1", site.port(), max_age=5)
    return await site.serve(pages, pool)
