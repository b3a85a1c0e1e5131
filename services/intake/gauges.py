"""The gauge of requests; every process of intake reports the same value."""

from typing import Any

from asyncpg import Pool

from services.intake import store
from shared.process import metrics


async def show(pool: "Pool[Any]") -> None:
    """Set the gauge from the database. Raises errors of Postgres and the network."""
    async with pool.acquire() as connection:
        metrics.KNOWN.labels("intake").set(await store.count_requests(connection))
