"""People continue a request by a link, or with what they typed, when their session has ended."""

import json
import re
from collections.abc import Callable
from typing import Any

import asyncpg

from services.webdesk.site.visits import COOKIE
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.test_pages import LONG, NEED_PAGE, WHEN_PAGE, stored

Pool = asyncpg.Pool


async def link_of(browser: Browser) -> str:
    """Make a link to go on later, and return its path."""
    await browser.get("/request/later")
    page = await browser.post("/request/later")
    found = re.search(r"/continue/[A-Za-z0-9_-]{43}", page.text)
    assert found is not None
    return found[0]


async def go_on(browser: Browser, link: str) -> Any:
    """Open *link*, and continue the request that its page names."""
    await browser.get(link)
    return await browser.post("/continue", {"link": link.rpartition("/")[2]}, after=0)


async def test_a_link_says_whose_request_it_is_before_anything_is_written(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    await browser.fill_in()
    reference = await pool.fetchval("SELECT reference FROM drafts")
    link = await link_of(browser)
    victim = new_browser()

    page = await victim.get(link)

    assert page.url.path == "/continue"
    for words in (f"Continue request {reference}?", "Alturas Police Department", "Is this your"):
        assert words in victim.text
    assert (await victim.get(NEED_PAGE)).status_code == 403
    await victim.get(link)
    await victim.post(NEED_PAGE, {"issue": "the words of a victim"})
    assert "the words of a victim" not in (await browser.get(NEED_PAGE)).text
    assert (await go_on(new_browser(), link)).url.path == "/request/review"


async def test_a_page_continues_the_request_that_it_has_shown(
    new_browser: Callable[..., Browser],
) -> None:
    own, stranger, person = (new_browser() for _ in range(3))
    for each, issue in ((own, "our own words"), (stranger, "the words of a stranger")):
        await each.begin()
        await each.post(NEED_PAGE, {"issue": issue})
    link, other = await link_of(own), await link_of(stranger)
    await person.get(link)
    await person.http.get(other)  # in another tab

    await person.post("/continue", {"link": link.rpartition("/")[2]}, after=0)

    assert "our own words" in (await person.get(NEED_PAGE)).text


async def test_e7_a_link_opens_what_was_saved_when_the_cookie_is_gone(browser: Browser) -> None:
    await browser.begin()
    await browser.post(NEED_PAGE, {"issue": LONG})
    link = await link_of(browser)
    browser.http.cookies.delete(COOKIE)
    assert (await browser.get(NEED_PAGE)).status_code == 403

    await go_on(browser, link)
    page = await browser.get(NEED_PAGE)

    assert LONG.strip() in page.text


async def test_e8_what_was_typed_comes_back_when_the_session_has_ended(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.begin()
    await browser.post(NEED_PAGE, {"issue": "saved before"})
    await browser.get(WHEN_PAGE)
    await pool.execute("UPDATE sessions SET seen_at = now() - interval '3 hours'")

    page = await browser.post(WHEN_PAGE, {"level": "urgent", "urgent_because": "Tomorrow."})

    assert page.status_code == 422
    assert "Please send this again" in page.text
    assert "Tomorrow." in page.text
    assert await stored(pool) == {"need": {"issue": ["saved before"]}}
    await browser.post(WHEN_PAGE, {"level": "urgent", "urgent_because": "Tomorrow."})
    assert (await stored(pool))["when"] == {"level": ["urgent"], "urgent_because": ["Tomorrow."]}
    assert (await stored(pool))["need"] == {"issue": ["saved before"]}


async def test_e8_without_any_cookie_what_was_typed_begins_a_new_request(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.begin()
    await browser.get(NEED_PAGE)
    browser.http.cookies.delete(COOKIE)

    page = await browser.post(NEED_PAGE, {"issue": LONG})
    assert page.status_code == 422
    assert LONG.strip() in page.text
    await browser.post(NEED_PAGE, {"issue": LONG})

    drafts = [json.loads(row["answers"]) for row in await pool.fetch("SELECT answers FROM drafts")]
    assert sorted(drafts, key=len) == [{}, {"need": {"issue": [LONG.strip()]}}]


async def test_e8_a_link_opened_in_another_tab_lets_the_page_be_saved(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.begin()
    link = await link_of(browser)
    await browser.get(NEED_PAGE)
    typed = browser.shown
    browser.http.cookies.delete(COOKIE)
    await go_on(browser, link)
    browser.shown = typed

    page = await browser.post(NEED_PAGE, {"issue": "typed"})

    assert "Please send this again" in page.text
    await browser.post(NEED_PAGE, {"issue": "typed"})
    assert await stored(pool) == {"need": {"issue": ["typed"]}}
    assert await pool.fetchval("SELECT count(*) FROM drafts") == 1
