"""The administrator's page: who may sign in, under which pseudonym, and who no longer."""

import json
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from tests.integration.desk.office.conftest import Browser, Staff

Pool = asyncpg.Pool
NEW = {"name": "W. Orker", "alias": "k7f2", "subject": "stand-in-worker"}


@pytest.fixture
async def administrator(browser: Browser) -> Browser:
    await browser.sign_in("stand-in-administrator", "/people")
    return browser


async def test_a_person_who_signed_in_is_listed_and_entered(
    administrator: Browser, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    await new_browser().sign_in("stand-in-worker")
    await administrator.get("/people")
    assert "stand-in-worker , signed in on" in administrator.text

    await administrator.post("/people", NEW)

    row = await pool.fetchrow("SELECT * FROM people WHERE actor = 'staff:k7f2'")
    assert row is not None
    assert (row["subject"], row["name"]) == ("stand-in-worker", "W. Orker")
    assert row["added_by"] == "staff:first-administrator"
    assert "W. Orker" in administrator.text
    assert "signed in on" not in administrator.text


@pytest.mark.parametrize("field", ["name", "alias"])
async def test_e3_nobody_is_entered_with_a_protected_identifier(
    administrator: Browser, pool: "Pool[Any]", field: str
) -> None:
    page = await administrator.post("/people", {**NEW, field: "123-45-6789"})

    assert page.status_code == 422
    assert f'id="{field}-error">This text seems to hold' in page.text
    assert not await pool.fetch("SELECT FROM people WHERE subject = $1", NEW["subject"])


async def test_no_pseudonym_is_given_to_two_people(administrator: Browser) -> None:
    await administrator.post("/people", NEW)

    page = await administrator.post("/people", {**NEW, "subject": "stand-in-reader"})

    assert page.status_code == 422
    assert "entered already" in administrator.text


async def test_disabling_is_confirmed_and_ends_the_sessions(
    administrator: Browser, staff: Staff, new_browser: Callable[..., Browser], pool: "Pool[Any]"
) -> None:
    await staff.enter("stand-in-worker", "staff:k7f2", "worker", name="W. Orker")
    worker = new_browser()
    await worker.sign_in("stand-in-worker")
    await administrator.get("/people")

    await administrator.post("/people/disable", {"subject": "stand-in-worker"})
    assert "Disable W. Orker?" in administrator.text
    assert await pool.fetchval("SELECT count(*) FROM sessions") == 2
    await administrator.post("/people/disable", {"subject": "stand-in-worker", "confirmed": "yes"})

    assert await pool.fetchval("SELECT count(*) FROM sessions") == 1
    await administrator.post("/people/enable", {"subject": "stand-in-worker"})
    assert await pool.fetchval("SELECT disabled_at FROM people WHERE actor = 'staff:k7f2'") is None


async def test_administrators_cannot_disable_themselves(administrator: Browser) -> None:
    page = await administrator.post(
        "/people/disable", {"subject": "stand-in-administrator", "confirmed": "yes"}
    )

    assert page.status_code == 422
    assert "another administrator" in administrator.text


async def test_the_page_is_for_administrators_alone(
    staff: Staff, new_browser: Callable[..., Browser]
) -> None:
    await staff.enter("stand-in-worker", "staff:k7f2", "reader", "worker", "approver")
    worker = new_browser()

    page = await worker.sign_in("stand-in-worker", "/people")

    assert page.status_code == 403
    assert "does not include this page" in worker.text
    assert (await worker.post("/people", NEW)).status_code == 403


async def test_roles_are_given_by_a_message_that_is_confirmed_first(
    administrator: Browser, staff: Staff, pool: "Pool[Any]"
) -> None:
    await staff.enter("stand-in-worker", "staff:k7f2", "reader", name="W. Orker")
    await administrator.get("/people")
    form = {"subject": "stand-in-worker", "roles": ["worker", "approver", "none"]}

    await administrator.post("/people/roles", form)
    assert "works on requests" in administrator.text
    assert await pool.fetchval("SELECT count(*) FROM acts") == 0
    token = "0190f5fe-7c00-7a00-8000-000000000001"
    await administrator.post("/people/roles", {**form, "token": token, "confirmed": "yes"})

    sent = json.loads(await pool.fetchval("SELECT value FROM outbox"))
    assert sent["actor"] == "staff:first-administrator"
    assert sent["data"] == {
        "id": "staff:k7f2",
        "participant": "office-desk",
        "roles": ["worker", "approver"],
    }
    assert "Sent, waiting for the answer" in administrator.text
