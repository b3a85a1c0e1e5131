"""Entering a request for a caller: one page, nothing lost, one request."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from services.desk.office import answers
from services.desk.office.visits import SESSION_COOKIE
from tests.integration.desk.office.conftest import Browser, Staff, answer, hidden
from tests.unit.desk.test_call_form import LEAST

Pool = asyncpg.Pool
CANARY = "heron-4417"


@pytest.fixture
async def worker(staff: Staff, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.0)
    await staff.enter("stand-in-worker", "staff:k7f2", "worker", name="W. Orker")
    await browser.sign_in("stand-in-worker", "/call")
    return browser


def token(browser: Browser) -> str:
    assert browser.shown is not None
    return browser.shown.text.partition('name="token" value="')[2].partition('"')[0]


async def test_the_page_says_what_the_caller_must_hear_first(worker: Browser) -> None:
    for words in ("1234-0001", "January 31, 2029", "about 20 minutes", "6 of 6"):
        assert words in worker.text


async def test_a_request_and_its_contact_are_sent_together_and_once(
    worker: Browser, pool: "Pool[Any]"
) -> None:
    shown, form = worker.shown, {**LEAST, "token": token(worker)}

    await worker.post("/call", form)
    assert "Sent, waiting for the answer" in worker.text
    worker.shown = shown
    await worker.post("/call", form)

    acts = await pool.fetch("SELECT actor, kind FROM acts ORDER BY kind")
    assert [tuple(act) for act in acts] == [
        ("staff:k7f2", "contact.set"),
        ("staff:k7f2", "request.submit"),
    ]
    sent = [json.loads(row["value"]) for row in await pool.fetch("SELECT value FROM outbox")]
    assert {each["actor"] for each in sent} == {"staff:k7f2"}
    (request,) = [each["data"] for each in sent if each["type"] == "gov.cri.request.submit.v1"]
    assert request["first_contact_on"] == "2026-02-20"
    assert request["received_by"] == {"channel": "phone", "on": "2026-03-02"}


async def test_everything_that_is_wrong_is_shown_and_nothing_is_lost_or_stored(
    worker: Browser, pool: "Pool[Any]"
) -> None:
    page = await worker.post(
        "/call", {**LEAST, "agency": "", "ori": "x", "issue": f"{CANARY} <b>", "topics": ["a b"]}
    )

    assert page.status_code == 422
    for field in ("agency", "ori", "topics"):
        assert f'href="#{field}"' in page.text
    assert f"{CANARY} &lt;b&gt;" in page.text
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0


async def test_e3_a_text_with_a_protected_identifier_is_neither_stored_nor_sent(
    worker: Browser, pool: "Pool[Any]"
) -> None:
    page = await worker.post("/call", {**LEAST, "issue": "He is 123-45-6789.", "title": "FBI"})

    assert page.status_code == 422
    assert 'id="issue-error">This text seems to hold' in page.text
    assert 'id="title-error"' not in page.text
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_the_number_is_shown_as_soon_as_it_is_there(
    worker: Browser, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 60.0)
    posting = asyncio.create_task(worker.post("/call", {**LEAST, "token": token(worker)}))

    await answer(pool, "request.submit", "applied", number="CRI-2026-000042-J")
    await posting

    assert "The number is CRI-2026-000042-J" in worker.text


async def test_a_refusal_is_shown_in_the_form_beside_its_fields(
    worker: Browser, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 60.0)
    before = token(worker)
    form = {**LEAST, "issue": CANARY, "token": before}
    posting = asyncio.create_task(worker.post("/call", form))
    reasons = [
        {
            "code": "unknown_topic",
            "path": "/data/topics/0",
            "message": "No such topic.",
            "fix": "",
        },
        {
            "code": "dates",
            "path": "/data/wished/until",
            "message": "It ends early.",
            "fix": "Swap.",
        },
        {"code": "other", "path": "/type", "message": "Not now.", "fix": None},
    ]

    await answer(pool, "request.submit", "refused", reasons=reasons)
    page = await posting

    assert page.status_code == 422
    assert 'id="topics-error">No such topic.' in page.text
    assert 'id="until-error">It ends early. Swap.' in page.text
    assert 'href="#form">Not now.' in page.text
    assert CANARY in page.text
    assert token(worker) != before


async def test_what_was_written_outlives_the_wait_for_an_answer(
    worker: Browser, pool: "Pool[Any]"
) -> None:
    form = {**LEAST, "issue": f"{CANARY} <b>", "topics": ["a1", "b2"], "token": token(worker)}
    page = await worker.post("/call", form)
    assert "Tell the caller that we will call with the number." in worker.text
    assert page.text.count('name="topics" value=') == 2

    await answer(pool, "request.submit", "refused", reasons=[])
    page = await worker.post("/call", hidden(worker))

    assert page.status_code == 422
    assert f"{CANARY} &lt;b&gt;" in page.text
    assert await pool.fetchval("SELECT count(*) FROM acts") == 2


async def test_what_was_written_outlives_the_session(worker: Browser, pool: "Pool[Any]") -> None:
    worker.http.cookies.delete(SESSION_COOKIE)
    page = await worker.post("/call", {**LEAST, "issue": CANARY})
    assert page.status_code == 422
    assert "Please send this again" in worker.text
    assert CANARY in page.text
    lost = worker.shown
    await worker.sign_in("stand-in-worker")
    worker.shown = lost

    page = await worker.post("/call", {**LEAST, "issue": CANARY, "token": token(worker)})
    assert CANARY in page.text
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0
    await worker.post("/call", {**LEAST, "issue": CANARY, "token": token(worker)})

    assert await pool.fetchval("SELECT count(*) FROM acts") == 2
