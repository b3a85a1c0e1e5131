"""Takes in records that wait for an event of another topic: overdue, or answered already."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asyncpg import Pool

from shared.delivery.take_in.checkpoints import Steps
from shared.delivery.take_in.reader import Reader
from shared.delivery.take_in.rounds import RELEASED_AT_ONCE, take_in_released
from shared.delivery.take_in.rows import record_of
from shared.postgres.statements import load_statements

_SQL = load_statements("shared.delivery")


async def count_waiting(pool: "Pool[Any]", *, topic: str, for_topic: str) -> int:
    """Return how many records of *topic* are held until an event of *for_topic*."""
    found: int = await pool.fetchval(_SQL["count_held"], topic, for_topic)
    return found


async def take_in_overdue(
    pool: "Pool[Any]",
    reader: Reader[Any],
    *,
    topic: str,
    for_topic: str,
    before: datetime,
    service: str,
) -> int:
    """
    Release held records that `count_waiting` counts and that were written *before* a time.

    *reader* must decide them without the event. At most `RELEASED_AT_ONCE` are released; returns
    how many. One transaction; it locks every checkpoint, so that no batch holds or releases a
    record meanwhile. Raises what Postgres or the network raised.
    """
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_SQL["lock_every_checkpoint"])
        rows = await connection.fetch(
            _SQL["release_overdue"], topic, for_topic, before, RELEASED_AT_ONCE
        )
        await _take_in(connection, reader, rows, service=service)
    return len(rows)


async def take_in_answered(
    connection: Any, reader: Reader[Any], *, topic: str, for_topic: str, answer: str, service: str
) -> None:
    """
    Release held records that `count_waiting` counts and that were answered before a restore.

    *answer* is the type of the answers, among the events that the restored tables lacked. Raises
    what Postgres raised.
    """
    rows = await connection.fetch(_SQL["release_answered"], topic, for_topic, answer)
    await _take_in(connection, reader, rows, service=service)


async def _take_in(
    connection: Any, reader: Reader[Any], rows: Sequence[Any], *, service: str
) -> None:
    if rows:
        records = [record_of(row) for row in rows]
        steps = Steps.of_released(records, at=rows[0]["now"])
        await take_in_released(connection, reader, records, steps, service=service, isolate=True)
