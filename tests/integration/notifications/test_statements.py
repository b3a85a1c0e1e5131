from shared.postgres.statements import load_statements
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.round_trips import counted
from tests.integration.notifications.conftest import TOPICS, World, history


async def test_a_batch_takes_five_round_trips(database: Database) -> None:
    own, delivery = (
        load_statements(f"{p}") for p in ("services.notifications", "shared.delivery")
    )
    async with counted(await database("notifications")) as (pool, executed):
        await open_checkpoints(pool, TOPICS)
        world = World(pool)
        registered, *events, triaged, offered, engaged = history(world.log)
        await world.take_in(registered)
        await world.take_in(*events, triaged)  # reads the names that have changed
        executed.clear()

        await world.take_in(offered, engaged)

    assert executed == [
        "BEGIN;", delivery["open_batch"], own["load_batch"], own["save_batch"], "COMMIT;",
    ]  # fmt: skip
