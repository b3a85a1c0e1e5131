"""A browser that was not shown a report, though a code was entered, may ask for it again."""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from services.webdesk import reports
from tests.integration.webdesk.codes.conftest import another
from tests.integration.webdesk.conftest import Browser
from tests.integration.webdesk.outbox import mailed
from tests.integration.webdesk.reports.conftest import (
    CANARY,
    PAGE,
    ask_to_read,
    asked,
    questions,
    refused,
    text_of,
)
from tests.integration.webdesk.status.conftest import take_in

Pool = asyncpg.Pool


@pytest.mark.parametrize("is_refused", [True, False], ids=["refused", "not answered"])
async def test_a_text_that_was_refused_or_does_not_come_is_asked_for_again_by_a_code(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]", is_refused: bool
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    first = await ask_to_read(person, link, pool)
    assert "Send a code" not in person.text

    if is_refused:
        await take_in(pool, refused(first.id, 4, "Its text is lost."))
    else:
        age = reports.TEXT_COMES_WITHIN
        await pool.execute("UPDATE readings SET started_at = now() - $1::interval", age)
    await person.get(PAGE)
    assert ("Its text is lost." if is_refused else "The report has not come yet") in person.text
    await person.post(f"{PAGE}/code")
    assert "If email reaches the contact person" in person.text
    code = await mailed(pool)
    wrong = await person.post(f"{PAGE}/enter", {"code": another(code)})
    await person.post(f"{PAGE}/enter", {"code": code})

    assert wrong.status_code == 422
    assert "We are getting the report" in person.text
    assert "Send a code" not in person.text
    (*_, second) = await questions(pool, "report.read")
    assert (second.data, second.id != first.id) == (first.data, True)
    await take_in(pool, text_of(second.id, 20))
    await person.get(PAGE)
    assert CANARY in person.text


async def test_a_text_that_comes_late_is_shown(
    new_browser: Callable[..., Browser], link: str, pool: "Pool[Any]"
) -> None:
    await take_in(pool, asked())
    person = new_browser()
    question = await ask_to_read(person, link, pool)
    age = reports.TEXT_COMES_WITHIN
    await pool.execute("UPDATE readings SET started_at = now() - $1::interval", age)

    await take_in(pool, text_of(question.id))
    await person.get(PAGE)

    assert CANARY in person.text
    assert "Send a code" not in person.text
