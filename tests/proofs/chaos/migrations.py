"""Kills migrations between two steps: the next run must continue where they stopped."""

import asyncio
import signal
from collections.abc import Mapping
from typing import Any

import asyncpg

from deploy.local.stack import Stack
from deploy.provision import databases
from shared.contracts.services import SERVICES

_DATABASE = "chaos_migrations"
_SCHEMA = (
    "SELECT component || number, checksum, '' FROM schema_migrations UNION ALL"
    " SELECT table_name || '.' || column_name, data_type, coalesce(column_default, '')"
    " FROM information_schema.columns WHERE table_schema = 'public' UNION ALL"
    " SELECT relname, relacl::text, '' FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S') ORDER BY 1, 2"
)
_STEPS = 50


def kill_migrations(
    stack: Stack, environment: Mapping[str, str], *, times: int
) -> tuple[int, list[str]]:
    """Kill migrations at one step after another; return how many, and what went wrong."""
    kills, wrong = 0, []
    while kills < times:
        for service in SERVICES:
            asyncio.run(_make(stack, service))
            code = -signal.SIGKILL
            for _ in range(_STEPS):  # each run comes one step further
                code, _ = _migrate(stack, service, environment, crash=kills < times)
                if code != -signal.SIGKILL:
                    break
                kills += 1
            if code != 0:
                wrong.append(f"the migration of {service} ended with status {code}")
            elif not asyncio.run(_is_whole(stack, service)):
                wrong.append(f"the migration of {service} is not what it is in one go")
    asyncio.run(databases.drop(stack.postgres.dsn(), _DATABASE))
    return kills, wrong


def _migrate(
    stack: Stack, service: str, environment: Mapping[str, str], *, crash: bool
) -> tuple[int, str]:
    more = {**environment, **stack.as_owner(service), "CONTINUUM_POSTGRES_DATABASE": _DATABASE}
    if crash:
        more["CRASH_AT"] = "migration.between_steps:1"
    return stack.ask(service, "migrate", environment=more)


async def _make(stack: Stack, service: str) -> None:
    await databases.drop(stack.postgres.dsn(), _DATABASE)
    await databases.make(stack.postgres.dsn(), _DATABASE, service=service)


async def _is_whole(stack: Stack, service: str) -> bool:
    """Compare with the service's own database, migrated in one go."""
    made = databases.with_database(stack.dsn(service), _DATABASE)
    return await _schema(made) == await _schema(stack.dsn(service))


async def _schema(dsn: str) -> list[Any]:
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch(_SCHEMA)]
    finally:
        await connection.close()
