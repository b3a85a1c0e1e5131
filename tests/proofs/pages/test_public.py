"""The public pages: before anything is published, a month, sites, a report, corrections."""

from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser

from services.reporting.pages import exception_handlers, routes
from services.reporting.sites.store import take_in
from shared.process.http import PublicPages
from tests.examples.published_sites import REPORT, SLUG, Publishing, real_sites
from tests.integration.reporting import conftest as reporting
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.releasing import DUE, march, process, references
from tests.proofs.pages.browser import SCREENSHOTS, look
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


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "home"),
        ("/sites", "sites"),
        (f"/sites/{SLUG}", "site"),
        (f"/sites/{SLUG}/{REPORT}", "report"),
        ("/sites/dearborn-heights-police-department", "site-not-known"),
        (f"/sites/{SLUG}/goals", "report-withdrawn"),
        ("/corrections", "corrections"),
        ("/how-we-count", "how-we-count"),
        ("/nowhere", "nowhere"),
    ],
)
async def test_sites(
    browser: Browser, site: Site, log: Log, pool: "Pool[Any]", path: str, name: str
) -> None:
    await march(log)
    await process(DUE).publish_due(log.pool)
    async with pool.acquire() as connection, connection.transaction():
        for each in [*real_sites()[:1], *real_sites()[2:], _north_miami()]:
            await take_in(connection, each.events)

    address = await _served(site, pool)

    assert await look(browser, f"{address}{path}", f"public-{name}") == []


async def test_a_site_on_paper(browser: Browser, site: Site, log: Log, pool: "Pool[Any]") -> None:
    async with pool.acquire() as connection, connection.transaction():
        await take_in(connection, _north_miami().events)
    address = await _served(site, pool)
    page = await browser.new_page()

    await page.goto(f"{address}/sites/{SLUG}")
    await page.emulate_media(media="print")

    assert not await page.locator("nav:visible, .skip:visible").count()
    assert await page.get_by_text("Finding 4.1.").is_visible()
    assert await page.locator("#n4\\.1").evaluate("each => each.checkVisibility()")
    await page.screenshot(path=SCREENSHOTS / "public-site-paper.png", full_page=True)


AREAS = (
    ("Crime Prevention and Analysis", "Crime analysis is not part of daily planning.", 3),
    ("Technology", "Reports are written on paper and typed again.", 4),
    ("Community Engagement", "Residents do not know whom to ask about a complaint.", 4),
    ("Oversight and Accountability", "Reports of force are reviewed late.", 3),
)
TEXTS = (
    "Assign an analyst to each watch, and give patrol a summary before it begins.",
    "Write a policy with the people who will follow it, and train everybody within a year.",
    "Review each report within five days, and say in writing what follows from it.",
    "Publish the figures twice a year, with the number of cases behind each of them.",
)


def _north_miami() -> Publishing:
    """Return the real site with examples of texts, and of everything that can be said of it."""
    statuses = iter(["in_progress"] * 10 + ["not_started"] * 4)
    areas: list[dict[str, Any]] = []
    for number, (title, finding, count) in enumerate(AREAS, 1):
        recommendations = [
            {
                "number": f"{number}.1.{place}",
                "text": TEXTS[(number + place) % len(TEXTS)],
                "status": next(statuses),
                "status_on": "2024-09-20",
                "due_on": f"202{4 + place % 2}-08-31",
            }
            for place in range(1, count + 1)
        ]
        found = {"number": f"{number}.1", "text": finding, "recommendations": recommendations}
        areas.append({"number": number, "title": title, "goal": "trust", "findings": [found]})
    first = areas[0]["findings"][0]["recommendations"][0]
    first["claim"] = {"done_on": "2024-09-24", "words": "The analyst began on Monday."}
    first["reason"] = "pending_labor_negotiation"
    site = Publishing().state(status="active")
    site.report(report_id="goals", kind="goals", title="Goals and objectives", areas=[])
    site.plan(first_due_on="2025-03-31", every="half_year")
    facts = {
        "fact_check": "disputed",
        "comments": [{"item": "2.1", "words": "Half of the reports are written on tablets."}],
    }
    site.report(areas=areas, facts=facts, title="Initial assessment of North Miami")
    reply = "We thank the assessors.\n\nA policy on reviews was signed in October 2024."
    site.reply(reply, "4.1").reply("The department goes on with this work.")
    site.correction("3.1", AREAS[2][1], "Few residents know whom to ask about a complaint.")
    site.withdrawal(report_id="goals")
    return site.slip("2025-09-30", "2025-11-30")


async def _served(site: Site, pool: "Pool[Any]") -> str:
    pages = PublicPages(
        routes(kept_seconds=0, desk_url="http://127.0.0.1:9", telephone="202-555-0100"),
        "127.0.0.1",
        site.port(),
        max_age=5,
        exception_handlers=exception_handlers(telephone="202-555-0100"),
    )
    return await site.serve(pages, pool)
