"""Correcting whom to reach: for callers' requests alone, and without a trace of the address."""

import json
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.desk.acts import OFFICE
from services.desk.office import answers
from tests.examples.streams import EventStream
from tests.integration.desk.conftest import Log
from tests.integration.desk.office.conftest import Browser, Staff, answer, contents, hidden

Pool = asyncpg.Pool
CANARY = "heron-4417"
TYPED = {"name": f"A. {CANARY}", "phone": "308-555-0100", "email": f"{CANARY}@agency.example"}


@pytest.fixture
async def worker(staff: Staff, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.0)
    await staff.enter("stand-in-worker", "staff:k7f2", "worker", name="W. Orker")
    await browser.sign_in("stand-in-worker")
    return browser


async def called(log: Log, number: int = 1) -> str:
    """Take in a request that the office entered for a caller."""
    stream = EventStream(number)
    stream.accepted(participant=OFFICE, contact_ids=["call-1"])
    await log.take_in(stream.events)
    return stream.tracking_number


async def open_file(pool: "Pool[Any]", number: str, *, actor: str = "staff:k7f2") -> str:
    """Keep an open case file with a contact; return its address."""
    told = {
        "purpose": "call",
        "contacts": [{"contact_id": "call-1", "name": "Before", "phone": "1", "title": None}],
    }
    message = f"file of {actor} {number}"
    await pool.execute(
        "INSERT INTO case_files (message_id, tracking_number, actor, purpose, told, until)"
        " VALUES ($1, $2, $3, 'call', $4, now() + interval '15 minutes')",
        message, number, actor, json.dumps(told),
    )  # fmt: skip
    await pool.execute(
        "INSERT INTO acts (message_id, actor, kind, answer) VALUES ($1, $2, 'case.ask', 'applied')"
        " ON CONFLICT DO NOTHING",
        message, actor,
    )  # fmt: skip
    return message


async def test_a_corrected_contact_is_one_message_and_leaves_no_trace(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    number = await called(log)
    page = await worker.get(f"/cases/{number}")
    assert "Correct the contact person" in worker.text
    path = f"/cases/{number}/act/contact"
    assert f'href="{path}"' in page.text

    with capture_logs() as logged:
        await worker.get(path)
        await worker.post(path, TYPED)
        assert "Normally told the provider that has the work" in worker.text
        await worker.post(path, {**hidden(worker), "step": "send"})
        assert "Sent, waiting for the answer" in worker.text

        (sent,) = [json.loads(row["value"]) for row in await pool.fetch("TABLE outbox")]
        await pool.execute("DELETE FROM outbox")  # as the relay does once it is sent

    assert sent["type"] == "gov.cri.contact.set.v1"
    assert sent["data"] == {"contact_id": "call-1", "of_caller": True, **TYPED}
    assert CANARY not in await contents(pool)
    assert CANARY not in str(logged)
    await answer(pool, "contact.set", "applied")
    await worker.get(f"/cases/{number}")
    assert "Change a contact , W. Orker," in worker.text


async def test_what_was_typed_comes_back_with_the_reasons_and_is_stored_nowhere(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    path = f"/cases/{await called(log)}/act/contact"
    await worker.get(path)
    await worker.post(path, TYPED)
    await worker.post(path, {**hidden(worker), "step": "send"})
    reason = {"code": "schema", "path": "/data/email", "message": "This is no address."}

    await answer(pool, "contact.set", "refused", reasons=[reason])
    page = await worker.post(path, {**hidden(worker), "step": "send"})

    assert page.status_code == 422
    assert 'id="email-error">This is no address.' in page.text
    assert f'value="{TYPED["email"]}"' in page.text
    await pool.execute("DELETE FROM outbox")
    assert CANARY not in await contents(pool)


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": ""}, "name", "Write a name"),
        ({"phone": "", "email": ""}, "phone", "Give a telephone number or an email address."),
        ({"email": "a@agency.example\r\nBcc: b@agency.example"}, "email", "cannot be seen"),
        ({"name": "A.\u202eB"}, "name", "cannot be seen"),
        ({"title": "123-45-6789"}, "title", "Social Security"),
    ],
)
async def test_what_cannot_be_a_contact_is_said_beside_its_field(
    worker: Browser, log: Log, pool: "Pool[Any]", changes: dict[str, str], field: str, says: str
) -> None:
    path = f"/cases/{await called(log)}/act/contact"
    await worker.get(path)

    page = await worker.post(path, {**TYPED, **changes})

    assert page.status_code == 422
    assert says in page.text.partition(f'id="{field}-error">')[2].partition("<")[0]
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0


async def test_an_agency_s_own_contact_is_not_ours_to_correct(worker: Browser, log: Log) -> None:
    stream = EventStream(2)
    stream.accepted(contact_ids=["desk"])
    await log.take_in(stream.events)

    await worker.get(f"/cases/{stream.tracking_number}")
    assert "Correct the contact person" not in worker.text
    page = await worker.get(f"/cases/{stream.tracking_number}/act/contact")

    assert page.status_code == 409


async def test_the_form_begins_with_what_an_open_case_file_says_and_closes_with_it(
    worker: Browser, log: Log, pool: "Pool[Any]"
) -> None:
    number, other = await called(log), await called(log, 2)
    file = await open_file(pool, number)
    await worker.get(f"/files/{file}")
    assert "Correct the contact person" in worker.text

    page = await worker.get(f"/cases/{number}/act/contact", params={"file": file})

    assert 'value="Before"' in page.text
    seconds, _, address = page.headers["refresh"].partition("; url=")
    assert (0 < int(seconds) <= 15 * 60, address) == (True, f"/cases/{number}")
    for path, of in (
        (f"/cases/{other}/act/contact", file),
        (f"/cases/{number}/act/contact", await open_file(pool, number, actor="staff:other")),
    ):
        page = await worker.get(path, params={"file": of})
        assert "Before" not in page.text
        assert "refresh" not in page.headers
