"""Gauges that are read from the database; every process of a service shows the same."""

from collections import Counter, defaultdict
from typing import Any

from asyncpg import Pool

from shared.delivery.counts import decode
from shared.delivery.records import OUTCOMES
from shared.postgres.statements import load_statements
from shared.process import metrics

_SQL = load_statements("shared.delivery")


async def show(pool: "Pool[Any]", *, service: str) -> None:
    """Set the gauges from the database. Raises what Postgres or the network raised."""
    row = await pool.fetchrow(_SQL["read_gauges"])
    assert row is not None
    metrics.OUTBOX_ROWS.labels(service).set(row["outbox"])
    metrics.OUTBOX_AGE.labels(service).set(row["age"])
    metrics.HELD.labels(service).set(row["held"])
    metrics.PARKED_KEYS.labels(service).set(row["parked_keys"])
    metrics.SET_ASIDE.labels(service).set(row["set_aside"])
    # A record before the checkpoint has taken effect, or is in one of these tables.
    without = sum(row[name] for name in ("outbox", "held", "parked", "dead", "set_aside"))
    metrics.UNACCOUNTED.labels(service).set(without)
    outcomes: Counter[tuple[str, ...]] = Counter()
    lost: Counter[tuple[str, ...]] = Counter()
    blocked: dict[str, float] = {}
    for counts in await pool.fetch(_SQL["sum_outcomes"]):
        label = metrics.topic_label(counts["topic"])
        outcomes.update({(label, name): counts[name] for name in OUTCOMES})
        lost[label,] += counts["lost"]
        blocked[label] = 0  # shown as well, so that an alert can tell "none" from "not known"
    metrics.CONSUMED.show(service, outcomes)
    metrics.LOST.show(service, lost)
    for row in await pool.fetch(_SQL["read_blocked"]):
        label = metrics.topic_label(row["topic"])
        blocked[label] = blocked.get(label, 0) + 1
    metrics.replace(metrics.BLOCKED, service, blocked)
    counted: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
    for row in await pool.fetch(_SQL["sum_counts"]):
        name, *labels = decode(row["what"])
        counted[name][tuple(labels)] = row["number"]
    for name, counter in metrics.COUNTED.items():
        counter.show(service, counted[name])
