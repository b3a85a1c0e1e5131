"""A person says that an agency was called, as no mail reaches it: on a real Postgres."""

from typing import Any

import asyncpg
import pytest

from continuum import why
from deploy.local.stack import Stack
from services.notifications.restore.reader import OWN, Restore
from shared.contracts.event import Event
from shared.contracts.notifications import MAIL_TOPIC
from shared.contracts.outbound import TYPES
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples import roles
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import AT, NUMBER, OFFICE, WHY
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.integration.notifications.conftest import TOPICS, World, kinds, topic_of
from tests.integration.notifications.test_callers import DESK, REFERRED, about, given
from tests.integration.notifications.test_settlements import ACTOR, STRANGER, reasons, settle


async def to_be_called(world: World) -> dict[str, Any]:
    """Refer the request of a caller who has only a telephone; return what names the call."""
    await world.take_in(*given(world.log, phone="+1 308 555 0100"))
    await world.take_in(about(world.log, "request_referred", REFERRED))
    return {"notice": (await world.notices())[-1]["id"], "audience": DESK, "how": "told_otherwise"}


async def test_e30_a_call_is_settled_once_by_whom_and_how(world: World) -> None:
    call = await to_be_called(world)

    first = await settle(world, **call)
    again = await settle(world, offset=71, **call)

    assert (first["type"], first["data"]["about"]) == (TYPES["applied"], call["notice"])
    assert reasons(again) == ["nothing_to_settle"]
    (settled,) = await world.topic(MAIL_TOPIC)
    assert settled["data"] == call
    assert (settled["subject"], settled["actor"]) == (f"notice:{call['notice']}:{DESK}", ACTOR)
    decided = (await world.notices())[-3]
    assert settled["correlationid"] == decided["correlationid"]
    (kept,) = await world.pool.fetch("SELECT how, why, mail_id FROM settlements")
    assert tuple(kept) == ("told_otherwise", WHY, None)
    written = await world.pool.fetch("SELECT value FROM outbox")
    assert WHY not in str([bytes(row["value"]).decode() for row in written])


async def test_of_two_settlements_of_a_call_in_one_batch_the_second_is_refused(
    world: World,
) -> None:
    call = await to_be_called(world)

    await world.take_in(world.log.settle(offset=70, **call), world.log.settle(offset=71, **call))

    first, second = (await world.out(OFFICE))[-2:]
    assert first["type"] == TYPES["applied"]
    assert reasons(second) == ["nothing_to_settle"]
    assert len(await world.topic(MAIL_TOPIC)) == await world.count("settlements") == 1


async def test_the_record_of_a_settlement_that_comes_twice_settles_once(world: World) -> None:
    call = await to_be_called(world)
    event: Event = world.log.settle(**call)

    counts = [await world.take_in(event) for _ in range(2)]

    assert counts == [{"applied": 1}, {"duplicate": 1}]
    assert len(await world.topic(MAIL_TOPIC)) == await world.count("settlements") == 1


async def test_only_who_is_to_call_about_a_notice_settles_the_call(world: World) -> None:
    call = await to_be_called(world)

    strangers = [
        await settle(world, **{**call, "audience": OFFICE}),
        await settle(world, offset=71, **{**call, "notice": STRANGER}),
    ]

    assert [reasons(answer) for answer in strangers] == [["unknown_mail"]] * 2
    assert await world.topic(MAIL_TOPIC) == []


async def test_a_settled_call_is_known_when_the_own_log_is_compared(world: World) -> None:
    call = await to_be_called(world)
    subject = (MAIL_TOPIC, f"notice:{call['notice']}:{DESK}")
    async with world.pool.acquire() as connection:
        assert await OWN.known(connection, [subject]) == {}

        await settle(world, **call)

        assert await OWN.known(connection, [subject]) == {subject: 1}


async def test_continuum_why_says_what_became_of_a_call(
    world: World, stack: Stack, database: Database
) -> None:
    call = await to_be_called(world)
    name = await world.pool.fetchval("SELECT current_database()")
    dsn = f"postgresql:///{name}"
    access = roles.access_to(stack, {"notifications": dsn})

    before = [each for each in await why.notices_about(access, NUMBER) if each.call]
    await settle(world, **call)
    after = [each for each in await why.notices_about(access, NUMBER) if each.call]

    assert [(each.audience, each.called_at) for each in before] == [(DESK, None)] * len(before)
    assert len(after) == len(before)
    assert sum(each.called_at is not None for each in after) == 1


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("call_is_lost", [True, False])
async def test_after_a_restore_a_settled_call_stays_settled(
    stack: Stack, database: Database, *, call_is_lost: bool, announced: bool
) -> None:
    dsn = await database("notifications")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        before = World(pool)
        await before.take_in(*given(before.log, phone="+1 308 555 0100"))
        referred = about(before.log, "request_referred", REFERRED)
        if not call_is_lost:
            await before.take_in(referred)
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="notifications") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=3, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as is_dump,
    ):
        lived, restored = World(lives_on, before.log), World(is_dump, before.log)
        lost = [before.log.record(topic_of(referred), referred)] if call_is_lost else []
        await lived.take_in_records(lost)
        notice = await lived.pool.fetchval("SELECT notice FROM calls ORDER BY fact DESC")
        call: dict[str, Any] = {
            "notice": str(notice), "audience": DESK, "how": "told_otherwise",
        }  # fmt: skip
        event: Event = before.log.settle(actor=ACTOR, **call)
        settled = before.log.record("cri.int.confidential.v1", event)
        await lived.take_in_records([settled])
        written = await outbox_of(lived.pool)
        if announced:
            await announce(restored.pool, written, at=AT)

        # Topics are read in another order than they were written.
        batches = [[settled], lost] if announced else [lost, [settled]]
        await catch_up(
            restored.pool, Restore(), [b for b in batches if b], service="notifications"
        )

        again = await settle(restored, offset=71, **call)
        assert reasons(again) == ["nothing_to_settle"]
        assert await restored.count("settlements") == 1
        own = [] if announced else ["notifications.notice_settled"]
        assert kinds(await restored.topic(MAIL_TOPIC)) == own
