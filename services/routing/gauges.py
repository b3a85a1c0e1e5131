"""Metrics of waiting requests and running clocks; each routing process exports the same."""

from typing import Any

from asyncpg import Pool

from services.routing import store
from shared.business_clock import REAL_TIME, BusinessClock
from shared.process import metrics

_OFFER = "offer_answer."


async def show(pool: "Pool[Any]", *, clock: BusinessClock = REAL_TIME) -> None:
    """Set the metrics from the database. Lets errors of Postgres and the network through."""
    async with pool.acquire() as connection:
        waiting = await store.count_waiting(connection)
        clocks = await store.count_clocks(connection, clock)
    metrics.replace(metrics.WAITLIST, "routing", waiting)
    running = {name: n for name, (n, _) in clocks.items() if n}
    metrics.replace(metrics.OBLIGATIONS, "routing", running)
    metrics.replace(metrics.OVERDUE, "routing", {name: n for name, (_, n) in clocks.items()})
    offers = sum(running for name, (running, _) in clocks.items() if name.startswith(_OFFER))
    metrics.OFFERS.labels("routing").set(offers)
