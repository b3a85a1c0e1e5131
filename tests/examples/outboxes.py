"""Reads an outbox, and checks its columns against its JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from shared.contracts.envelope import Summary, summary
from shared.delivery.relay.outbox import DEAD_LETTERS

Outbox = Sequence[Mapping[str, Any]]


async def outbox_of(pool: "asyncpg.Pool[Any]") -> Outbox:
    """Return the rows in order."""
    rows: Outbox = await pool.fetch("SELECT * FROM outbox ORDER BY id")
    for row in rows:
        found = Summary(*(row[name] for name in Summary._fields))
        dead = row["topic"].startswith(DEAD_LETTERS)
        assert found == (Summary() if dead else summary(json.loads(row["value"])))
    return rows


async def events_in(pool: "asyncpg.Pool[Any]", topic: str | None = None) -> list[dict[str, Any]]:
    """Return the events in order; if *topic* is given, only those."""
    rows = [row for row in await outbox_of(pool) if topic in (None, row["topic"])]
    return [json.loads(row["value"]) for row in rows]
