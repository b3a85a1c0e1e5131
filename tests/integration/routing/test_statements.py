"""Round trips to Postgres of a batch, of the matcher and of the deadlines."""

from datetime import UTC, datetime

from shared.postgres.statements import load_statements
from tests.examples.routing import Sender, declared, provider
from tests.integration.routing.conftest import World, statements_of

ROUTING, MESSAGING = load_statements("services.routing"), load_statements("shared.delivery")


async def test_a_batch_takes_five_round_trips(world: World) -> None:
    request = Sender()
    await world.take_in(declared("iacp", 5), request.accepted())
    await world.match()

    async with statements_of(world.pool) as statements:
        await world.take_in(
            request.answered("accept", "iacp", at=datetime.now(UTC)), declared("iaclea", 5)
        )

    assert statements == [
        "BEGIN;", MESSAGING["open_batch"], ROUTING["load_batch"], ROUTING["save"], "COMMIT;",
    ]  # fmt: skip


async def test_a_batch_that_gives_queue_numbers_takes_one_more(world: World) -> None:
    await world.take_in(Sender(1).accepted())

    async with statements_of(world.pool) as statements:
        await world.take_in(Sender(2).accepted(), Sender(3).accepted(), declared("iacp", 5))

    assert statements == [
        "BEGIN;", MESSAGING["open_batch"], ROUTING["load_batch"], ROUTING["take_queue_numbers"],
        ROUTING["save"], "COMMIT;",
    ]  # fmt: skip


async def test_a_step_through_a_lane_takes_five_round_trips(world: World) -> None:
    await world.take_in(declared("iacp", 5), Sender(1).accepted())
    await world.match()
    await world.take_in(Sender(2).accepted())

    async with statements_of(world.pool) as statements:
        await world.matcher.step(world.pool)

    assert statements == [
        ROUTING["survey"], "BEGIN;", ROUTING["open_lane"], ROUTING["save"], "COMMIT;",
    ]  # fmt: skip
    assert len(await world.offers()) == 2


async def test_changes_of_capacity_take_four_more(world: World) -> None:
    await world.take_in(Sender(1).accepted())
    await world.match()
    await world.take_in(declared("iacp", 5))

    async with statements_of(world.pool) as statements:
        await world.matcher.step(world.pool)

    assert statements == [
        ROUTING["survey"],
        "BEGIN;", ROUTING["open_changes"], ROUTING["save"], "COMMIT;",
        "BEGIN;", ROUTING["open_lane"], ROUTING["save"], "COMMIT;",
    ]  # fmt: skip
    assert len(await world.offers()) == 1


async def test_a_lapse_takes_five_round_trips(world: World) -> None:
    await world.refer(provider("fop"))
    await world.take_in(Sender().accepted(), declared("iacp", 1), declared("fop", 1))
    await world.match()
    await world.rewind_clocks()
    await world.deadlines.step(world.pool)  # reads the catalog
    await world.match()
    await world.rewind_clocks()

    async with statements_of(world.pool) as statements:
        await world.deadlines.step(world.pool)

    assert statements == [
        ROUTING["read_next_due"],
        "BEGIN;", ROUTING["lock_due_requests"], ROUTING["save"], "COMMIT;",
    ]  # fmt: skip


async def test_a_missed_clock_takes_as_many_round_trips(world: World) -> None:
    for number in (1, 2):
        await world.take_in(Sender(number, agency={"listed": False}).accepted())
        await world.rewind_clocks()
        async with statements_of(world.pool) as statements:
            await world.deadlines.step(world.pool)

    assert statements == [
        ROUTING["read_next_due"],
        "BEGIN;", ROUTING["lock_due_requests"], ROUTING["save"], "COMMIT;",
    ]  # fmt: skip
