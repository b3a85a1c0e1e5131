"""E33: a case file is for the person who opened it, for minutes, and leaves no trace."""

import json
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.desk.projection import FILE_KEPT
from services.desk.retention import sweeping
from tests.examples.retention import sweep
from tests.examples.streams import EventStream
from tests.integration.desk.conftest import Log
from tests.integration.desk.office.conftest import Browser, Staff, contents

Pool = asyncpg.Pool
CANARY = "heron-4417"
TOLD = {
    "purpose": "triage",
    "need": {"issue": f"{CANARY} <b>"},
    "contacts": [{"contact_id": "c-1", "name": "A. Chief", "phone": "308-555-0100"}],
    "not_held": ["contacts"],
    "notes": [{"at": "2026-03-02T15:00:00Z", "participant": "iacp", "note": "after the audit"}],
}


@pytest.fixture
async def opened(staff: Staff, browser: Browser, log: Log) -> Browser:
    """A browser in which a case file was asked for."""
    stream = EventStream(1)
    stream.accepted()
    await log.take_in(stream.events)
    await staff.enter("stand-in-worker", "staff:k7f2", "worker")
    await browser.sign_in("stand-in-worker", f"/cases/{stream.tracking_number}")
    await browser.post(f"/cases/{stream.tracking_number}/file", {"purpose": "triage"})
    return browser


async def tell(pool: "Pool[Any]") -> None:
    """Have the answer come."""
    await pool.execute(
        "UPDATE case_files SET told = $1, until = now() + interval '15 minutes'", json.dumps(TOLD)
    )


async def test_a_file_is_asked_for_with_a_purpose_under_the_person_s_pseudonym(
    opened: Browser, pool: "Pool[Any]"
) -> None:
    sent = json.loads(await pool.fetchval("SELECT value FROM outbox"))

    assert sent["type"] == "gov.cri.case.ask.v1"
    assert sent["actor"] == "staff:k7f2"
    assert sent["data"]["purpose"] == "triage"
    assert opened.shown is not None
    assert opened.shown.headers["refresh"].startswith("2; url=/files/")


async def test_its_words_are_shown_to_the_person_who_opened_it_alone(
    opened: Browser, pool: "Pool[Any]", staff: Staff, new_browser: Callable[..., Browser]
) -> None:
    assert opened.shown is not None
    path = opened.shown.url.path
    await tell(pool)
    await staff.enter("stand-in-approver", "staff:a1", "worker")
    other = new_browser()
    await other.sign_in("stand-in-approver")

    page = await opened.get(path)

    assert f"{CANARY} &lt;b&gt;" in page.text
    for words in (
        "A. Chief",
        "308-555-0100",
        "after the audit",
        "At least one contact",
        "To decide on the request.",
    ):
        assert words in opened.text
    assert page.headers["cache-control"] == "no-store"
    assert (await other.get(path)).status_code == 404
    assert "The agency's own system keeps these contacts." in opened.text


async def test_e33_after_a_quarter_of_an_hour_nothing_holds_its_words(
    opened: Browser, pool: "Pool[Any]"
) -> None:
    assert opened.shown is not None
    path = opened.shown.url.path
    with capture_logs() as logged:
        await tell(pool)
        page = await opened.get(path)
        seconds, _, address = page.headers["refresh"].partition("; url=")
        await pool.execute("UPDATE case_files SET until = now()")

        closed = await opened.get(path)
        await sweep(pool, sweeping(case_files=FILE_KEPT))

    assert 0 < int(seconds) <= 15 * 60
    assert address.startswith("/cases/")
    assert closed.status_code == 404
    assert CANARY not in closed.text
    assert CANARY not in await contents(pool)
    assert CANARY not in str(logged)


async def test_a_file_is_not_opened_without_a_purpose(opened: Browser, pool: "Pool[Any]") -> None:
    path = f"/cases/{await pool.fetchval('SELECT tracking_number FROM cases')}"
    await opened.get(path)

    page = await opened.post(f"{path}/file", {"purpose": "curiosity"})

    assert page.status_code == 422
    assert "Choose what you open it for." in page.text
    assert await pool.fetchval("SELECT count(*) FROM case_files") == 1
