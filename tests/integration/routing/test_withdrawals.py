"""Offers of providers and in programs that no longer take part, on Postgres."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.local.stack import Stack
from deploy.provision.databases import with_database
from services.routing.verify import verify_decisions
from shared.process.tasks import LATER
from tests.examples import routing as examples
from tests.examples.routing import Sender, declared
from tests.examples.rows_read import analyze
from tests.integration.routing.conftest import Pool, World, statements_of


@pytest.fixture
async def two(world: World) -> World:
    """Two providers for CRI-TAC, of which the first has room."""
    await world.refer(examples.provider("nopri"))
    await world.take_in(declared("iacp", 8))
    return world


async def offers_and_work(world: World) -> tuple[list[Sender], list[Sender]]:
    """Make three open offers to IACP, and let it work on five requests."""
    senders = [Sender(number) for number in range(1, 9)]
    await world.take_in(*[sender.accepted() for sender in senders])
    await world.match()
    now = datetime.now(UTC)
    await world.take_in(*[sender.answered("accept", "iacp", at=now) for sender in senders[3:]])
    await world.take_in(declared("nopri", 9))
    await world.match()
    return senders[:3], senders[3:]


async def test_e54_a_suspended_provider_keeps_its_work_and_its_offers_go_to_another(
    two: World,
) -> None:
    asked, helped = await offers_and_work(two)

    await two.refer(examples.provider("iacp", status="suspended"))
    await two.withdraw()
    await two.match()

    for sender in asked:
        assert (await two.kinds(sender.tracking_number))[-2:] == ["offer_withdrawn", "offer_made"]
    assert (await two.offers())[-3:] == [(sender.tracking_number, "nopri") for sender in asked]
    for sender in helped:
        assert await two.status(sender.tracking_number) == "assigned"
        assert (await two.kinds(sender.tracking_number))[-1] == "engagement_affected"
    assert await two.capacity("iacp") == ([3], 5)
    assert await two.capacity("nopri") == ([6], 3)
    before = len(await two.published())
    await two.withdraw()
    await two.match()
    assert len(await two.published()) == before  # nobody is told twice
    await two.refer(examples.provider("iacp"))
    await two.withdraw()
    [*_, event] = await two.published(helped[0].tracking_number)
    assert event["data"]["cause"] == "takes_part_again"
    assert (await verify_decisions(two.pool))[1] == []


async def test_a_rehoming_is_late_beside_the_silence_until_the_provider_is_back(
    two: World,
) -> None:
    _, (first, *_) = await offers_and_work(two)
    silence = "SELECT due_clock, due_at FROM requests WHERE tracking_number = $1"
    before = await two.pool.fetchrow(silence, first.tracking_number)
    await two.refer(examples.provider("iacp", status="ended"))
    await two.withdraw()

    for columns in (
        "next_at = now() - $1::interval",
        "due_at = now() - $1::interval, next_at = now() - $1::interval",
    ):
        await two.pool.execute(
            f"UPDATE late_clocks SET {columns} WHERE clock = 'rehome'", timedelta(hours=1)
        )
        await two.deadlines.step(two.pool)

    kinds = await two.kinds(first.tracking_number)
    assert kinds[-3:] == ["engagement_affected", "clock_reminded", "clock_missed"]
    assert await two.pool.fetchrow(silence, first.tracking_number) == before
    assert before is not None
    assert before["due_clock"] == "engagement_silence"

    await two.refer(examples.provider("iacp"))
    await two.withdraw()
    await two.pool.execute(
        "UPDATE late_clocks SET next_at = now() - interval '1 hour' WHERE clock = 'rehome'"
    )
    await two.deadlines.step(two.pool)

    assert (await two.kinds(first.tracking_number))[-1] == "engagement_affected"
    late = "SELECT count(*) FROM late_clocks WHERE clock = 'rehome'"
    assert await two.pool.fetchval(late) == 0


async def test_a_provider_leaves_by_its_date_without_another_message(two: World) -> None:
    asked, _ = await offers_and_work(two)
    soon = datetime.now(UTC) + timedelta(seconds=1)
    await two.refer(examples.provider("iacp", effective_until=soon))
    await two.withdraw()
    assert await two.status(asked[0].tracking_number) == "offered"

    async with asyncio.timeout(20):
        while (await two.offers())[-1][1] != "nopri":
            await two.withdraw()
            await two.match()
            await asyncio.sleep(0.1)  # the date is due by the clock of Postgres: look again

    assert (await two.offers())[-3:] == [(sender.tracking_number, "nopri") for sender in asked]


@pytest.mark.parametrize("changes", [
    {"status": "suspended"}, {"status": "announced", "opens_at": examples.AT.replace(year=2190)},
])  # fmt: skip
async def test_e55_those_who_wait_for_a_closed_program_keep_their_places(
    two: World, changes: dict[str, Any]
) -> None:
    asked, _ = await offers_and_work(two)
    waiting = [Sender(number) for number in range(9, 21)]
    await two.take_in(declared("iacp", 0, number=2), declared("nopri", 0, number=2))
    await two.take_in(*[sender.accepted() for sender in waiting])
    await two.match()

    await two.refer(examples.program(**changes))
    await two.withdraw()
    await two.match()

    for sender in asked:
        assert (await two.kinds(sender.tracking_number))[-2:] == [
            "offer_withdrawn",
            "request_waitlisted",
        ]
    for sender in waiting:
        assert (await two.kinds(sender.tracking_number))[-2:] == ["request_waitlisted"] * 2
    told = len(await two.published())
    await two.take_in(declared("iacp", 40, number=3))  # no reason to look at them again
    await two.withdraw()
    await two.match()
    assert len(await two.published()) == told + 1

    await two.refer(examples.program())
    await two.withdraw()
    await two.match()

    places = [sender.tracking_number for sender in (*asked, *waiting)]
    assert [number for number, _ in (await two.offers())[-15:]] == places


async def test_those_who_wait_for_a_program_that_ended_are_referred(two: World) -> None:
    asked, helped = await offers_and_work(two)

    await two.refer(examples.program(effective_until=datetime.now(UTC)))
    await two.withdraw()
    await two.match()

    for sender in asked:
        [*_, event] = await two.published(sender.tracking_number)
        assert event["data"]["reason"] == "program_not_offered"
        assert event["data"]["proposed_program"] == "critical-response"
    assert await two.status(helped[0].tracking_number) == "assigned"
    [*_, event] = await two.published(helped[0].tracking_number)
    assert event["data"]["cause"] == "program_ended"
    assert (await verify_decisions(two.pool))[1] == []


async def test_a_look_without_anything_to_withdraw_is_three_statements(
    world: World, pool: Pool
) -> None:
    await world.take_in(Sender().accepted())
    await world.withdraw()

    async with statements_of(pool) as statements:
        pause = await world.withdrawals.step(pool)

    assert pause == LATER
    assert len([each for each in statements if "requests" in each or "catalog" in each]) == 3


async def test_a_look_while_everyone_takes_part_is_one_statement(world: World, pool: Pool) -> None:
    announced = [each for each in examples.entries() if getattr(each, "status", "") == "announced"]
    await world.refer(*[examples.program(each.id) for each in announced])
    await world.withdraw()

    async with statements_of(pool) as statements:
        pause = await world.withdrawals.step(pool)

    assert pause == LATER
    assert len(statements) == 1


async def rows_read(pool: Pool) -> int:
    """Return how many rows of requests were read so far."""
    async with pool.acquire() as connection:
        await connection.execute("SELECT pg_stat_force_next_flush()")
        read: int = await connection.fetchval(
            "SELECT seq_tup_read + idx_tup_fetch"
            "  FROM pg_stat_user_tables WHERE relname = 'requests'"
        )
    return read


@pytest.mark.parametrize("analyzed", [False, True])
async def test_a_look_reads_no_offers_and_no_work_of_those_who_take_part(
    two: World, pool: Pool, stack: Stack, analyzed: bool
) -> None:
    await offers_and_work(two)
    await two.refer(examples.program("critical-response", status="suspended"))
    await two.refer(examples.provider("fop", status="suspended"))
    await pool.execute(
        "INSERT INTO requests"
        " SELECT copied.*"
        "   FROM requests, generate_series(1, 500) AS n,"
        "        jsonb_populate_record(requests, jsonb_build_object("
        "            'tracking_number', tracking_number || '-' || n)) AS copied"
    )
    if analyzed:
        name = await pool.fetchval("SELECT current_database()")
        await analyze(stack, with_database(stack.dsn("routing"), name), "routing")
    await two.withdraw()
    before = await rows_read(pool)

    for _ in range(10):
        assert await two.withdrawals.step(pool) == LATER

    assert await rows_read(pool) - before < 40
    assert await pool.fetchval("SELECT count(*) FROM requests") > 4_000


async def test_work_stops_with_its_program_and_goes_on_with_it(two: World) -> None:
    _, helped = await offers_and_work(two)

    for status in ("suspended", "suspended", "open"):
        await two.refer(examples.program(status=status, on_suspension="stop"))
        await two.withdraw()
        await two.withdraw()

    for sender in helped:
        [*_, stopped, paused, again, resumed] = await two.published(sender.tracking_number)
        assert stopped["data"]["stopped"]
        assert (paused["type"], resumed["type"]) == (
            "gov.cri.routing.clock_paused.v1",
            "gov.cri.routing.clock_resumed.v1",
        )
        ends, begins = (
            datetime.fromisoformat(text) for text in (resumed["data"]["due_at"], resumed["time"])
        )
        assert ends - begins == timedelta(seconds=paused["data"]["left"])
        assert (again["data"]["cause"], again["data"]["stop_changed"]) == (
            "takes_part_again",
            True,
        )
        assert (await two.kinds(sender.tracking_number)).count("engagement_affected") == 2


async def test_work_that_was_named_is_closed_once_its_program_says_so(two: World) -> None:
    _, helped = await offers_and_work(two)
    for on_end in (None, "rehome", "close"):
        await two.refer(examples.program(effective_until=datetime.now(UTC), on_end=on_end))
        await two.withdraw()
        await two.withdraw()

    for sender in helped:
        assert (await two.kinds(sender.tracking_number))[-3:] == [
            "engagement_affected",
            "engagement_affected",
            "engagement_closed",
        ]
        assert await two.status(sender.tracking_number) == "closed"
    await two.match()
    assert (await two.capacity("iacp"))[1] == 0
    assert (await verify_decisions(two.pool))[1] == []
