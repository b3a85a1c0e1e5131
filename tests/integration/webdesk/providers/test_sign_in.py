"""A code signs a provider in; a link shows one offer; nobody keeps a provider out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.webdesk import projection
from services.webdesk.proving import MOST_TRIES, OF_ADDRESS
from services.webdesk.site.visits import Site
from services.webdesk.site.work_visits import COOKIE
from tests.examples.provider import CONTACT, MADE, NOBLE, NUMBER, told
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import mailed, sent
from tests.integration.webdesk.providers.conftest import (
    OFFER_PAGE,
    WORK_PAGE,
    Tell,
    decide,
    link,
    said,
    sign_in,
)

Pool = asyncpg.Pool


@pytest.mark.usefixtures("offered")
async def test_the_session_is_renewed_by_the_code(browser: Browser, pool: "Pool[Any]") -> None:
    await browser.get(link())
    before = browser.http.cookies[COOKIE]

    await decide(browser, f"{OFFER_PAGE}/accept", pool)

    assert browser.http.cookies[COOKIE] != before
    assert (await browser.get("/provider")).url.path == "/provider"
    browser.http.cookies.set(COOKIE, before, domain="help.example")
    assert (await browser.get("/provider")).url.path == "/provider/code"


async def test_a_link_shows_its_offer_alone_until_a_code_is_entered(
    browser: Browser, pool: "Pool[Any]", tell: Tell
) -> None:
    await tell(
        told("offer_made", 1),
        told("offer_made", 2, {**MADE, "offer_id": f"{NUMBER}-O3"}),
        told("engagement_opened", 3),
    )
    await browser.get(link())

    paths = ("/provider", f"/provider/offers/{NUMBER}-O3", WORK_PAGE, "/provider/capacity")
    for path in paths:
        assert (await browser.get(path)).url.path == "/provider/code", path
    await browser.post("/provider/code", {"step": "code"})
    await browser.post("/provider/code", {"code": await mailed(pool)})
    for path in paths:
        assert (await browser.get(path)).url.path == path


async def test_a_code_alone_signs_in_and_says_nothing_of_who_is_known(
    browser: Browser, new_browser: Callable[..., Browser]
) -> None:
    pages = []
    for contact in (CONTACT, "nobody"):
        each = new_browser()
        await each.get("/provider/sign-in")
        page = await each.post("/provider/sign-in", {"provider": NOBLE, "contact": contact})
        assert page.url.path == "/provider/code"
        pages.append(each.text)

    assert pages[0] == pages[1]


async def test_a_stranger_who_guesses_does_not_keep_the_provider_out(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    named = {"provider": NOBLE, "contact": CONTACT}
    await browser.get("/provider/sign-in")
    await browser.post("/provider/sign-in", named)
    code = await mailed(pool)
    stranger = new_browser(address="198.51.100.7")
    await stranger.get("/provider/sign-in")
    await stranger.post("/provider/sign-in", named)

    guesses = [f"{number:08}" for number in range(MOST_TRIES + 1)]
    for guess in (*guesses, code):
        assert (await stranger.post("/provider/code", {"code": guess})).status_code == 422

    assert (await browser.post("/provider/code", {"code": code})).url.path == "/provider"


@pytest.mark.usefixtures("offered")
async def test_strangers_cannot_use_up_the_codes_of_who_has_the_link(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    for number in range(OF_ADDRESS + 1):
        stranger = new_browser(address=f"198.51.{number}.7")
        await stranger.get("/provider/sign-in")
        await stranger.post("/provider/sign-in", {"provider": NOBLE, "contact": CONTACT})
    await browser.get(link())

    await decide(browser, f"{OFFER_PAGE}/accept", pool)

    assert [each.type for each in await said(pool)] == ["gov.cri.offer.answer.v1"]


@pytest.mark.parametrize(
    "values", [{"provider": "", "contact": "a"}, {"provider": "NOBLE", "contact": "a"},
               {"provider": "noble", "contact": ""}, {"provider": "noble", "contact": "a\nb"},
               {"provider": "noble", "contact": "x" * 101}],
)  # fmt: skip
async def test_who_signs_in_is_named_as_ids_are(
    browser: Browser, pool: "Pool[Any]", values: dict[str, str]
) -> None:
    await browser.get("/provider/sign-in")

    page = await browser.post("/provider/sign-in", values)

    assert page.status_code == 422
    assert await sent(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM provider_sessions") == 0


async def test_an_idle_session_is_over_and_an_old_one_is_erased(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await sign_in(browser, pool)
    await pool.execute("UPDATE provider_sessions SET seen_at = now() - interval '31 minutes'")
    assert (await browser.get("/provider")).status_code == 403
    await pool.execute(
        "UPDATE provider_sessions SET seen_at = now(), started_at = now() - $1::interval",
        projection.SESSION_LASTS + timedelta(seconds=1),
    )
    assert (await browser.get("/provider")).status_code == 403

    await projection.sweep_work(pool)

    assert await pool.fetchval("SELECT count(*) FROM provider_sessions") == 0


async def test_who_leaves_is_out(browser: Browser, pool: "Pool[Any]") -> None:
    await sign_in(browser, pool)

    await browser.post("/provider/leave")

    assert (await browser.get("/provider")).status_code == 403
    left = "SELECT count(*) FROM provider_sessions WHERE confirmed_at IS NOT NULL"
    assert await pool.fetchval(left) == 0


async def test_an_old_page_is_sent_again_under_the_new_sign_in(
    browser: Browser, pool: "Pool[Any]", tell: Tell
) -> None:
    await tell(told("offer_made", 1))
    path = f"{OFFER_PAGE}/decline"
    await browser.get(link())
    old = await browser.get(path)
    await browser.get("/provider/code")
    await browser.post("/provider/code", {"step": "code"})
    await browser.post("/provider/code", {"code": await mailed(pool)})
    browser.shown = old

    page = await browser.post(path, {"reason_code": "timing", "note": "In May."})

    assert page.status_code == 403
    assert "In May." in page.text
    assert await said(pool) == []


async def test_pages_work_without_keys_and_say_whom_to_call(
    browser: Browser, site: Site, pool: "Pool[Any]"
) -> None:
    site.codes, site.links = None, None

    assert (await browser.get(link())).status_code == 404
    await browser.get("/provider/sign-in")
    page = await browser.post("/provider/sign-in", {"provider": NOBLE, "contact": CONTACT})

    assert page.status_code == 503
    assert await pool.fetchval("SELECT count(*) FROM provider_sessions") == 0
