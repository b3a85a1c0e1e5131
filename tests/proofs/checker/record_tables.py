"""Dumps every table of a service's database, all as of one moment."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from tests.proofs.checker.lines import new_file

_TABLES = """
SELECT table_name
  FROM information_schema.tables
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
 ORDER BY table_name
"""
_STANDING = """
SELECT (SELECT json_agg(c ORDER BY c.topic, c.partition)::text
          FROM (SELECT topic, partition, next_offset FROM checkpoints) AS c) AS checkpoints,
       (SELECT count(*) FROM outbox) AS outbox,
       (SELECT count(*) FROM held) AS held
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a service's checkpoints are, and how many rows still have somewhere to go."""

    checkpoints: list[dict[str, Any]]
    outbox: int
    held: int


async def write_tables(folder: Path, dsn: str) -> None:
    """Write each table as JSON lines, read in one snapshot."""
    connection = await asyncpg.connect(dsn, server_settings={"timezone": "UTC"})
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            for (table,) in await connection.fetch(_TABLES):
                query = f'SELECT row_to_json(t)::text FROM "{table}" AS t'
                with new_file(folder / f"{table}.jsonl") as file:
                    async for (line,) in connection.cursor(query, prefetch=5000):
                        file.write(line + "\n")
    finally:
        await connection.close()


async def standing(dsn: str) -> Standing:
    """Return what changes as long as a service has something to do."""
    connection = await asyncpg.connect(dsn)
    try:
        row = await connection.fetchrow(_STANDING)
        assert row is not None
        return Standing(json.loads(row["checkpoints"] or "[]"), row["outbox"], row["held"])
    finally:
        await connection.close()
