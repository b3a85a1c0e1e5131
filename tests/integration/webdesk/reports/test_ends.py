"""A report that is returned, published or withdrawn is open no more, whatever its time says."""

from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import pytest

from shared.contracts.outbound import Message
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import sent
from tests.integration.webdesk.reports.conftest import (
    ABOUT,
    CANARY,
    DISPUTE,
    PAGE,
    asked,
    enter_code,
    fields_of,
    questions,
    read,
)
from tests.integration.webdesk.reports.test_replies import REPLY_PAGE, published, read_published
from tests.integration.webdesk.status.conftest import take_in, told

Pool = asyncpg.Pool
OF_NEXT = {"version": 2, "hash": "5a" * 32}


def became(status: str, number: int, version: int = 1) -> Message:
    data = {**ABOUT, "version": version, "status": status, "sentence": "It has changed."}
    return told("report_status", number, data)


RETURNED = [became("returned", 9)]
PUBLISHED = [published(9)]
WITHDRAWN = [became("withdrawn", 9)]
LATE = "2026-03-02T20:05:00Z"


@pytest.mark.parametrize("ends", [RETURNED, PUBLISHED, WITHDRAWN], ids=["back", "out", "gone"])
@pytest.mark.parametrize("due_at", ["2026-03-17T20:00:00Z", LATE], ids=["in time", "late"])
async def test_a_check_that_has_ended_takes_no_code_and_no_answer(
    new_browser: Callable[..., Browser],
    link: str,
    pool: "Pool[Any]",
    ends: Sequence[Message],
    due_at: str,
) -> None:
    await take_in(pool, asked(due_at=due_at))
    person = new_browser()
    await read(person, link, pool)
    form = person.shown

    await take_in(pool, *ends)
    await person.get(PAGE)

    assert "ended" in person.text
    for words in (CANARY, "You can still answer", "it is not public", "Send a code"):
        assert words not in person.text
    status = await person.get("/status")
    assert f'href="{PAGE}"' not in status.text
    before = len(await sent(pool))
    for path in (PAGE, f"{PAGE}/code", f"{PAGE}/enter"):
        person.shown = form
        await person.post(path, {**DISPUTE, "step": "send", "code": "00000000"})
        assert "ended" in person.text, path
    assert len(await sent(pool)) == before


async def test_the_next_version_is_open_again_and_a_replay_of_the_end_changes_nothing(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    person = new_browser()
    batches = [[asked()], RETURNED, [asked(10, **OF_NEXT)], RETURNED, [asked()]]

    for batch in batches:
        await take_in(pool, *batch)

    await person.get(link)
    await enter_code(person, pool)
    assert (await questions(pool, "report.read"))[-1].data["version"] == 2


async def test_a_check_of_the_next_version_is_open_while_the_one_before_is_public(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked(), published(5), asked(6, **OF_NEXT))
    person = new_browser()

    page = await person.get(link)

    for path in (PAGE, REPLY_PAGE):
        assert f'href="{path}"' in page.text
    await enter_code(person, pool)
    assert (await questions(pool, "report.read"))[-1].data["version"] == 2


async def test_a_withdrawn_report_takes_no_reply_and_its_next_version_no_check(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, published(5))
    person = new_browser()
    await read_published(person, link, pool)
    await person.post(REPLY_PAGE, {"text": "It is not so.", "step": "review"})
    form, hidden = person.shown, fields_of(person)

    await take_in(pool, asked(7, **OF_NEXT), *WITHDRAWN)
    person.shown = form
    await person.post(REPLY_PAGE, {**hidden, "step": "send"})

    assert "This report was withdrawn" in person.text
    assert await questions(pool, "reply.state") == []
    assert "/status/reports/" not in (await person.get("/status")).text
    await person.get(PAGE)
    assert "ended" in person.text
    assert "Send a code" not in person.text
