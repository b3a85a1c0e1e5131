"""A held record that cannot be taken in harms neither the record that releases it nor others."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import asyncpg
import pytest

from deploy.local.stack import Stack
from deploy.provision import databases
from shared.delivery.records import Item, Record, Taken
from shared.delivery.take_in.take_in import take_in
from shared.postgres.pool import LIMITS
from tests.integration.delivery.ledger import (
    DATABASE,
    OTHER_TOPIC,
    TOPIC,
    LedgerReader,
    State,
    burn,
    event,
    ledger,
    open_partitions,
    records,
)

Pool: TypeAlias = "asyncpg.Pool[Any]"


async def held(pool: "Pool", reader: LedgerReader, *values: bytes) -> None:
    """Hold *values*, which wait for events that were not taken in yet."""
    await open_partitions(pool, TOPIC, OTHER_TOPIC)
    await take_in(pool, reader, records(*values), service="routing")
    assert await pool.fetchval("SELECT count(*) FROM held") == len(values)


async def release(pool: "Pool", reader: LedgerReader, *subjects: str) -> Sequence[Record]:
    """Take in the first event of each of *subjects* on the other topic; return what is left."""
    needed = records(*(event(s, 1, topic=OTHER_TOPIC) for s in subjects), topic=OTHER_TOPIC)
    return (await take_in(pool, reader, needed, service="routing")).left(needed)


async def dead_letters(pool: "Pool") -> list[tuple[Any, ...]]:
    rows = await pool.fetch(
        'SELECT topic, "offset", reason, parking_key FROM dead_letters ORDER BY 1, 2'
    )
    return [tuple(row) for row in rows]


async def test_a_held_record_whose_data_postgres_refuses_is_set_aside_itself(
    pool: "Pool", reader: LedgerReader
) -> None:
    early = records(event("B", 2, "refused by postgres"), event("A", 2), event("A", 3))
    await open_partitions(pool, TOPIC)
    await take_in(pool, reader, early, service="routing")

    openers = records(event("A", 1), event("B", 1), event("C", 1), offset=3)
    result = await take_in(pool, reader, openers, service="routing")

    assert result.left(openers) == []
    assert sorted(await ledger(pool)) == ["A/1", "A/2", "A/3", "B/1", "C/1"]
    assert await dead_letters(pool) == [(TOPIC, 0, "refused_by_postgres", "B")]
    assert await pool.fetchval("SELECT count(*) FROM held") == 0
    checkpoint = await pool.fetchrow(
        "SELECT applied, held, dead, next_offset FROM checkpoints"
        " WHERE topic = $1 AND partition = 0",
        TOPIC,
    )
    assert checkpoint is not None
    assert tuple(checkpoint) == (3, 3, 0, 6)


async def test_records_behind_a_held_one_that_is_refused_wait_for_its_replay(
    pool: "Pool", reader: LedgerReader
) -> None:
    await held(
        pool,
        reader,
        event("B", 1, "needs:N:1"),
        event("B", 2, "refused by postgres"),
        event("B", 3),
    )

    await release(pool, reader, "N")
    later = records(event("B", 4), offset=3)
    await take_in(pool, reader, later, service="routing")

    assert await ledger(pool) == ["N/1", "B/1"]
    assert await dead_letters(pool) == [(TOPIC, 1, "refused_by_postgres", "B")]
    assert await pool.fetchval("SELECT count(*) FROM held") == 1
    assert await pool.fetchval("SELECT count(*) FROM parked") == 1


async def test_a_held_record_that_is_too_slow_is_set_aside_itself(
    pool: "Pool", reader: LedgerReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.take_in.budget.RECORD_SECONDS", 0.1)
    monkeypatch.setattr("shared.delivery.take_in.rounds.RELEASE_SECONDS", 60.0)
    await held(pool, reader, event("B", 1, "needs:N:1"), event("B", 2, "takes:2"), event("B", 3))

    await release(pool, reader, "N", "C")

    assert sorted(await ledger(pool)) == ["B/1", "C/1", "N/1"]
    assert await dead_letters(pool) == [(TOPIC, 1, "too_slow", "B")]


async def test_an_event_that_releases_more_than_a_transaction_can_take_in_is_taken_in_itself(
    stack: Stack, pool: "Pool", reader: LedgerReader
) -> None:
    dsn = databases.with_database(stack.postgres.dsn(), DATABASE)
    limits = {**LIMITS, "transaction_timeout": "4000"}
    early = [event(f"S{number}", 1, "needs:N:1") for number in range(40)]
    await held(pool, reader, *early)

    class Slow(LedgerReader):
        def decide(self, state: State, item: Item) -> Taken:
            burn(0.2)
            return super().decide(state, item)

    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=limits) as short:
        left = await release(short, Slow(), "N")

    assert left == []
    assert (await ledger(pool))[:2] == ["N/1", "S0/1"]
    assert len(await ledger(pool)) + await pool.fetchval("SELECT count(*) FROM held") == 41
    assert await dead_letters(pool) == []
