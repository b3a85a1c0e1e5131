"""What a restored database of routing must neither lose nor give twice."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.routing.life.outcome import kind_of
from services.routing.restore import Restore
from shared.contracts import intake, reference, routing
from shared.contracts.notifications import MAIL_TOPIC
from shared.contracts.reference import Participant
from shared.delivery.records import Record
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples import routing as examples
from tests.examples.checkpoints import open_checkpoints
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.examples.routing import AT, Sender, declared
from tests.integration.routing.conftest import World
from tests.integration.routing.test_unreached import delivered

PROVIDER = "iacp"
SAMPLES = Path(__file__).parents[2] / "contracts/samples/log"
GIVE_NUMBERS = [
    event
    for event in get_args(routing.StateEvent)
    if "queue_number" in event.model_fields["data"].annotation.model_fields
]


@pytest.mark.parametrize("event", GIVE_NUMBERS, ids=kind_of)
async def test_a_published_queue_number_is_not_given_again(world: World, event: Any) -> None:
    kind = kind_of(event)
    said = json.loads((SAMPLES / f"{kind.removeprefix('gov.cri.')}.json").read_text())
    said["data"]["queue_number"] = 50
    row = {"topic": routing.TOPIC, "key": b"", "value": json.dumps(said).encode()}
    await announce(world.pool, [row], at=AT)

    async with world.pool.acquire() as connection, connection.transaction():
        await Restore().fold(connection)

    assert await world.pool.fetchval("SELECT nextval('queue_numbers')") == 51


@asynccontextmanager
async def offered(
    stack: Stack, database: Database, *, in_dump: bool
) -> AsyncIterator[tuple[World, World, list[Record]]]:
    """
    Yield a database in which a provider without a system is asked, its dump, and what to read.

    The offer was made before the dump or after it.
    """
    dsn = await database("routing")
    records: list[Record] = []
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, [intake.TOPIC, reference.TOPIC, MAIL_TOPIC])
        world = World(pool)
        reached = Participant(id=PROVIDER, kind="provider", name="IACP", reached_by="desk")
        await world.refer(*examples.entries(), reached)
        await world.take_in(Sender().accepted())
        if in_dump:
            await world.take_in(declared(PROVIDER, 8))
            await world.match()
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="routing") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=4, server_settings=LIMITS) as is_dump,
    ):
        lived = World(lives_on, offsets=world.offsets)
        if not in_dump:
            records.append(lived.record(declared(PROVIDER, 8)))
            await lived.take_in_records(records)
            await lived.match()
        yield lived, World(is_dump), records


async def unreached(world: World) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await world.pool.fetch("SELECT * FROM unreached_offers")]


async def due(world: World) -> Any:
    return await world.pool.fetchval("SELECT due_at FROM requests")


@pytest.mark.parametrize("hours", [0, 30])
@pytest.mark.parametrize("published", [True, False])
@pytest.mark.parametrize("in_dump", [True, False])
async def test_a_delivered_mail_moves_the_clock_once_also_after_a_restore(
    stack: Stack, database: Database, *, in_dump: bool, published: bool, hours: int
) -> None:
    async with offered(stack, database, in_dump=in_dump) as (lived, dump, records):
        ((offer_id, _, made_at, _),) = await unreached(lived)
        before = await outbox_of(lived.pool)
        at = made_at + timedelta(hours=hours)
        records.append(lived.record(delivered(Sender(), offer_id=offer_id, at=at)))
        await lived.take_in_records(records[-1:])
        await announce(dump.pool, await outbox_of(lived.pool) if published else before, at=AT)

        batches = [[record] for record in records]
        await catch_up(dump.pool, Restore(), batches, service="routing")
        await catch_up(dump.pool, Restore(), [], service="routing")  # as after a kill

        assert await unreached(dump) == await unreached(lived) == []
        assert await due(dump) == await due(lived)
        moved = [] if published or not hours else ["clock_moved"]
        assert await dump.kinds(Sender().tracking_number) == moved


async def test_an_offer_made_after_the_dump_waits_for_its_mail(
    stack: Stack, database: Database
) -> None:
    async with offered(stack, database, in_dump=False) as (lived, dump, records):
        await announce(dump.pool, await outbox_of(lived.pool), at=AT)

        await catch_up(dump.pool, Restore(), [records], service="routing")

        assert len(await unreached(dump)) == 1
        assert await unreached(dump) == await unreached(lived)
