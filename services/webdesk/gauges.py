"""Metrics: the requests that people write and have sent. Every process shows the same."""

from typing import Any

from asyncpg import Pool

from services.webdesk import store
from shared.process import metrics

STATES = ("started", "sent", "accepted", "refused")


async def show(pool: "Pool[Any]") -> None:
    """Set the metrics from the database. Raises Postgres and network errors unchanged."""
    async with pool.acquire() as connection:
        counted = await store.count_drafts(connection)
    metrics.replace(metrics.DRAFTS, "webdesk", {**dict.fromkeys(STATES, 0), **counted})
