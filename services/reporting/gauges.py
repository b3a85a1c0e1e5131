"""Requests by status, as metrics; every process of reporting shows the same."""

from typing import Any

from asyncpg import Pool

from services.reporting import store
from shared.contracts.routing import STATUSES
from shared.runtime import metrics


async def show(pool: "Pool[Any]") -> None:
    """Set it to what the database says now. Raises what Postgres or the network raised."""
    async with pool.acquire() as connection:
        counted = await store.count_statuses(connection)
    metrics.KNOWN.labels("reporting").set(sum(counted.values()))
    metrics.replace(metrics.REQUESTS, "reporting", dict.fromkeys(STATUSES, 0) | counted)
