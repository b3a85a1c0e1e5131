"""A provider without a system reports its work, closes it, and declares its capacity."""

import re
from datetime import datetime
from typing import Any

import asyncpg

from services.webdesk.provider_store import MOST_ACTS, MOST_ENDED
from services.webdesk.work.work import DECLARE
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
_OFFERS = """
INSERT INTO offers (offer_id, provider, tracking_number, state, told, sentence, number, changed_at)
SELECT $2 || '-' || n, $1, 'case-' || n, $2, '{}', '', n, now() - n * interval '1 hour'
  FROM generate_series(1, $3::int) AS n"""
_ENGAGEMENTS = """
INSERT INTO engagements (engagement_id, provider, tracking_number, state, is_stopped, told,
                         milestones, sentence, number, changed_at)
SELECT $2 || '-' || n, $1, 'case-' || n, $2, false, '{}', '[]', '', n,
       now() - n * interval '1 hour'
  FROM generate_series(1, $3::int) AS n"""
_DECLARATIONS = """
INSERT INTO provider_acts (message_id, provider, actor, kind, about, said, sent_at, state)
SELECT n, $1, 'contact', $2, $1, '{}', now() - n * interval '1 hour',
       CASE n WHEN $3::int THEN 'applied' ELSE 'refused' END
  FROM generate_series(1, $3::int) AS n"""


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


async def test_all_open_work_is_listed_and_the_last_that_ended(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await sign_in(browser, pool)
    for state in ("open", "closed"):
        await pool.execute(_OFFERS, NOBLE, state, MOST_ENDED + 10)
        await pool.execute(_ENGAGEMENTS, NOBLE, state, MOST_ENDED + 10)

    await browser.get("/provider")

    assert browser.shown is not None
    for kind in ("offers", "engagements"):
        shown = re.findall(rf"/provider/{kind}/(open|closed)-([0-9]+)", browser.shown.text)
        assert len([number for state, number in shown if state == "open"]) == MOST_ENDED + 10
        ended = [int(number) for state, number in shown if state == "closed"]
        assert ended == list(range(1, MOST_ENDED + 1))  # the latest first
    assert browser.text.count("Of those that have ended, these are the last 50.") == 2


async def test_a_declaration_is_shown_however_many_are_refused_after_it(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await sign_in(browser, pool)
    await pool.execute(_DECLARATIONS, NOBLE, DECLARE, MOST_ACTS + 5)

    await browser.get("/provider")

    assert "You declared it on" in browser.text
