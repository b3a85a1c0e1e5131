"""A batch also sees what was committed while it waited for its locks."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeAlias

import asyncpg

from shared.delivery import sequences
from shared.delivery.take_in.rows import columns_of
from shared.delivery.take_in.take_in import take_in
from shared.postgres.statements import load_statements
from tests.integration.delivery.ledger import (
    OTHER_TOPIC,
    TOPIC,
    LedgerReader,
    event,
    ledger,
    open_partitions,
    records,
)

Pool: TypeAlias = "asyncpg.Pool[Any]"
SQL = load_statements("shared.delivery")


async def beginning_to_wait(pool: "Pool", work: Awaitable[Any]) -> "asyncio.Future[Any]":
    """Begin *work*, and return when it waits for a lock."""
    begun = asyncio.ensure_future(work)
    while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
        assert not begun.done()
        await asyncio.sleep(0.01)  # Postgres tells nobody that a session waits
    return begun


async def test_a_key_that_is_parked_while_a_batch_waits_for_its_checkpoint_is_seen(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC)
    async with pool.acquire() as order, order.transaction():
        await order.execute(SQL["lock_every_checkpoint"])
        batch = records(event("A", 1), event("B", 1))
        taking = await beginning_to_wait(pool, take_in(pool, reader, batch, service="routing"))
        await order.execute("INSERT INTO parked_keys VALUES ('A', 'why', 't', 0, 0)")

    await taking

    assert await ledger(pool) == ["B/1"]
    assert await pool.fetchval("SELECT count(*) FROM parked") == 1


async def test_a_record_that_is_held_while_a_batch_waits_for_its_gate_is_released(
    pool: "Pool", reader: LedgerReader
) -> None:
    await open_partitions(pool, TOPIC, OTHER_TOPIC)
    await take_in(pool, reader, records(event("A", 1)), service="routing")
    (early,) = records(event("B", 1, "needs:A:1"), offset=9)
    needed = records(event("A", 1, topic=OTHER_TOPIC), topic=OTHER_TOPIC)
    async with pool.acquire() as holder, holder.transaction():
        await holder.execute(SQL["lock_stubs"], [OTHER_TOPIC], ["A"])
        taking = await beginning_to_wait(pool, take_in(pool, reader, needed, service="routing"))
        await holder.execute(SQL["hold"], [OTHER_TOPIC], ["A"], [1], *columns_of([early]))

    await taking

    assert await ledger(pool) == ["A/1", "A/1", "B/1"]
    assert await pool.fetchval("SELECT count(*) FROM held") == 0


async def test_numbers_that_two_transactions_open_are_given_out_once(pool: "Pool") -> None:
    async with pool.acquire() as one, pool.acquire() as other:
        async with one.transaction():
            first = await sequences.lock(one, [("t", "a"), ("t", "b")])
            number = first.next("t", "b")
            await sequences.save(one, first)
            waiting = await beginning_to_wait(pool, sequences.lock(other, [("t", "b")]))

        second = await waiting

    assert (number, second.next("t", "b")) == (1, 2)
