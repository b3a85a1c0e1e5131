"""Keys whose decision failed, and the records that wait behind them."""

from collections.abc import Sequence
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from shared.messaging.outbox import encode_headers
from shared.messaging.records import Record
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


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
        [record.topic for _, record in waiting],
        [record.partition for _, record in waiting],
        [record.offset for _, record in waiting],
        [record.key for _, record in waiting],
        [record.value for _, record in waiting],
        [encode_headers(record.headers) for _, record in waiting],
        [record.at for _, record in waiting],
    )
