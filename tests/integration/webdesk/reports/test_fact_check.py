"""What the contact of a request answers to a draft: reviewed, sent once, about what was read."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg

from tests.integration.webdesk.conftest import Browser, Time
from tests.integration.webdesk.outbox import sent
from tests.integration.webdesk.reports.conftest import (
    CANARY,
    DISPUTE,
    ENGAGEMENT,
    PAGE,
    REPORT,
    asked,
    enter_code,
    fields_of,
    questions,
    read,
    refused,
    text_of,
)
from tests.integration.webdesk.status.conftest import take_in, told

Pool = asyncpg.Pool


async def test_an_answer_is_reviewed_and_sent_once_and_the_text_is_gone(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    await read(person, link, pool)

    await person.post(PAGE, {**DISPUTE, "answer-title": "agree", "step": "review"})
    assert "Is this your answer?" in person.text
    assert person.shown is not None
    assert "They are &lt;reviewed&gt; in time." in person.shown.text
    assert await questions(pool, "fact_check.answer") == []
    hidden = fields_of(person)
    form = person.shown
    await person.post(PAGE, {**hidden, "step": "send"})
    assert "sent, waiting for the answer" in person.text
    person.shown = form
    await person.post(PAGE, {**hidden, "step": "send"})

    (answer,) = await questions(pool, "fact_check.answer")
    assert answer.data == {
        "engagement_id": ENGAGEMENT,
        "report_id": REPORT,
        "version": 1,
        "hash": "4f" * 32,
        "items": [
            {"item": "title", "answer": "agree", "words": ""},
            {"item": "2.1", "answer": "dispute", "words": "They are <reviewed> in time."},
        ],
    }
    for table in ("readings", "report_acts", "reports"):
        assert CANARY not in str(await pool.fetch(f"SELECT * FROM {table}"))
    applied = told("applied", 9, {"what": "fact_check.answer"}, inreplytoid=answer.id)
    await take_in(pool, applied)
    await person.get(PAGE)
    assert "accepted" in person.text
    assert "Send a code" not in person.text


async def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    await read(person, link, pool)

    page = await person.post(
        PAGE, {"answer-2.1": "dispute", "words-summary": "It is old.", "step": "review"}
    )

    assert page.status_code == 422
    for part in ('id="words-2.1-error"', 'id="answer-summary-error"', "It is old."):
        assert part in page.text
    assert page.text.index('href="#answer-summary"') < page.text.index('href="#words-2.1"')
    assert await questions(pool, "fact_check.answer") == []


async def test_an_answer_that_was_refused_says_why_and_may_be_given_again(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    await read(person, link, pool)
    await person.post(PAGE, {"step": "review"})
    assert "nothing is wrong in this report" in person.text
    await person.post(PAGE, {**fields_of(person), "step": "send"})
    (answer,) = await questions(pool, "fact_check.answer")

    await take_in(pool, refused(answer.id, 9, "This is not the current version."))
    await take_in(pool, asked(10, version=2, hash="5a" * 32))
    await person.get(PAGE)

    assert "not accepted This is not the current version." in person.text
    assert "Send a code" in person.text
    await enter_code(person, pool)
    assert (await questions(pool, "report.read"))[-1].data["version"] == 2


async def test_an_answer_is_about_the_version_that_was_read(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    await read(person, link, pool)
    await person.post(PAGE, {**DISPUTE, "step": "review"})

    await take_in(pool, asked(10, version=2, hash="5a" * 32))
    await person.post(PAGE, {**fields_of(person), "step": "send"})

    assert await questions(pool, "fact_check.answer") == []
    assert "There is a newer version of this report" in person.text
    assert CANARY not in person.text
    await enter_code(person, pool)
    question = (await questions(pool, "report.read"))[-1]
    assert question.data["version"] == 2
    await take_in(pool, text_of(question.id, 11, version=2, hash="5a" * 32))
    await person.get(PAGE)
    await person.post(PAGE, {"step": "review"})
    await person.post(PAGE, {**fields_of(person), "step": "send"})
    (answer,) = await questions(pool, "fact_check.answer")
    assert (answer.data["version"], answer.data["hash"]) == (2, "5a" * 32)


async def test_a_form_from_elsewhere_or_of_another_browser_does_nothing(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person, other = new_browser(), new_browser()
    await read(person, link, pool)
    await other.get("/lost")
    before = len(await sent(pool))
    shown = person.shown

    for path in (PAGE, f"{PAGE}/code", f"{PAGE}/enter"):
        form = {**DISPUTE, "step": "send", "code": "1"}
        person.shown = shown
        foreign = await person.post(path, form, headers={"origin": "https://evil.example"})
        person.shown = shown
        planted = await person.post(path, {**form, "csrf": other.token})
        stranger = await other.send(path, form)
        assert (foreign.status_code, stranger.status_code) == (403, 404), path
        assert planted.status_code in (200, 422), path

    assert len(await sent(pool)) == before
    person.shown = shown
    again = await person.post(PAGE, {**DISPUTE, "step": "send", "csrf": "guessed"})
    assert again.status_code == 422
    assert "They are &lt;reviewed&gt; in time." in again.text


async def test_after_the_time_the_page_says_so_and_takes_an_answer(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]", time: Time
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    await person.get(link)
    time.now = datetime(2026, 3, 17, 20, 1, tzinfo=UTC)

    await person.get(PAGE)

    assert "ended on March 17, 2026" in person.text
    assert "Send a code" in person.text
