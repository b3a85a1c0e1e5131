"""Counts the round trips of a pool to Postgres."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from shared.postgres.pool import LIMITS, leave_as_it_is


@asynccontextmanager
async def counted(dsn: str) -> AsyncIterator[tuple["asyncpg.Pool[Any]", list[str]]]:
    """
    Give a pool of one connection, and the list of the statements that it executes.

    Each is one round trip; what COPY sends is not listed.
    """
    executed: list[str] = []

    async def follow(connection: Any) -> None:
        connection.add_query_logger(lambda query: executed.append(query.query))

    async with asyncpg.create_pool(
        dsn, min_size=1, max_size=1, server_settings=LIMITS, init=follow, reset=leave_as_it_is
    ) as pool:
        yield pool, executed
