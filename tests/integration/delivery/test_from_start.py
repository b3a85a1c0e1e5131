"""A recreated topic is read from its first record; the old records that are kept stay apart."""

from typing import Any, TypeAlias

import asyncpg

from shared.delivery.orders import orders
from shared.delivery.records import Item, Taken
from shared.delivery.take_in.take_in import take_in
from shared.postgres.statements import load_statements
from tests.integration.delivery.ledger import (
    TOPIC,
    LedgerReader,
    State,
    event,
    ledger,
    open_partitions,
    records,
)

Pool: TypeAlias = "asyncpg.Pool[Any]"
SQL = load_statements("shared.delivery")


class Mended(LedgerReader):
    """Decides what raised before the mending."""

    def decide(self, state: State, item: Item) -> Taken:
        state.entries.append(f"{item.message.subject}/{item.message.number}")
        return Taken("applied")


async def take_in_topic(pool: "Pool", reader: LedgerReader, name: str) -> None:
    """Take in a topic of three records: one fails, the next is parked, and the last is held."""
    topic = records(event(name, 1, "raises"), event(name, 2), event(f"{name}-held", 2))
    assert (await take_in(pool, reader, topic, service="routing")).left(topic) == []
    await pool.execute("DELETE FROM outbox")  # as the relay does


async def read_from_start(pool: "Pool") -> None:
    await pool.execute("UPDATE checkpoints SET refused_because = 'it ends at 0'")
    await pool.execute(
        'INSERT INTO operations (action, topic, partition, "offset", by, why, from_start)'
        " SELECT 'resume', topic, partition, next_offset, 'ann', 'it is gone', true"
        " FROM checkpoints"
    )
    await orders.resume(pool)


async def places(pool: "Pool", table: str) -> list[int]:
    rows = await pool.fetch(f'SELECT "offset" FROM {table} ORDER BY 1')
    return [row["offset"] for row in rows]


async def test_records_kept_of_the_old_topic_stay_beside_those_of_the_new_one(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    await take_in_topic(pool, reader, "A")
    for name in ("B", "C"):
        await read_from_start(pool)
        await take_in_topic(pool, reader, name)

    assert await places(pool, "dead_letters") == [-6, -3, 0]
    assert await places(pool, "parked_keys") == [-6, -3, 0]
    assert await places(pool, "parked") == [-5, -2, 1]
    assert await places(pool, "held") == [-4, -1, 2]


async def test_what_failed_in_the_old_topic_can_be_replayed(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    await take_in_topic(pool, reader, "A")
    await read_from_start(pool)
    await take_in_topic(pool, reader, "B")

    await pool.execute(
        'INSERT INTO operations (action, topic, partition, "offset", by, why)'
        " VALUES ('replay', $1, 0, -3, 'ann', 'mended')",
        TOPIC,
    )
    while await orders.carry_out(pool, Mended(), service="routing"):
        pass

    assert await ledger(pool) == ["A/1", "A/2"]
    assert await places(pool, "dead_letters") == [0]


async def test_a_record_that_blocked_the_old_topic_does_not_block_the_new_one(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    await take_in_topic(pool, reader, "A")
    await pool.execute(SQL["note_blocked"], TOPIC, 0, 1, "not_taken_in", "KeyError")
    assert await pool.fetch(SQL["read_blocked"]) == []

    await read_from_start(pool)

    assert await pool.fetch(SQL["read_blocked"]) == []
