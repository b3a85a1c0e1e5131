"""How many requests there are, as a metric; every process of intake shows the same."""

from typing import Any

from asyncpg import Pool

from services.intake import store
from shared.runtime import metrics


async def show(pool: "Pool[Any]") -> None:
    """Set it to what the database says now. Raises what Postgres or the network raised."""
    async with pool.acquire() as connection:
        metrics.KNOWN.labels("intake").set(await store.count_requests(connection))
