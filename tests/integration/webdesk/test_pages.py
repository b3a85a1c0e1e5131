"""People ask for help on six pages, and nothing that they wrote is lost."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from services.webdesk.acts import IN_TOPIC
from services.webdesk.settings import Settings
from services.webdesk.site import review_pages
from services.webdesk.site.visits import LEAST_SECONDS, Site
from tests.examples.webdesk import ALTURAS, NEED, SETTINGS, answers
from tests.integration.webdesk.conftest import (
    LISTS,
    Browser,
    Time,
    answer,
    public_port,
)

Pool = asyncpg.Pool
DAY = timedelta(days=1)
IDENTIFIER = "123-45-6789"
LONG = "word " * 400
NEED_PAGE, WHEN_PAGE = "/request/page/need", "/request/page/when"


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers here: a page does not wait for it."""
    monkeypatch.setattr(review_pages, "ANSWER_SECONDS", 0.0)


async def stored(pool: "Pool[Any]") -> Any:
    return json.loads(await pool.fetchval("SELECT answers FROM drafts"))


async def test_an_agency_is_looked_for_by_state_and_words_of_its_name(browser: Browser) -> None:
    await browser.begin()

    await browser.get("/request/page/agency?name=alturas&in=US-CA")

    assert f"Alturas Police Department {ALTURAS}, Modoc, city" in browser.text
    assert "Los Angeles" not in browser.text
    assert "Page 1 of 6" in browser.text


async def test_six_pages_lead_to_the_request_that_is_sent(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    page = await browser.fill_in()
    assert page.url.path == "/request/review"
    for words in ("Alturas Police Department, Modoc", "Use of force", NEED, "A. Chief"):
        assert words in browser.text
    assert "Help wanted from April 1, 2026" in browser.text
    assert "The program office" in browser.text

    await browser.post("/request/send")

    assert "Your request is sent" in browser.text
    messages = await pool.fetch("SELECT topic, value FROM outbox ORDER BY id")
    data = [json.loads(row["value"]) for row in messages]
    reference = await pool.fetchval("SELECT reference FROM drafts")
    assert {row["topic"] for row in messages} == {IN_TOPIC}
    assert [each["type"] for each in data] == [
        "gov.cri.contact.set.v1",
        "gov.cri.request.submit.v1",
    ]
    assert (
        data[1]["data"]["reference"] == data[1]["data"]["requested_by"]["contact_id"] == reference
    )
    assert data[0]["data"]["contact_id"] == reference


async def test_the_answer_is_shown_with_its_number_and_what_was_written_is_erased(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.fill_in()
    await browser.post("/request/send")
    await answer(pool, "accepted", tracking_number="CRI-2026-000042-J")

    await browser.get("/request")

    assert "Its number is CRI-2026-000042-J" in browser.text
    assert await stored(pool) == {}


@pytest.mark.parametrize(
    ("missing", "way"),
    [(None, "use the link in our emails or call"), ("codes", "call"), ("links", "call")],
)
async def test_an_accepted_request_says_how_it_is_withdrawn(
    browser: Browser, site: Site, pool: "Pool[Any]", missing: str | None, way: str
) -> None:
    if missing is not None:
        setattr(site, missing, None)
    await browser.fill_in()
    await browser.post("/request/send")
    await answer(pool, "accepted", tracking_number="CRI-2026-000042-J")

    await browser.get("/request")

    assert f"To withdraw the request, {way} {SETTINGS['office_telephone']}" in browser.text


async def test_the_page_waits_a_moment_for_the_answer(
    browser: Browser, pool: "Pool[Any]", time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_pages, "ANSWER_SECONDS", 30.0)
    await browser.fill_in()
    sending = asyncio.create_task(browser.post("/request/send"))
    async with asyncio.timeout(20):
        while await pool.fetchval("SELECT request_message IS NULL FROM drafts"):
            await asyncio.sleep(0.01)  # another session writes: nothing tells us when

    await answer(pool, "accepted", tracking_number="CRI-2026-000042-J")

    await sending
    assert "Its number is CRI-2026-000042-J" in browser.text


async def test_e2_two_clicks_are_one_request(
    browser: Browser, pool: "Pool[Any]", time: Time
) -> None:
    await browser.fill_in()
    time.pass_seconds(10)

    clicks = await asyncio.gather(browser.send("/request/send"), browser.send("/request/send"))

    assert [each.headers["location"] for each in clicks] == ["/request", "/request"]
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 2
    assert await pool.fetchval("SELECT times_sent FROM drafts") == 1
    assert "Your request is sent" in (await browser.get("/request")).text


async def test_e3_a_protected_identifier_is_refused_and_nothing_of_it_is_stored(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.begin()

    with capture_logs() as logged:
        page = await browser.post(NEED_PAGE, {"issue": f"He is {IDENTIFIER}.", "obstacles": "x"})

    assert page.status_code == 422
    assert 'id="issue-error">This text seems to hold' in page.text
    assert "obstacles-error" not in page.text
    assert await stored(pool) == {}
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0
    assert IDENTIFIER not in str(logged)


@pytest.mark.parametrize("step", ["back", "later"])
async def test_e3_nor_is_it_stored_by_another_button(
    browser: Browser, pool: "Pool[Any]", step: str
) -> None:
    await browser.begin()

    page = await browser.post(NEED_PAGE, {"obstacles": IDENTIFIER, "step": step})

    assert page.status_code == 422
    assert await stored(pool) == {}


async def test_e4_all_reasons_are_shown_at_once_and_the_same_reference_is_sent_again(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.fill_in()
    await browser.post("/request/send")
    before = await pool.fetchval("SELECT reference FROM drafts")
    reasons = [
        {"path": "/data/wished/until", "message": "The end is before the beginning.", "fix": ""},
        {"path": "/data/topics/1", "message": "There is no such topic.", "fix": "See the list."},
    ]
    await answer(pool, "refused", reasons=reasons)

    page = await browser.get("/request")
    assert '<a href="/request/page/when#until">The end is before the beginning.</a>' in page.text
    assert '<a href="/request/page/help#topics">There is no such topic.' in page.text
    assert 'id="until-error"' in (await browser.get(WHEN_PAGE)).text
    await browser.post(WHEN_PAGE, {"level": "standard"})
    assert 'id="until-error"' not in (await browser.get(WHEN_PAGE)).text
    assert 'id="topics-error"' in (await browser.get("/request/page/help")).text
    await browser.post("/request/page/help", {"topics": "use_of_force"})
    page = await browser.get("/request/review")
    assert "Please correct" not in page.text
    await browser.post("/request/send")

    ids = await pool.fetch("SELECT event_id, value FROM outbox")
    assert len({row["event_id"] for row in ids}) == 4
    assert await pool.fetchval("SELECT reference FROM drafts") == before


async def test_e4_what_is_wrong_on_a_page_is_at_its_fields_and_in_the_title(
    browser: Browser,
) -> None:
    await browser.begin()

    page = await browser.post(WHEN_PAGE, {"from": "2026-09-30", "until": "2026-04-01"})

    assert page.status_code == 422
    assert "<title>Please correct: When" in page.text
    assert 'role="alert" tabindex="-1" autofocus' in page.text
    for field in ("level", "until"):
        assert f'<a href="#{field}">' in page.text
        assert f'id="{field}-error"' in page.text
    assert 'value="2026-09-30"' in page.text


async def test_e6_an_agency_that_is_in_no_list_asks_too_and_is_never_called_invalid(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    agency = {
        "unlisted": "yes",
        "agency": "Department of Public Safety",
        "state": "US-AS",
        "cri_type": "territorial",
        "agency_class": "state",
    }
    await browser.fill_in(answers("agency", ori="", **agency))

    sent = await browser.post("/request/send")

    assert "Your request is sent" in browser.text
    assert "invalid" not in sent.text.lower()
    value = await pool.fetchval("SELECT value FROM outbox ORDER BY id DESC LIMIT 1")
    stated = json.loads(value)["data"]["agency"]
    assert stated["name"] == agency["agency"]
    assert "ori" not in stated


@pytest.mark.parametrize(
    ("step", "leads_to"), [("back", "help"), ("", "when"), ("later", "later")]
)
async def test_each_button_saves_the_page(
    browser: Browser, pool: "Pool[Any]", step: str, leads_to: str
) -> None:
    await browser.begin()

    page = await browser.post(NEED_PAGE, {"issue": "saved", "step": step})

    assert page.url.path.endswith(leads_to)
    assert await stored(pool) == {"need": {"issue": ["saved"]}}


async def test_going_back_and_later_does_not_ask_for_what_is_missing(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.begin()

    await browser.post(NEED_PAGE, {"obstacles": "few people", "step": "back"})

    assert await stored(pool) == {"need": {"obstacles": ["few people"]}}


async def test_what_is_missing_is_named_before_anything_is_sent(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.fill_in(answers("people", email=""))

    page = await browser.post("/request/send")

    assert page.status_code == 422
    assert '<a href="/request/page/people#email">' in page.text
    assert await pool.fetchval("SELECT state FROM drafts") == "started"
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_a_request_leads_to_its_first_page_that_is_not_complete(browser: Browser) -> None:
    await browser.fill_in(answers("need", issue=""))

    assert (await browser.get("/request")).url.path == NEED_PAGE


async def test_a_form_that_comes_at_once_comes_back_and_is_taken_then(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.begin()
    await browser.get(NEED_PAGE)

    page = await browser.post(NEED_PAGE, {"issue": "fast"}, after=LEAST_SECONDS - 1)

    assert page.status_code == 422
    assert "fast" in page.text
    assert await stored(pool) == {}
    await browser.post(NEED_PAGE, {"issue": "fast"}, after=1)
    assert await stored(pool) == {"need": {"issue": ["fast"]}}


async def test_a_form_whose_hidden_field_is_filled_in_saves_nothing(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.begin()

    page = await browser.post(NEED_PAGE, {"issue": "bought", "website": "https://spam.example"})

    assert page.status_code == 422
    assert await stored(pool) == {}


async def test_a_request_is_closed_in_this_browser_and_stays(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.begin()

    await browser.post("/leave")

    assert "closed in this browser" in browser.text
    assert (await browser.get("/request")).status_code == 403
    assert await pool.fetchval("SELECT count(*) FROM drafts") == 1


async def test_too_many_requests_from_one_address_are_answered_with_a_telephone_number(
    new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    for _ in range(20):
        await new_browser().begin()

    browser = new_browser()
    page: httpx.Response = await browser.begin()

    assert page.status_code == 429
    assert "202-555-0100" in browser.text
    assert await pool.fetchval("SELECT count(*) FROM drafts") == 20
    elsewhere = new_browser(address="198.51.100.7")
    assert (await elsewhere.begin()).status_code == 200


async def test_pages_say_how_long_a_draft_is_kept_and_so_it_is(
    pool: "Pool[Any]", time: Time
) -> None:
    settings = Settings(**SETTINGS, drafts_kept_days=7)
    site = Site(settings, LISTS, relay_wake=asyncio.Event(), now=time)
    browser = Browser(public_port(site, pool), time)

    async def kept() -> timedelta:
        left: timedelta = await pool.fetchval("SELECT max(expires_at) - now() FROM drafts")
        return left

    await browser.get("/")
    assert "we erase it 7 days after your last change" in browser.text
    await browser.begin()
    assert DAY * 6 < await kept() <= DAY * 7
    await browser.get("/request/later")
    assert "We keep what you saved for 7 days after your last change" in browser.text
    await browser.fill_in()
    assert DAY * 6 < await kept() <= DAY * 7
    await browser.post("/request/send")
    assert DAY * 6 < await kept() <= DAY * 7
