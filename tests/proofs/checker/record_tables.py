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
_HAS_MAILS = "SELECT to_regclass('mails') IS NOT NULL"  # an earlier release has not
_MAILS = """
SELECT count(*) FILTER (WHERE state = 'sending' OR (state = 'prepared' AND due_at <= now())),
       coalesce(sum(tries), 0)
  FROM mails
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a service's checkpoints are, and how many rows still have somewhere to go."""

    checkpoints: list[dict[str, Any]]
    outbox: int
    held: int
    mails_under_way: int = 0
    mails_tried: int = 0


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


async def standing(service: str, dsn: str) -> Standing:
    """Return what changes as long as a service has something to do."""
    connection = await asyncpg.connect(dsn)
    try:
        row = await connection.fetchrow(_STANDING)
        assert row is not None
        has_mails = service == "notifications" and await connection.fetchval(_HAS_MAILS)
        mails = await connection.fetchrow(_MAILS) if has_mails else None
        checkpoints = json.loads(row["checkpoints"] or "[]")
        return Standing(checkpoints, row["outbox"], row["held"], *(mails or (0, 0)))
    finally:
        await connection.close()
