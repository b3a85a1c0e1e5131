"""Metrics: requests by status, and releases. Every reporting process shows the same values."""

from typing import Any

from asyncpg import Pool

from services.reporting import store
from shared.contracts.routing import STATUSES
from shared.process import metrics


async def show(pool: "Pool[Any]") -> None:
    """Set the metrics from the database. Raises Postgres and network errors unchanged."""
    async with pool.acquire() as connection:
        counted = await store.count_statuses(connection)
        released, corrected = await store.count_releases(connection)
    metrics.KNOWN.labels("reporting").set(sum(counted.values()))
    metrics.replace(metrics.REQUESTS, "reporting", dict.fromkeys(STATUSES, 0) | counted)
    metrics.RELEASES.show("reporting", {(): released})
    metrics.CORRECTIONS.show("reporting", {(): corrected})
