"""What the contact of a request replies to a published report."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg

from shared.contracts.outbound import Message
from tests.integration.webdesk.conftest import Browser, Time
from tests.integration.webdesk.reports.conftest import (
    CANARY,
    ENGAGEMENT,
    PAGE,
    REPORT,
    ask_to_read,
    asked,
    fields_of,
    questions,
    text_of,
)
from tests.integration.webdesk.status.conftest import reference_of, take_in, told

Pool = asyncpg.Pool


REPLY_PAGE = PAGE.replace("fact_check", "published")


def published(number: int = 5, **changes: Any) -> Message:
    return told("reply_asked", number, {**asked(number).data, **changes})


async def read_published(person: Browser, link: str, pool: "Pool[Any]") -> None:
    question = await ask_to_read(person, link, pool, REPLY_PAGE)
    await take_in(pool, text_of(question.id, 6, stage="published"))
    await person.get(REPLY_PAGE)


async def test_e79_a_reply_is_shown_as_it_will_stand_and_sent_unchanged(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, published())
    person, text = new_browser(), "é<b>" * 450
    await read_published(person, link, pool)
    assert CANARY in person.text
    assert "published next to the report, exactly as you write it" in person.text

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
