"""Distinguishes an outage of Postgres from a fault in the data that were written."""

from typing import Any

from asyncpg import Pool

from shared.postgres.statements import load_statements
from shared.process.outages import TRANSIENT

_SQL = load_statements("shared.delivery")


async def can_write(pool: "Pool[Any]") -> bool:
    """Tell whether Postgres carries out a write of no consequence."""
    try:
        await pool.execute(_SQL["write_probe"])
    except TRANSIENT:
        return False
    return True
