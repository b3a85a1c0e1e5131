"""The contact of a request reads a draft by a code and answers it; nobody else reads a word."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.webdesk import reports, store
from services.webdesk.site import report_visits, review_pages
from services.webdesk.site.report_visits import COOKIE
from shared.contracts.inbound import Inbound
from shared.contracts.outbound import Message
from tests.integration.webdesk.codes.conftest import another
from tests.integration.webdesk.conftest import Browser, Time
from tests.integration.webdesk.outbox import mailed, sent
from tests.integration.webdesk.status.conftest import NUMBER, link, reference_of, take_in, told

__all__ = ["link"]
Pool = asyncpg.Pool
CANARY = "canary-9c1e: reports are late"
ENGAGEMENT, REPORT = f"{NUMBER}-E1", "initial-2026"
PAGE = f"/status/reports/{ENGAGEMENT}/{REPORT}/fact_check"
ABOUT = {"tracking_number": NUMBER, "engagement_id": ENGAGEMENT, "report_id": REPORT}
BODY: dict[str, Any] = {
    "title": "Initial report",
    "summary": "What was found.",
    "focus_areas": [
        {
            "number": 2,
            "title": "Use of force",
            "findings": [{"number": "2.1", "text": CANARY, "recommendations": []}],
        }
    ],
}
DISPUTE = {"answer-2.1": "dispute", "words-2.1": "They are <reviewed> in time."}


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers here: a page does not wait for it."""
    monkeypatch.setattr(review_pages, "ANSWER_SECONDS", 0.0)
    monkeypatch.setattr(report_visits, "ANSWER_SECONDS", 0.0)


def asked(number: int = 3, **changes: Any) -> Message:
    data = {
        **ABOUT,
        "version": 1,
        "hash": "4f" * 32,
        "due_at": "2026-03-17T20:00:00Z",
        "sentence": "A report is drafted.",
        **changes,
    }
    return told("fact_check_asked", number, data)


def text_of(question: str, number: int = 4, **changes: Any) -> Message:
    data = {**ABOUT, "version": 1, "hash": "4f" * 32, "stage": "fact_check", "report": BODY}
    return told("report_told", number, {**data, **changes}, inreplytoid=question)


def refused(question: str, number: int, message: str) -> Message:
    reason = {"code": "version_settled", "path": "/version", "message": message, "fix": ""}
    data = {"refused_by": "reporting", "reasons": [reason]}
    return told("message_refused", number, data, inreplytoid=question)


async def questions(pool: "Pool[Any]", kind: str) -> list[Inbound]:
    return [each for each in await sent(pool) if each.type == f"gov.cri.{kind}.v1"]


async def enter_code(person: Browser, pool: "Pool[Any]", page: str = PAGE) -> None:
    await person.get(page)
    await person.post(f"{page}/code")
    await person.post(f"{page}/enter", {"code": await mailed(pool)})


async def read(person: Browser, link: str, pool: "Pool[Any]", *, number: int = 4) -> None:
    """Have a person open the link, enter a code and be shown the report."""
    await person.get(link)
    await enter_code(person, pool)
    question = (await questions(pool, "report.read"))[-1]
    await take_in(pool, text_of(question.id, number))
    await person.get(PAGE)


async def test_the_page_of_the_request_leads_to_the_report_and_its_text_needs_a_code(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person = new_browser()

    page = await person.get(link)
    assert f'href="{PAGE}"' in page.text
    await person.get(PAGE)
    assert "You have until March 17, 2026, 4:00 p.m. EDT" in person.text
    assert "did not comment" in person.text
    assert await questions(pool, "report.read") == []
    await enter_code(person, pool)

    (question,) = await questions(pool, "report.read")
    reference = await reference_of(pool)
    assert question.data == {"engagement_id": ENGAGEMENT, "report_id": REPORT, "version": 1}
    assert (question.actor, question.onbehalfof) == (f"contact:{reference}", None)
    assert "We are getting the report" in person.text
    await take_in(pool, text_of(question.id))
    await person.get(PAGE)
    for words in (CANARY, "Finding 2.1", "Focus area 2", "Use of force", "What was found."):
        assert words in person.text


async def test_e10_a_stranger_with_the_link_or_a_guess_reads_nothing(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    await read(new_browser(), link, pool)
    stranger = new_browser()
    await stranger.get(link)
    await stranger.get(PAGE)
    await stranger.post(f"{PAGE}/code")
    code = await mailed(pool)
    before = len(await questions(pool, "report.read"))

    pages = [await stranger.get(PAGE)]
    for guess in ("", "00000000", another(code)):
        pages.append(await stranger.post(f"{PAGE}/enter", {"code": guess}))
        assert pages[-1].status_code == 422
    stranger.http.cookies.set(COOKIE, "planted", domain="help.example")
    pages.append(await stranger.get(PAGE))
    pages.append(await stranger.post(PAGE, {**DISPUTE, "step": "send"}))

    assert all(CANARY not in page.text for page in pages)
    assert len(await questions(pool, "report.read")) == before
    assert await questions(pool, "fact_check.answer") == []


async def test_a_report_of_another_request_is_none(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    other = "CRI-2026-000043-K"
    foreign = asked(4, tracking_number=other, engagement_id=f"{other}-E1")
    await take_in(pool, asked(), foreign)
    person = new_browser()
    await person.get(link)

    for path in (
        PAGE.replace(REPORT, "another"),
        PAGE.replace(NUMBER, other),
        PAGE.replace("fact_check", "published"),
    ):
        assert (await person.http.get(path)).status_code == 404, path
        assert (await person.send(f"{path}/code")).status_code == 404, path
    without = await new_browser().http.get(PAGE)
    assert (without.status_code, "This link is not valid" in without.text) == (404, True)
    assert await pool.fetchval("SELECT count(*) FROM reports") == 1


async def test_e9_opening_pages_changes_nothing(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    tables = ("reports", "readings", "report_acts", "codes", "outbox")
    before = [await pool.fetch(f"SELECT * FROM {table}") for table in tables]

    for _ in range(3):
        scanner = new_browser()
        await scanner.get(link)
        await scanner.get(PAGE)

    assert [await pool.fetch(f"SELECT * FROM {table}") for table in tables] == before


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


def fields_of(person: Browser) -> dict[str, str]:
    """Return the hidden fields of the page that is shown."""
    assert person.shown is not None
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', person.shown.text)
    return {name: unescape(value) for name, value in found}


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


async def test_a_question_about_an_old_version_keeps_nobody_from_the_new_one(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    await person.get(link)
    await enter_code(person, pool)
    (question,) = await questions(pool, "report.read")

    await take_in(pool, asked(10, version=2, hash="5a" * 32))
    await take_in(pool, refused(question.id, 11, "This is not the current version."))
    await person.get(PAGE)

    assert "Send a code" in person.text


async def test_a_report_that_cannot_be_read_says_why(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    await person.get(link)
    await enter_code(person, pool)
    (question,) = await questions(pool, "report.read")

    await take_in(pool, refused(question.id, 4, "This version was answered before."))
    await person.get(PAGE)

    assert "This version was answered before." in person.text


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


async def test_the_cookie_of_a_reading_is_for_our_pages_alone_and_in_no_table(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    await person.get(link)
    await person.get(PAGE)
    await person.post(f"{PAGE}/code")
    with capture_logs() as logged:
        answered = await person.send(f"{PAGE}/enter", {"code": await mailed(pool)})

    cookie = answered.headers["set-cookie"].lower()
    assert cookie.startswith("__host-report=")
    for part in ("secure", "httponly", "samesite=lax", "path=/"):
        assert part in cookie
    secret = person.http.cookies[COOKIE]
    assert secret not in str(await pool.fetch("SELECT * FROM readings")) + str(logged)


async def test_a_reading_ends_by_itself_and_with_the_person(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    await read(person, link, pool)
    await pool.execute(
        "UPDATE readings SET started_at = now() - $1::interval",
        store.READING_LASTS + timedelta(seconds=1),
    )

    await person.get(PAGE)
    assert CANARY not in person.text
    await store.sweep_sessions(pool)
    assert await pool.fetchval("SELECT count(*) FROM readings") == 0
    await read(person, link, pool, number=6)
    assert CANARY in person.text
    async with pool.acquire() as connection:
        await store.forget(connection, [await reference_of(pool)])
    assert await pool.fetchval("SELECT count(*) FROM readings") == 0


async def test_a_text_that_nobody_waits_for_is_not_kept(link: str, pool: "Pool[Any]") -> None:
    await take_in(pool, text_of("another-question"))

    for table in ("readings", "told", "reports"):
        assert CANARY not in str(await pool.fetch(f"SELECT * FROM {table}"))


async def test_what_was_told_twice_or_out_of_order_is_the_last(
    link: str, pool: "Pool[Any]"
) -> None:
    second = asked(5, version=2, hash="5a" * 32)

    await take_in(pool, second, asked(3))
    await take_in(pool, asked(4))

    async with pool.acquire() as connection:
        (shown,) = await reports.read_reports(connection, NUMBER)
    assert (shown.version, shown.hash) == (2, "5a" * 32)


@pytest.mark.parametrize("together", [True, False])
async def test_a_returned_draft_is_checked_no_more_until_the_next_version_comes(
    link: str, pool: "Pool[Any]", *, together: bool
) -> None:
    names = ("tracking_number", "engagement_id", "report_id", "version", "sentence")
    data = {name: asked(3).data[name] for name in names} | {"status": "returned"}
    returned = told("report_status", 4, data)

    for batch in [[asked(3), returned]] if together else [[asked(3)], [returned], [asked(3)]]:
        await take_in(pool, *batch)
    async with pool.acquire() as connection:
        (ended,) = await reports.read_reports(connection, NUMBER)
    await take_in(pool, asked(5, version=2, hash="5a" * 32))

    assert ended.until == returned.time
    async with pool.acquire() as connection:
        (shown,) = await reports.read_reports(connection, NUMBER)
    assert (shown.version, shown.until) == (2, datetime(2026, 3, 17, 20, tzinfo=UTC))


REPLY_PAGE = PAGE.replace("fact_check", "published")


def published(number: int = 5, **changes: Any) -> Message:
    return told("reply_asked", number, {**asked(number).data, **changes})


async def read_published(person: Browser, link: str, pool: "Pool[Any]") -> None:
    await person.get(link)
    await enter_code(person, pool, REPLY_PAGE)
    question = (await questions(pool, "report.read"))[-1]
    await take_in(pool, text_of(question.id, 6, stage="published"))
    await person.get(REPLY_PAGE)


async def test_e79_a_reply_is_shown_as_it_will_stand_and_sent_unchanged(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, published())
    person, text = new_browser(), "é<b>" * 450
    await read_published(person, link, pool)
    assert CANARY in person.text
    assert "published next to the report, without changes" in person.text

    long = await person.post(REPLY_PAGE, {"item": "2.1", "text": "x" * 2001, "step": "review"})
    assert long.status_code == 422
    assert "at most 2,000 characters. It has 2,001 now." in person.text
    assert 'id="text-error"' in long.text
    await person.post(REPLY_PAGE, {"item": "2.1", "text": text, "step": "review"})
    assert "1,800 of 2,000 characters." in person.text
    assert person.shown is not None
    assert "é&lt;b&gt;" * 450 in person.shown.text
    assert "Finding 2.1" in person.text
    assert CANARY in person.text
    await person.post(REPLY_PAGE, {**fields_of(person), "step": "send"})

    (reply,) = await questions(pool, "reply.state")
    assert reply.data == {
        "engagement_id": ENGAGEMENT,
        "report_id": REPORT,
        "item": "2.1",
        "text": text,
    }
    assert reply.actor == f"contact:{await reference_of(pool)}"
    assert text not in str(await pool.fetch("SELECT * FROM report_acts"))
    await person.post(REPLY_PAGE, {"text": "Once more.", "step": "review"})
    assert "The report as a whole" in person.text
    await person.post(REPLY_PAGE, {**fields_of(person), "step": "send"})
    assert "item" not in (await questions(pool, "reply.state"))[-1].data


async def test_after_the_time_nothing_is_replied(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]", time: Time
) -> None:
    await take_in(pool, published())
    person = new_browser()
    await read_published(person, link, pool)
    shown = person.shown
    time.now = datetime(2026, 3, 17, 20, 1, tzinfo=UTC)

    await person.get(REPLY_PAGE)
    assert "The time for a reply ended on March 17, 2026" in person.text
    assert "Send a code" not in person.text
    person.shown = shown
    await person.post(REPLY_PAGE, {"text": "Late.", "step": "send"})

    assert await questions(pool, "reply.state") == []
