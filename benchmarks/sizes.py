"""Measures the bytes that Kafka and Postgres store."""

import asyncio

import asyncpg

from deploy.local.stack import Stack
from shared.contracts.services import SERVICES


def kept_bytes(stack: Stack) -> dict[str, int]:
    """Return the bytes of Kafka's topics, by retention, and of each database."""
    for_ever = {each.name for each in stack.topics if each.settings["retention.ms"] == "-1"}
    logs: dict[bool, int] = {True: 0, False: 0}
    for file in stack.state.rglob("*.log"):
        topic, _, number = file.parent.name.rpartition("-")
        if number.isdigit() and topic.startswith("cri."):
            logs[topic in for_ever] += file.stat().st_size
    return {
        "Kafka, kept for ever": logs[True],
        "Kafka, kept for days": logs[False],
        **{f"Postgres, {name}": asyncio.run(_database(stack.dsn(name))) for name in SERVICES},
    }


async def _database(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        size: int = await connection.fetchval("SELECT pg_database_size(current_database())")
        return size
    finally:
        await connection.close()
