"""A provider without a system reports its work, closes it, and declares its capacity."""

from datetime import datetime
from typing import Any

import asyncpg

from tests.examples.provider import ENGAGEMENT, NOBLE, told
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.providers.conftest import (
    WORK_PAGE,
    Tell,
    answer,
    decide,
    said,
    sign_in,
)

Pool = asyncpg.Pool


async def test_the_work_is_reported_and_closed(
    browser: Browser, pool: "Pool[Any]", tell: Tell
) -> None:
    await tell(told("offer_made", 1), told("engagement_opened", 2))
    await sign_in(browser, pool)
    await browser.get(WORK_PAGE)
    assert "You have not reported any yet." in browser.text
    assert "Close the work as completed" not in browser.text

    await decide(browser, f"{WORK_PAGE}/report", pool, milestone="delivered", on="2026-03-01")
    await answer(pool, "applied")
    await browser.get(WORK_PAGE)
    assert "The result is with the agency." in browser.text
    assert "Close the work as completed" in browser.text
    await decide(browser, f"{WORK_PAGE}/complete", pool)
    await answer(pool, "applied")

    report, close = await said(pool)
    assert report.data == {
        "engagement_id": ENGAGEMENT, "milestone": "delivered", "on": "2026-03-01",
    }  # fmt: skip
    assert (close.type, close.data["reason"]) == ("gov.cri.engagement.close.v1", "completed")
    await browser.get(WORK_PAGE)
    assert "The work is closed as completed." in browser.text
    assert (await browser.get(f"{WORK_PAGE}/report")).status_code == 409


async def test_who_cannot_go_on_says_why(browser: Browser, pool: "Pool[Any]", tell: Tell) -> None:
    await tell(told("engagement_opened", 1))
    await sign_in(browser, pool)

    await decide(browser, f"{WORK_PAGE}/give-up", pool, note="Our staff left.")

    (message,) = await said(pool)
    assert message.data == {
        "engagement_id": ENGAGEMENT, "reason": "cannot_go_on", "note": "Our staff left.",
    }  # fmt: skip
    assert message.onbehalfof == NOBLE


async def test_capacity_is_declared_until_a_day_and_shown(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await sign_in(browser, pool)

    await decide(
        browser, "/provider/capacity", pool,
        can_take="2", valid_until="2026-06-30", topics=["use_of_force"], states=["US-CA", "US-NV"],
    )  # fmt: skip

    (message,) = await said(pool)
    assert (message.type, message.subject) == ("gov.cri.capacity.declare.v1", NOBLE)
    assert message.onbehalfof == NOBLE
    assert message.data["entries"] == [
        {
            "topics": ["use_of_force"], "agency_types": [], "states": ["US-CA", "US-NV"],
            "service_forms": [], "can_take": 2,
        }
    ]  # fmt: skip
    assert datetime.fromisoformat(message.data["valid_until"]) == datetime.fromisoformat(
        "2026-07-01T00:00:00-04:00"
    )
    await answer(pool, "applied")
    await browser.get("/provider/capacity")
    assert "2 more, valid through June 30, 2026" in browser.text
