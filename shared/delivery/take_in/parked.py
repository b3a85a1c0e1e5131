"""Keys whose decision failed, and the records that wait behind them."""

from collections.abc import Sequence
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from shared.delivery.records import Record
from shared.delivery.take_in.rows import columns_of, record_of
from shared.postgres.statements import load_statements

_SQL = load_statements("shared.delivery")


async def park_keys(
    connection: "PoolConnectionProxy[Any]", failed: Sequence[tuple[str, str, Record]]
) -> None:
    """Park each (key, reason, the record that failed)."""
    if not failed:
        return
    await connection.execute(
        _SQL["park_keys"],
        [key for key, _, _ in failed],
        [reason for _, reason, _ in failed],
        [record.topic for _, _, record in failed],
        [record.partition for _, _, record in failed],
        [record.offset for _, _, record in failed],
    )


async def park(
    connection: "PoolConnectionProxy[Any]", waiting: Sequence[tuple[str, Record]]
) -> None:
    """Keep each record behind its parked key, in order."""
    if not waiting:
        return
    await connection.execute(
        _SQL["park"],
        [key for key, _ in waiting],
        *columns_of([record for _, record in waiting]),
    )


async def release(connection: "PoolConnectionProxy[Any]", key: str) -> list[Record]:
    """Unpark *key*; return, in order, the records that waited behind it."""
    await connection.execute(_SQL["unpark_key"], key)
    rows = await connection.fetch(_SQL["release_parked"], key)
    return [record_of(row) for row in sorted(rows, key=lambda row: row["id"])]
