"""Contacts, needs and notes go long after their request has ended, and no others do."""

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.notifications.handlers import NotificationsReader
from services.notifications.restore.reader import Restore
from services.notifications.retention import lock_contacts
from shared.business_clock import BusinessClock
from shared.contracts.tracking import tracking_number
from shared.delivery.records import Item
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.facts import AGENCY, AT, NUMBER, OFFICE, PROVIDER, Log, state
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.integration.notifications.conftest import TOPICS, World, history
from tests.integration.notifications.news import sweep

KEPT = timedelta(days=1095)
OTHER = tracking_number(2026, 2)
NAMES = ("needs", "contacts", "preferences")


@pytest.fixture
async def lived(world: World) -> World:
    """A request with its need and contact, which has chosen what mails it gets."""
    await world.take_in(
        *history(world.log),
        world.log.preference(kinds={"status": "off"}, zone="Pacific/Guam"),
    )
    return world


async def end(world: World, *, ago: timedelta = KEPT, number: str = NUMBER) -> None:
    """Let the request have ended so long ago."""
    await world.pool.execute(
        "UPDATE requests SET status = 'closed', since = now() - $2::interval"
        " WHERE tracking_number = $1",
        number,
        ago,
    )


async def age(world: World, *, ago: timedelta = KEPT) -> None:
    """Let all contacts have been set so long ago."""
    await world.pool.execute("UPDATE contacts SET set_at = now() - $1::interval", ago)


async def set_hold(world: World, **covered: Any) -> None:
    """Store a hold as the newest entry of the catalog."""
    await world.pool.execute(
        "INSERT INTO catalog (number, kind, id, body)"
        " SELECT coalesce(max(number), 0) + 1, 'hold', 'case-7', $1 FROM catalog",
        json.dumps({"id": "case-7", "reason": "litigation", **covered}),
    )


async def left(world: World) -> dict[str, int]:
    return {name: await world.count(name) for name in NAMES}


async def again(world: World, **more: Any) -> dict[str, int]:
    """Sweep at once; return how many rows are left."""
    await world.pool.execute("UPDATE retention_windows SET next_at = now()")
    await sweep(world, **more)
    return await left(world)


async def test_when_a_request_has_ended_long_ago_need_and_contact_go(lived: World) -> None:
    await end(lived)
    await age(lived)

    assert await again(lived) == {"needs": 0, "contacts": 0, "preferences": 0}
    assert await lived.count("requests") == 1


async def test_while_a_request_is_open_nothing_of_it_goes(lived: World) -> None:
    await age(lived, ago=4 * KEPT)
    await lived.pool.execute("UPDATE requests SET since = now() - $1::interval", 4 * KEPT)

    assert await again(lived) == {"needs": 1, "contacts": 1, "preferences": 1}


@pytest.mark.parametrize(
    ("ended", "was_set"), [(KEPT, KEPT - timedelta(days=1)), (KEPT - timedelta(days=1), KEPT)]
)
async def test_a_contact_stays_as_long_after_the_end_and_after_it_was_set(
    lived: World, ended: timedelta, was_set: timedelta
) -> None:
    await end(lived, ago=ended)
    await age(lived, ago=was_set)

    assert (await again(lived))["contacts"] == 1


async def test_a_contact_that_is_set_again_counts_from_then(lived: World) -> None:
    await end(lived)
    await age(lived)
    await lived.take_in(lived.log.contact(offset=51, email="chief@agency.example"))

    assert (await again(lived))["contacts"] == 1


async def test_a_contact_stays_for_another_request_that_names_it(lived: World) -> None:
    await end(lived)
    await age(lived)
    await lived.take_in(lived.log.accepted(OTHER, offset=9, need_stated=False))

    assert await again(lived) == {"needs": 0, "contacts": 1, "preferences": 1}

    await end(lived, number=OTHER)
    assert (await again(lived))["contacts"] == 0


async def test_a_contact_of_its_participant_stays_as_long_as_that_is_registered(
    world: World,
) -> None:
    await world.take_in(
        world.log.registered(PROVIDER, "provider", "IACP", offset=1),
        world.log.contact("desk", participant=PROVIDER, email="desk@provider.example"),
    )
    await age(world)
    assert (await again(world))["contacts"] == 1

    ended = (datetime.now(UTC) - KEPT - timedelta(days=1)).isoformat()
    await world.take_in(
        world.log.registered(PROVIDER, "provider", "IACP", offset=2, effective_until=ended)
    )

    assert (await again(world))["contacts"] == 0


@pytest.mark.parametrize(("set_at", "left"), [(timedelta(days=30), 0), (timedelta(days=29), 1)])
async def test_a_contact_of_a_caller_who_asked_for_nothing_goes_after_a_month(
    world: World, set_at: timedelta, left: int
) -> None:
    await world.take_in(
        world.log.registered(OFFICE, "program_office", "COPS Office", offset=1),
        world.log.contact("caller", participant=OFFICE),
    )
    await world.pool.execute("UPDATE contacts SET of_caller = true")
    await age(world, ago=set_at)

    assert (await again(world))["contacts"] == left


async def test_a_contact_of_a_caller_whom_a_request_names_stays_as_long_as_others(
    lived: World,
) -> None:
    await lived.pool.execute("UPDATE contacts SET of_caller = true")
    await end(lived, ago=KEPT - timedelta(days=1))
    await age(lived)

    assert (await again(lived))["contacts"] == 1

    await end(lived)
    assert (await again(lived))["contacts"] == 0


@pytest.mark.parametrize(
    ("state", "left"),
    [
        ("prepared", 1),
        ("sending", 1),
        ("try_later", 1),
        ("outcome_unknown", 1),
        ("accepted", 0),
        ("gave_up", 0),
    ],
)
async def test_a_contact_stays_as_long_as_a_mail_to_it_is_to_be_sent(
    lived: World, state: str, left: int
) -> None:
    await end(lived)
    await age(lived)
    await lived.pool.execute(
        "INSERT INTO mails (mail_id, fact, notice, audience, contact_id, correlation, key, about,"
        " number, kind, template, facts, state)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), $1, 'c-1', 'c', '', $2,"
        " 1, 'closed', 'closed.v1', '{}', $3)",
        AGENCY,
        NUMBER,
        state,
    )

    assert (await again(lived))["contacts"] == left


async def test_a_contact_stays_until_the_call_about_its_request_is_settled(lived: World) -> None:
    await end(lived)
    await age(lived)
    notice = await lived.pool.fetchval(
        "INSERT INTO calls (notice, audience, fact, correlation)"
        " SELECT gen_random_uuid(), audience, fact, 'c' FROM notices WHERE subject = $1 LIMIT 1"
        " RETURNING notice",
        NUMBER,
    )

    assert (await again(lived))["contacts"] == 1

    await lived.pool.execute(
        "INSERT INTO settlements (event, notice, audience, how, why)"
        " SELECT gen_random_uuid(), notice, audience, 'counted_as_delivered', 'told' FROM calls"
        " WHERE notice = $1",
        notice,
    )
    assert (await again(lived))["contacts"] == 0


@pytest.mark.parametrize(
    "covered",
    [
        {"tracking_number": NUMBER},
        {"participant": AGENCY},
        {"participant": AGENCY, "contact_id": "c-1"},
        {},
    ],
)
async def test_what_a_records_hold_covers_stays(lived: World, covered: dict[str, str]) -> None:
    await end(lived)
    await age(lived)
    await set_hold(lived, **covered)

    found = await again(lived)

    assert found["contacts"] == 1
    assert found["needs"] == (0 if "contact_id" in covered else 1)


async def test_an_unconfirmed_subscription_on_hold_stays(world: World) -> None:
    world.reader = NotificationsReader(with_mail=True, with_news=True)
    await world.take_in(world.log.ask("chief@agency.example"))
    await world.pool.execute("UPDATE subscriptions SET since = now() - make_interval(days => 7)")
    audience = await world.pool.fetchval("SELECT audience FROM subscribers")
    held = {"subscription_id": audience.removeprefix("subscription:")}
    await set_hold(world, **held)

    await again(world)
    assert await world.count("subscriptions") == 1

    await set_hold(world, **held, lifted=True)
    await again(world)
    assert await world.count("subscriptions") == await world.count("subscribers") == 0


async def test_a_contact_that_a_batch_sets_is_not_locked_before_the_batch_ends(
    lived: World,
) -> None:
    item = lived.reader.parse(lived.log.record("cri.int.confidential.v1", lived.log.contact()))
    assert isinstance(item, Item)
    async with (
        lived.pool.acquire() as batch,
        lived.pool.acquire() as other,
        batch.transaction(),
        other.transaction(),
    ):
        await lived.reader.load(batch, [item], at=datetime.now(UTC))
        await other.execute("SET LOCAL lock_timeout = '50ms'")
        await lock_contacts(other, [f"{AGENCY} another"])
        with pytest.raises(asyncpg.LockNotAvailableError):
            await lock_contacts(other, [f"{AGENCY} c-1"])


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_whatever_comes_first_the_end_is_that_of_the_request(
    world: World, order: tuple[int, ...]
) -> None:
    log = world.log
    events = [
        log.accepted(need_stated=True),
        log.need(),
        log.routed("request_withdrawn", state("withdrawn", before="accepted")),
    ]
    for place in order:
        await world.take_in(events[place])

    (row,) = await world.pool.fetch("SELECT since, ended_at FROM requests")

    assert row["ended_at"] == row["since"]
    assert await world.count("needs") == 1
    await world.pool.execute("UPDATE requests SET since = now() - $1::interval", KEPT)
    assert (await again(world))["needs"] == 0


async def test_notes_about_a_request_go_with_its_need(lived: World) -> None:
    await lived.take_in(lived.log.note("counter"), lived.log.settled())
    assert await lived.count("notes") == 1
    await end(lived)

    await again(lived)

    assert await lived.count("notes") == 0


async def test_on_a_clock_that_plays_years_in_minutes_nothing_goes(lived: World) -> None:
    await end(lived)
    await age(lived)
    now = datetime.now(UTC)
    clock = BusinessClock(now - timedelta(minutes=5), now, rate=86_400)

    assert await again(lived, clock=clock) == {"needs": 1, "contacts": 1, "preferences": 1}


@pytest.mark.parametrize("swept_before_the_dump", [True, False])
async def test_a_restore_brings_nothing_back_that_the_next_sweep_leaves(
    stack: Stack, database: Database, *, swept_before_the_dump: bool
) -> None:
    log, dsn = Log(), await database("notifications")
    withdrawn = log.routed("request_withdrawn", state("withdrawn", before="in_delivery"))
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        world = World(pool, log)
        await world.take_in(*history(log), withdrawn)
        await pool.execute("DELETE FROM outbox")
        await end(world)
        await age(world)
        if swept_before_the_dump:
            await again(world)
    async with (
        dumped(stack, dsn, service="notifications") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=3, server_settings=LIMITS) as is_dump,
    ):
        lived, restored = World(lives_on, log), World(is_dump, log)
        later = log.record("cri.int.intake.v1", log.accepted(OTHER, offset=9, contact_ids=[]))
        await lived.take_in_records([later])
        await announce(restored.pool, await outbox_of(lived.pool), at=AT)

        await catch_up(restored.pool, Restore(), [[later]], service="notifications")

        held = 0 if swept_before_the_dump else 1
        assert await left(restored) == {"needs": held, "contacts": held, "preferences": 0}
        assert await again(restored) == {"needs": 0, "contacts": 0, "preferences": 0}
