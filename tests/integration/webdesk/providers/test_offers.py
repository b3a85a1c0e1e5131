"""A provider without a system answers an offer on its pages, by a code."""

import asyncio
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from tests.examples.provider import CONTACT, EXPIRES, NOBLE, OFFER, told
from tests.integration.webdesk.conftest import Browser, Time
from tests.integration.webdesk.outbox import mailed, sent
from tests.integration.webdesk.providers.conftest import (
    OFFER_PAGE,
    Tell,
    answer,
    decide,
    hidden,
    link,
    said,
    sign_in,
)
from tests.integration.webdesk.test_projection import READABLE

Pool = asyncpg.Pool


@pytest.mark.usefixtures("offered")
async def test_an_acceptance_counts_by_the_code_that_was_mailed(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.get(link())

    await decide(browser, f"{OFFER_PAGE}/accept", pool, note="We begin in April.")

    (message,) = await said(pool)
    assert message.type == "gov.cri.offer.answer.v1"
    assert (message.onbehalfof, message.actor) == (NOBLE, f"contact:{CONTACT}")
    assert message.data == {
        "offer_id": OFFER, "answer": "accept", "note": "We begin in April.",
    }  # fmt: skip
    assert "waiting for the answer" in browser.text
    await answer(pool, "applied")
    await browser.post(f"{OFFER_PAGE}/accept", {**hidden(browser), "step": "send"})
    assert "You accepted this offer" in browser.text


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize("code", ["", "00000000", "x"])
async def test_without_the_code_nothing_is_answered(
    browser: Browser, pool: "Pool[Any]", code: str
) -> None:
    path = f"{OFFER_PAGE}/accept"
    await browser.get(link())
    await browser.get(path)
    await browser.post(path)
    await browser.post(path, {**hidden(browser), "step": "code"})

    page = await browser.post(path, {**hidden(browser), "step": "send", "code": code})

    assert page.status_code == 422
    assert 'id="code-error"' in page.text
    assert await said(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM provider_acts") == 0


@pytest.mark.usefixtures("offered")
async def test_the_code_is_for_the_contact_of_the_link_and_the_offer(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    path = f"{OFFER_PAGE}/accept"
    await browser.get(link())
    await browser.get(path)
    await browser.post(path)
    await browser.post(path, {**hidden(browser), "step": "code"})

    (message,) = await sent(pool)
    assert (message.type, message.onbehalfof) == ("gov.cri.code.send.v1", NOBLE)
    assert (message.data["contact_id"], message.data["about"]) == (CONTACT, OFFER)
    assert message.data["purpose"] == "act"


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize("by_link", [True, False])
async def test_two_clicks_are_one_answer(
    browser: Browser, pool: "Pool[Any]", *, by_link: bool
) -> None:
    path, code = f"{OFFER_PAGE}/decline", ""
    await (browser.get(link()) if by_link else sign_in(browser, pool))
    await browser.get(path)
    await browser.post(path, {"reason_code": "timing"})
    if by_link:
        await browser.post(path, {**hidden(browser), "step": "code"})
        code = await mailed(pool)
    form = {**hidden(browser), "step": "send", "code": code}

    clicks = await asyncio.gather(browser.send(path, form), browser.send(path, form))

    assert [each.status_code for each in clicks] == [200, 200]
    assert all("waiting for the answer" in each.text for each in clicks)
    assert len(await said(pool)) == 1


@pytest.mark.usefixtures("offered")
async def test_other_terms_are_proposed(browser: Browser, pool: "Pool[Any]") -> None:
    await browser.get(link())
    dates = {"from": "2026-05-01", "until": "2026-06-30"}

    await decide(browser, f"{OFFER_PAGE}/counter", pool, service_forms=["consultation"], **dates)

    (message,) = await said(pool)
    assert message.data["counter"] == {**dates, "service_forms": ["consultation"]}
    await answer(pool, "applied")
    assert "You proposed other terms" in (await browser.get(OFFER_PAGE)).text


@pytest.mark.usefixtures("offered")
async def test_what_is_wrong_is_at_its_field_before_anything_is_sent(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    path = f"{OFFER_PAGE}/decline"
    await browser.get(link())
    await browser.get(path)

    page = await browser.post(path, {"note": "He is 123-45-6789."})

    assert page.status_code == 422
    assert "<title>Please correct: Decline the offer" in page.text
    for field in ("reason_code", "note"):
        assert f'<a href="#{field}">' in page.text
        assert f'id="{field}-error"' in page.text
    assert await sent(pool) == []


@pytest.mark.usefixtures("offered")
async def test_a_refusal_is_shown_in_place_with_what_was_written(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    path = f"{OFFER_PAGE}/decline"
    await browser.get(link())
    await decide(browser, path, pool, reason_code="timing", note="In May.")
    reasons = [{"path": "/data/reason_code", "message": "The offer has lapsed.", "fix": "Wait."}]
    await answer(pool, "refused", reasons)

    page = await browser.post(path, {**hidden(browser), "step": "send"})

    assert page.status_code == 422
    assert "This was not accepted" in browser.text
    assert 'id="reason_code-error">The offer has lapsed. Wait.' in page.text
    assert "In May." in page.text
    assert len(await said(pool)) == 1


@pytest.mark.usefixtures("offered")
async def test_the_words_of_an_answer_are_in_its_message_alone(
    browser: Browser, pool: "Pool[Any]"
) -> None:
    await browser.get(link())
    await decide(browser, f"{OFFER_PAGE}/decline", pool, reason_code="other", note="canary")
    await pool.execute("DELETE FROM outbox")

    tables = await pool.fetch(READABLE)
    for (table,) in tables:
        rows = await pool.fetch(f'SELECT to_jsonb(t)::text FROM "{table}" t')
        assert not any("canary" in row[0] for row in rows), table


async def test_an_expired_offer_says_so_and_takes_no_answer(
    browser: Browser, pool: "Pool[Any]", tell: Tell, time: Time
) -> None:
    await tell(told("offer_made", 1))
    await browser.get(link())
    await browser.get(f"{OFFER_PAGE}/accept")
    time.now = datetime.fromisoformat(EXPIRES)

    page = await browser.post(f"{OFFER_PAGE}/accept")

    assert page.status_code == 409
    assert "This is no longer possible" in page.text
    await browser.get(OFFER_PAGE)
    assert "The time to answer this offer has passed" in browser.text
    assert await sent(pool) == []


@pytest.mark.parametrize("kind", ["offer_lapsed", "offer_withdrawn"])
async def test_an_ended_offer_says_so(browser: Browser, tell: Tell, kind: str) -> None:
    await tell(told("offer_made", 1), told(kind, 2))

    await browser.get(link())

    assert "This offer has ended." in browser.text
    assert browser.shown is not None
    assert "/accept" not in browser.shown.text
    assert (await browser.get(f"{OFFER_PAGE}/accept")).status_code == 409


async def test_a_clock_that_moved_and_an_amendment_are_on_the_page(
    browser: Browser, tell: Tell
) -> None:
    await tell(told("offer_made", 1), told("offer_changed", 2), told("clock_moved", 3))

    await browser.get(link())

    assert "March 6, 2026, 5:00 p.m. EST" in browser.text
    assert "mental_health" in browser.text
