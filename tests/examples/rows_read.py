"""Counts the rows that a statement reads, as Postgres counts them itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from deploy.local.stack import Stack
from shared.postgres.pool import LIMITS
from tests.examples.roles import as_owner

_COUNTED = (
    "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables)"
    "     + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)"
)
"""Entries of indexes count instead of the rows that they lead to: some scans read them alone."""


@asynccontextmanager
async def filled(
    stack: Stack, dsn: str, service: str, *statements: str, analyzed: bool
) -> AsyncIterator["Pool[Any]"]:
    """
    Yield a pool of a service's database in which *statements* have made rows.

    Without *analyzed*, Postgres plans as for tables of which it does not know much yet.
    """
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await _as_owner(stack, dsn, service, *statements, *(["ANALYZE"] if analyzed else []))
        yield pool


async def analyze(stack: Stack, dsn: str, service: str) -> None:
    """Analyze a service's database as its owner: the service may not, and would only be warned."""
    await _as_owner(stack, dsn, service, "ANALYZE")


async def _as_owner(stack: Stack, dsn: str, service: str, *statements: str) -> None:
    connection = await asyncpg.connect(as_owner(stack, dsn, service))
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def rows_read_by(pool: "Pool[Any]", sql: str, *arguments: Any) -> int:
    """Return how many rows a statement reads; what it changes is rolled back."""
    async with pool.acquire() as connection:
        before = await rows_read(connection)
        transaction = connection.transaction()
        await transaction.start()
        await connection.fetch(sql, *arguments)
        await transaction.rollback()
        return await rows_read(connection) - before


async def rows_read(connection: "PoolConnectionProxy[Any]") -> int:
    """Return how many rows the sessions of this database have read, all of this one included."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    return int(await connection.fetchval(_COUNTED))
