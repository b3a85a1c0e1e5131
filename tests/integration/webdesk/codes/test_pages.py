"""A request whose address is confirmed by a code says so, and its pages tell nothing else."""

from collections.abc import Callable
from typing import Any

import asyncpg

from services.intake.agency_list import AgencyList, AgencyRow
from services.webdesk.acts import WEB_DESK
from services.webdesk.site.visits import COOKIE, Site
from shared.contracts.inbound import Inbound
from tests.examples.inbound import submission
from tests.examples.intake import Intake, events
from tests.examples.webdesk import ALTURAS, ANSWERS, answers
from tests.integration.webdesk.codes.conftest import ASK, ENTER, another
from tests.integration.webdesk.conftest import Browser, answer
from tests.integration.webdesk.outbox import mailed, sent

Pool = asyncpg.Pool


async def confirm(browser: Browser, pool: "Pool[Any]", given: Any = ANSWERS) -> None:
    """Fill in a request and prove its address."""
    await browser.fill_in(given)
    await browser.get(ASK)
    await browser.post(ASK)
    await browser.post(ENTER, {"code": await mailed(pool)}, after=0)


async def authority(browser: Browser, pool: "Pool[Any]") -> Any:
    """Send the request, and return what it says of its authority."""
    await browser.get("/request/review")
    await browser.post("/request/send")
    return (await sent(pool))[-1].data["authority"]


def basis(request: Inbound, *domains: str) -> str:
    """Return what intake takes as the basis of *request*, if the agency has these domains."""
    intake = Intake()
    listed = AgencyRow(ALTURAS, "Alturas Police Department", "city", "US-CA")
    intake.batch.agencies = AgencyList([listed])
    intake.send("agency.set", {"id": ALTURAS, "known_domains": list(domains)})
    data = {**request.data, "topics": submission()["topics"]}
    accepted, *_ = events(intake.send("request.submit", data, sender=WEB_DESK))
    found: str = accepted.data.authority.basis
    return found


async def test_e1_a_code_to_an_address_of_the_agency_speaks_for_its_executive(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    page = await browser.fill_in()
    assert '<a href="/request/code">Confirm the address</a>' in page.text
    await browser.get(ASK)
    await browser.post(ASK)
    assert "If email reaches this address, a code will arrive soon." in browser.text
    await browser.post(ENTER, {"code": await mailed(pool)}, after=0)

    assert "Your email address is confirmed" in browser.text
    assert await authority(browser, pool) == {
        "basis": "code_to_address",
        "on": "2026-03-02",
        "address": "chief@alturas.example",
    }
    assert basis((await sent(pool))[-1], "alturas.example") == "code_to_known_address"


async def test_e5_a_code_to_any_other_address_does_not_and_the_page_says_the_same(
    browser: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    own, free = "chief@alturas.example", "chief@freemail.example"
    said = []
    for address in (own, free):
        each = new_browser()
        await confirm(each, pool, answers("people", email=address))
        reference = await pool.fetchval(
            "SELECT max(reference) FROM drafts WHERE state = 'started'"
        )
        shown = each.text.replace(address, "").replace(reference, "")
        said.append(shown)
        await each.post("/request/send")

    assert said[0] == said[1]
    assert basis((await sent(pool))[-1], "alturas.example") == "claimed"


async def test_without_a_code_the_request_is_only_claimed(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.fill_in()

    assert await authority(browser, pool) == {"basis": "claimed", "on": "2026-03-02"}


async def test_another_address_is_not_confirmed_by_the_code_of_the_one_before(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await confirm(browser, pool)
    changed = answers("people", email="chief@freemail.example")["people"]
    await browser.get("/request/page/people")
    await browser.post("/request/page/people", dict(changed))

    page = await browser.get("/request/review")

    assert "Confirm the address" in page.text
    assert (await authority(browser, pool))["basis"] == "claimed"


async def test_a_code_that_was_under_way_when_the_request_was_sent_counts_no_more(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.fill_in()
    await browser.get(ASK)
    await browser.post(ASK)
    code = await mailed(pool)
    changed = answers("people", email="stranger@freemail.example")["people"]
    await browser.get("/request/page/people")
    await browser.post("/request/page/people", dict(changed))
    await browser.get("/request/review")
    await browser.post("/request/send")
    await answer(pool, "refused", reasons=[{"path": "/data/topics/0", "message": "No."}])
    await browser.get(ASK)

    await browser.post(ENTER, {"code": code})

    assert await pool.fetchval("SELECT proved_address FROM drafts") is None


async def test_a_wrong_code_is_counted_and_says_nothing_more(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.fill_in()
    await browser.get(ASK)
    before_any = await browser.post(ENTER, {"code": "12345678"})
    await browser.get(ASK)
    await browser.post(ASK)
    code = await mailed(pool)
    wrong = await browser.post(ENTER, {"code": another(code)})

    assert wrong.status_code == before_any.status_code == 422
    assert "This code did not work" in browser.text
    assert await pool.fetchval("SELECT tries FROM codes") == 1
    assert await pool.fetchval("SELECT proved_address FROM drafts") is None


async def test_the_page_is_the_same_for_every_address_and_beyond_its_limit(
    new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    pages = []
    for number in range(5):
        browser = new_browser()
        await browser.fill_in()
        await browser.get(ASK)
        page = await browser.post(ASK)
        reference = await pool.fetchval(
            "SELECT reference FROM drafts ORDER BY started_at DESC LIMIT 1"
        )
        shown = page.text.replace(reference, "").replace(browser.token, "")
        pages.append((page.status_code, shown))
        assert number < 5

    assert len(set(pages)) == 1
    assert len(await sent(pool)) == 2 * 3


async def test_session_id_renewed_after_a_code(browser: Browser, pool: "Pool[Any]") -> None:
    await browser.fill_in()
    before = browser.http.cookies[COOKIE]
    await browser.get(ASK)
    await browser.post(ASK)
    assert browser.http.cookies[COOKIE] == before

    await browser.post(ENTER, {"code": await mailed(pool)})

    assert browser.http.cookies[COOKIE] != before
    browser.http.cookies.set(COOKIE, before, domain="help.example")
    assert (await browser.http.get("/request/review")).status_code == 403


async def test_without_a_key_there_are_no_codes(
    browser: Browser, site: Site, pool: "Pool[Any]"
) -> None:
    site.codes = None
    page = await browser.fill_in()

    assert "Confirm" not in page.text
    assert (await browser.get(ASK)).status_code == 404


async def test_who_has_not_said_whom_to_reach_is_led_there(browser: Browser) -> None:
    await browser.begin()

    page = await browser.get(ASK)

    assert '<a href="/request/page/people">' in page.text
    assert "Send a code" not in page.text
