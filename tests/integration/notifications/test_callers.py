"""Callers: mail goes to those alone whom the request names, and who has none is to be called."""

from typing import Any

import pytest

from services.notifications.handlers import NotificationsReader
from shared.contracts.event import Event
from tests.examples.facts import DECISION, NUMBER, OFFICE, Log, inbound, state
from tests.integration.notifications.conftest import World

DESK = "office-desk"
CALLER, OTHER_CALLER, STAFF = "call-1", "another-call", "zz-staff"


def contact(log: Log, contact_id: str, *, of_caller: bool, **how: str) -> Event:
    data = {
        "participant": DESK,
        "contact_id": contact_id,
        "name": contact_id,
        "of_caller": of_caller,
        **how,
    }
    return log.event(
        "cri.int.confidential.v1",
        "contact_set",
        f"contact:{DESK}:{contact_id}",
        data,
        inreplyto=inbound(60 + len(contact_id), DESK),
    )


def about(log: Log, name: str, data: dict[str, Any]) -> Event:
    event: Event = log.routed(name, {**data, "participant": DESK})
    return event


def given(log: Log, **how: str) -> list[Event]:
    """Return a caller's request; *how* its agency is reached. Another caller has mail."""
    return [
        log.registered(DESK, "program_office", "Desk", offset=0),
        log.registered(OFFICE, "program_office", "Office", offset=1),
        contact(log, OTHER_CALLER, of_caller=True, email="other@caller.example"),
        contact(log, STAFF, of_caller=False, email="staff@office.example"),
        log.accepted(participant=DESK, contact_ids=[CALLER], reference_version=2),
        contact(log, CALLER, of_caller=True, **how),
    ]


REFERRED = state("referred", reason="no_ori", decision=DECISION)
REMINDED = state("referred", clock="triage.standard", due_at="2026-03-09T15:00:00Z")


async def calls(world: World) -> dict[str, bool]:
    """Return, for the last notice, which audiences must be called for."""
    last = (await world.notices())[-1]["data"]["notices"]
    return {notice["audience"]: notice.get("call", False) for notice in last}


async def mailed(world: World) -> list[str]:
    rows = await world.pool.fetch("SELECT contact_id FROM mails ORDER BY contact_id")
    return [row["contact_id"] for row in rows]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("with_mail", [True, False])
async def test_e30_a_caller_whom_only_a_telephone_reaches_is_to_be_called(
    world: World, *, together: bool, with_mail: bool
) -> None:
    world.reader = NotificationsReader(with_mail=with_mail)
    events = [
        *given(world.log, phone="+1 308 555 0100"),
        about(world.log, "request_referred", REFERRED),
    ]

    for batch in [events] if together else [[event] for event in events]:
        await world.take_in(*batch)

    assert await calls(world) == {DESK: True, OFFICE: False, "program_office": False}
    assert await mailed(world) == []
    rows = await world.pool.fetch("SELECT audience FROM notices WHERE call")
    assert [row["audience"] for row in rows] == [DESK]


@pytest.mark.parametrize("together", [True, False])
async def test_a_caller_with_mail_is_written_to_and_not_called(
    world: World, *, together: bool
) -> None:
    world.reader = NotificationsReader(with_mail=True)
    events = [
        *given(world.log, email="chief@bayard.example"),
        about(world.log, "request_referred", REFERRED),
    ]

    for batch in [events] if together else [[event] for event in events]:
        await world.take_in(*batch)

    assert await calls(world) == {DESK: False, OFFICE: False, "program_office": False}
    assert await mailed(world) == [CALLER]


async def test_without_a_mail_server_everybody_is_to_be_called(world: World) -> None:
    await world.take_in(*given(world.log, email="chief@bayard.example"))

    await world.take_in(about(world.log, "request_referred", REFERRED))

    assert (await calls(world))[DESK] is True


async def test_a_caller_whose_address_is_dead_is_to_be_called(world: World) -> None:
    world.reader = NotificationsReader(with_mail=True)
    await world.take_in(*given(world.log, email="chief@bayard.example"))
    await world.pool.execute(
        "INSERT INTO dead_addresses VALUES ($1, $2, 'chief@bayard.example')", DESK, CALLER
    )

    await world.take_in(about(world.log, "request_referred", REFERRED))

    assert (await calls(world))[DESK] is True
    assert await mailed(world) == []


@pytest.mark.parametrize("how", [{"email": "chief@bayard.example"}, {"phone": "+1 308 555 0100"}])
async def test_no_caller_is_written_what_is_for_the_office(
    world: World, how: dict[str, str]
) -> None:
    world.reader = NotificationsReader(with_mail=True)
    await world.take_in(*given(world.log, **how))

    await world.take_in(about(world.log, "clock_reminded", REMINDED))

    assert await calls(world) == {DESK: False, OFFICE: False}
    assert await mailed(world) == [STAFF]


@pytest.mark.parametrize("is_known", [True, False])
async def test_what_is_for_the_office_goes_to_no_caller_who_is_written_to_in_the_same_batch(
    world: World, *, is_known: bool
) -> None:
    world.reader = NotificationsReader(with_mail=True)
    before = given(world.log, email="chief@bayard.example")
    both = [
        about(world.log, "request_referred", REFERRED),
        about(world.log, "clock_reminded", REMINDED),
    ]

    for batch in [before, both] if is_known else [before + both]:
        await world.take_in(*batch)

    assert await mailed(world) == [CALLER, STAFF]


async def test_the_message_for_a_caller_is_on_the_offices_topic(world: World) -> None:
    await world.take_in(*given(world.log, phone="+1 308 555 0100"))

    await world.take_in(about(world.log, "request_referred", REFERRED))

    accepted, *_, referred = await world.out(DESK)
    assert accepted["type"] != referred["type"] == "gov.cri.request.status_changed.v1"
    assert referred["data"]["tracking_number"] == NUMBER


async def test_an_address_that_comes_in_the_same_batch_is_written_to_and_nobody_has_to_call(
    world: World,
) -> None:
    world.reader = NotificationsReader(with_mail=True)
    *before, caller = given(world.log, email="chief@caller.example")

    await world.take_in(*before, about(world.log, "request_referred", REFERRED), caller)

    assert await mailed(world) == [CALLER]
    rows = await world.pool.fetch("SELECT audience FROM notices WHERE call")
    assert [row["audience"] for row in rows] == []
