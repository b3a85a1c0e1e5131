"""Checks of the databases at the end: no rows left over, and reporting's counts are right."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import asyncpg

_LEFT_OVER = ("outbox", "held", "parked", "parked_keys")


async def disagreements(
    dsns: Mapping[str, str], states: Mapping[str, int], *, within: float = 20
) -> list[str]:
    """Return leftover rows and differing counts that remain after ``within`` seconds."""
    connections = {name: await asyncpg.connect(dsn) for name, dsn in dsns.items()}
    deadline = time.monotonic() + within
    try:
        while True:
            wrong = await _left_over(connections) + await _counts(connections["reporting"], states)
            if not wrong or time.monotonic() > deadline:
                return wrong
            await asyncio.sleep(0.1)
    finally:
        await asyncio.gather(*(connection.close() for connection in connections.values()))


async def _left_over(connections: Mapping[str, Any]) -> list[str]:
    wrong = []
    for service, connection in connections.items():
        for table in _LEFT_OVER:
            if number := await connection.fetchval(f"SELECT count(*) FROM {table}"):
                wrong.append(f"{service}: {number} rows are left in {table}")
        dead = await connection.fetchval("SELECT coalesce(sum(dead), 0) FROM checkpoints")
        if dead:
            wrong.append(f"{service}: {dead} dead letters")
    return wrong


async def _counts(reporting: Any, states: Mapping[str, int]) -> list[str]:
    rows = await reporting.fetch(
        "SELECT status, count(*) AS requests FROM requests GROUP BY status"
    )
    counted = {row["status"]: row["requests"] for row in rows}
    return [
        f"reporting counts {counted.get(state, 0)} {state}, the agencies received {number}"
        for state, number in sorted(states.items())
        if counted.get(state, 0) != number
    ]
