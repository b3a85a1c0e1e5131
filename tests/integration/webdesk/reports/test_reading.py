"""The contact of a request reads a report by a code; nobody else reads a word."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.webdesk import reports, store
from services.webdesk.site.report_visits import COOKIE
from tests.integration.webdesk.codes.conftest import another
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import mailed
from tests.integration.webdesk.reports.conftest import (
    CANARY,
    DISPUTE,
    ENGAGEMENT,
    PAGE,
    REPORT,
    ask_to_read,
    asked,
    enter_code,
    questions,
    read,
    refused,
    text_of,
)
from tests.integration.webdesk.status.conftest import NUMBER, reference_of, take_in, told

Pool = asyncpg.Pool


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


async def test_a_question_about_an_old_version_keeps_nobody_from_the_new_one(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    question = await ask_to_read(person, link, pool)

    await take_in(pool, asked(10, version=2, hash="5a" * 32))
    await take_in(pool, refused(question.id, 11, "This is not the current version."))
    await person.get(PAGE)

    assert "Send a code" in person.text


async def test_a_report_that_cannot_be_read_says_why(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    question = await ask_to_read(person, link, pool)

    await take_in(pool, refused(question.id, 4, "This version was answered before."))
    await person.get(PAGE)

    assert "This version was answered before." in person.text


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

    assert (ended.has_ended, ended.until) == (True, returned.time)
    async with pool.acquire() as connection:
        (shown,) = await reports.read_reports(connection, NUMBER)
    assert (shown.version, shown.has_ended) == (2, False)
    assert shown.until == datetime(2026, 3, 17, 20, tzinfo=UTC)
