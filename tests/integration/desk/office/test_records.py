"""Forgetting a person, and records holds: an approver sees what ends, and confirms it."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from services.desk.office import answers
from tests.examples.streams import EventStream
from tests.integration.desk.conftest import Log
from tests.integration.desk.office.conftest import Browser, Staff, answer, hidden

Pool = asyncpg.Pool
PERSON = {
    "participant": "iacp",
    "contact_id": "desk",
    "because": "asked_by_person",
    "never_write_again": "never",
}
HOLD = {"id": "audit-2026", "lifted": "stands", "reason": "audit"}
SUBSCRIPTION = "0f8fad5b-d9cb-469f-a165-70867728950e"
ON_HOLD = {
    "code": "on_hold",
    "path": "",
    "message": "A records hold stands that covers this person: audit-2026.",
    "fix": "Wait until it ends.",
}


@pytest.fixture
async def approver(staff: Staff, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.0)
    await staff.enter("stand-in-approver", "staff:a1", "approver", name="A. Prover")
    await staff.define("participant", "iacp", name="Chiefs of Police", kind="provider")
    await browser.sign_in("stand-in-approver", "/records")
    return browser


async def sent(pool: "Pool[Any]") -> dict[str, Any]:
    """Return the one message in the outbox."""
    message: dict[str, Any] = json.loads(await pool.fetchval("SELECT value FROM outbox"))
    return message


async def test_what_is_erased_and_when_is_shown_before_anything_is_sent(
    approver: Browser, pool: "Pool[Any]"
) -> None:
    until = datetime.now(UTC).date() + timedelta(days=14)
    await approver.get("/records/forget")

    await approver.post("/records/forget", PERSON)

    assert "Forget a person?" in approver.text
    assert "Chiefs of Police" in approver.text
    assert "Notes about the requests that name this contact at once" in approver.text
    assert f"to organizations by {until:%B} {until.day}, {until.year}" in approver.text
    assert "Backups of the databases" in approver.text
    assert "the providers that work with this contact" in approver.text
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0


async def test_a_person_is_forgotten_by_one_message_of_the_approver(
    approver: Browser, pool: "Pool[Any]"
) -> None:
    await approver.get("/records/forget")
    await approver.post("/records/forget", PERSON)
    asked = approver.shown

    for _ in range(2):
        approver.shown = asked
        await approver.post("/records/forget", {**hidden(approver), "step": "send"})

    message = await sent(pool)
    assert (message["type"], message["actor"]) == ("gov.cri.person.forget.v1", "staff:a1")
    assert message["data"] == {**PERSON, "never_write_again": True}
    assert "Sent, waiting for the answer" in approver.text


async def test_a_subscriber_is_forgotten_without_naming_an_organization(
    approver: Browser, pool: "Pool[Any]"
) -> None:
    await approver.get("/records/forget")
    person = {**PERSON, "participant": "", "contact_id": "", "subscription_id": SUBSCRIPTION}
    await approver.post("/records/forget", {**person, "never_write_again": "may"})
    await approver.post("/records/forget", {**hidden(approver), "step": "send"})

    assert (await sent(pool))["data"] == {
        "participant": "web-desk",
        "subscription_id": SUBSCRIPTION,
        "because": "asked_by_person",
        "never_write_again": False,
    }


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"subscription_id": SUBSCRIPTION}, "contact_id"),
        ({"contact_id": ""}, "contact_id"),
        ({"participant": ""}, "participant"),
        ({"contact_id": "", "subscription_id": "0f8f"}, "subscription_id"),
        ({"because": ""}, "because"),
        ({"never_write_again": ""}, "never_write_again"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    approver: Browser, pool: "Pool[Any]", wrong: dict[str, str], field: str
) -> None:
    await approver.get("/records/forget")

    page = await approver.post("/records/forget", {**PERSON, **wrong})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0


async def test_a_hold_that_forbids_it_is_named_in_place(
    approver: Browser, pool: "Pool[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 60.0)
    await approver.get("/records/forget")
    await approver.post("/records/forget", PERSON)
    fields = {**hidden(approver), "step": "send"}
    posting = asyncio.create_task(approver.post("/records/forget", fields))

    await answer(pool, "person.forget", "refused", reasons=[ON_HOLD])
    page = await posting

    assert page.status_code == 422
    assert "This was not accepted." in approver.text
    assert "covers this person: audit-2026" in approver.text
    assert 'name="contact_id" type="text" maxlength="200" value="desk"' in page.text


async def test_a_hold_is_set_listed_and_lifted(
    approver: Browser, staff: Staff, pool: "Pool[Any]"
) -> None:
    await approver.get("/records/hold")
    values = {**HOLD, "participant": "iacp", "contact_id": "desk", "ends_at": "2099-12-31"}
    await approver.post("/records/hold", values)
    await approver.post("/records/hold", {**hidden(approver), "step": "send"})

    hold = (await sent(pool))["data"]
    assert hold == {
        "id": "audit-2026",
        "participant": "iacp",
        "contact_id": "desk",
        "ends_at": "2100-01-01T00:00:00-05:00",
        "lifted": False,
        "reason": "audit",
    }
    await staff.define("hold", hold.pop("id"), **hold)
    await staff.define("hold", "over-2025", reason="audit", ends_at="2025-12-31T00:00:00Z")
    await approver.get("/records")
    assert "audit-2026 contact desk of Chiefs of Police An audit until" in approver.text
    assert "over-2025" not in approver.text

    page = await approver.get("/records/hold?id=audit-2026")
    assert 'name="ends_at" type="date" value="2099-12-31"' in page.text
    await pool.execute("DELETE FROM outbox")
    await approver.post("/records/hold", {**values, "lifted": "lift"})
    await approver.post("/records/hold", {**hidden(approver), "step": "send"})
    assert (await sent(pool))["data"] == {"id": "audit-2026", **hold, "lifted": True}


@pytest.mark.parametrize(
    ("covered", "field"),
    [
        ({"tracking_number": "CRI-2026-000001-2", "participant": "iacp"}, "participant"),
        ({"participant": "iacp", "subscription_id": SUBSCRIPTION}, "subscription_id"),
        ({"contact_id": "desk"}, "participant"),
    ],
)
async def test_a_hold_covers_one_thing(
    approver: Browser, covered: dict[str, str], field: str
) -> None:
    await approver.get("/records/hold")

    page = await approver.post("/records/hold", {**HOLD, **covered})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text


@pytest.mark.parametrize("path", ["/records", "/records/forget", "/records/hold"])
async def test_these_pages_are_for_approvers_alone(
    approver: Browser, staff: Staff, new_browser: Callable[..., Browser], path: str
) -> None:
    await staff.enter("stand-in-worker", "staff:w1", "reader", "worker", "administrator")
    worker = new_browser()
    await worker.sign_in("stand-in-worker")

    assert (await approver.get(path)).status_code == 200
    assert (await worker.get(path)).status_code == 403
    if path != "/records":
        assert (await worker.post(path, {**PERSON, **HOLD, "step": "send"})).status_code == 403
    assert (await approver.get("/records/other")).status_code == 404


async def test_the_way_to_forget_begins_at_the_person_s_name(
    approver: Browser, log: Log, staff: Staff
) -> None:
    stream = EventStream(1)
    stream.accepted()
    await log.take_in(stream.events)
    await approver.get(f"/cases/{stream.tracking_number}")
    await approver.post(f"/cases/{stream.tracking_number}/file", {"purpose": "complaint"})
    told = {"contacts": [{"contact_id": "c-1", "name": "A. Chief"}]}
    await log.pool.execute(
        "UPDATE case_files SET told = $1, until = now() + interval '15 minutes'", json.dumps(told)
    )
    assert approver.shown is not None

    file = await approver.get(approver.shown.url.path)
    assert '<a href="/records/forget?contact_id=c-1">Forget this person</a>' in file.text
    page = await approver.get("/records/forget?contact_id=c-1")
    assert 'value="c-1"' in page.text

    await staff.give("staff:a1", "worker")
    file = await approver.get(str(file.url.path))
    assert "Forget this person" not in file.text
