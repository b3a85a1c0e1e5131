"""Metrics: what waits for the office, and what the office waits for; equal in every process."""

from typing import Any

from asyncpg import Pool

from services.desk import store
from services.desk.work.items import KINDS
from shared.business_clock import BusinessClock
from shared.process import metrics


async def show(pool: "Pool[Any]", *, clock: BusinessClock) -> None:
    """Set the metrics from the database. Raises Postgres and network errors unchanged."""
    async with pool.acquire() as connection:
        at = clock.at(await store.read_now(connection))
        counted = await store.count_items(connection, at=at)
        unanswered = await store.measure_unanswered(connection)
    items, oldest = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0.0)
    for each in counted:
        items[each.kind] = items.get(each.kind, 0) + each.items
        oldest[each.kind] = max(oldest.get(each.kind, 0.0), each.oldest)
    metrics.replace(metrics.WORK_ITEMS, "desk", items)
    metrics.replace(metrics.WORK_ITEM_AGE, "desk", oldest)
    metrics.ACT_WAITS.labels("desk").set(unanswered)
