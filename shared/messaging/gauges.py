"""The gauges that only the database knows; every process of a service shows the same."""

from collections import Counter
from typing import Any

from asyncpg import Pool

from shared.messaging.records import OUTCOMES, Outcome
from shared.postgres.statements import load_statements
from shared.runtime import metrics

_SQL = load_statements(__package__)


async def show(pool: "Pool[Any]", *, service: str) -> None:
    """Set them to what the database says now. Raises what Postgres or the network raised."""
    row = await pool.fetchrow(_SQL["read_gauges"])
    assert row is not None
    metrics.OUTBOX_ROWS.labels(service).set(row["outbox"])
    metrics.OUTBOX_AGE.labels(service).set(row["age"])
    metrics.HELD.labels(service).set(row["held"])
    metrics.PARKED_KEYS.labels(service).set(row["parked_keys"])
    metrics.SET_ASIDE.labels(service).set(row["set_aside"])
    # What a checkpoint has passed took effect in its transaction, or is in one of these.
    without = sum(row[name] for name in ("outbox", "held", "parked", "dead", "set_aside"))
    metrics.UNACCOUNTED.labels(service).set(without)
    outcomes: Counter[tuple[str, Outcome]] = Counter()
    for counts in await pool.fetch(_SQL["sum_outcomes"]):
        for name in OUTCOMES:
            outcomes[metrics.topic_label(counts["topic"]), name] += counts[name]
    for (label, name), number in outcomes.items():
        metrics.CONSUMED.labels(service, label, name).set(number)
