"""COPY that raises the same errors as a statement."""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

FEW = 100
"""Most rows that `rows_or_copy` leaves to the caller's statement."""


async def copy_rows(
    connection: "asyncpg.Connection[Any] | PoolConnectionProxy[Any]",
    table: str,
    *,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """
    Append *rows* to *table* by COPY, in the caller's transaction.

    A value that its column cannot hold raises `asyncpg.DataError`, as a statement's argument
    does; asyncpg's own COPY raises the encoder's error unchanged.
    """
    try:
        await connection.copy_records_to_table(table, columns=columns, records=rows)
    except (OverflowError, TypeError, ValueError) as error:
        raise asyncpg.DataError(f"{table}: {type(error).__name__}") from error


async def rows_or_copy(
    connection: "PoolConnectionProxy[Any]",
    table: str,
    *,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> Sequence[Sequence[Any]]:
    """
    Return *rows* for the caller's own statement; append them to *table* here if they are many.

    COPY costs two round trips, an array costs more for each row.
    """
    if len(rows) > FEW:
        await copy_rows(connection, table, columns=columns, rows=rows)
        return ()
    return rows
