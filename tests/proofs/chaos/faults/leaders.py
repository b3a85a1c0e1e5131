"""Who leads a service's relay, as Postgres knows it; and taking the lead from outside."""

import asyncio
from typing import Any

import asyncpg

from deploy.local.stack import Stack
from deploy.provision.databases import database_of, with_database
from shared.contracts.services import SERVICES

RELAY_LOCK = 0x72656C61
_LEADER = """
SELECT activity.pid || ' since ' || activity.backend_start
  FROM pg_locks JOIN pg_stat_activity AS activity USING (pid)
 WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = $1
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def connect(stack: Stack, service: str) -> Any:
    """Connect the administrator with a service's database."""
    dsn = with_database(stack.postgres.dsn(), database_of(service))
    return await asyncpg.connect(dsn, timeout=5)


def leaders(stack: Stack) -> dict[str, str | None]:
    """Return the session that leads each service's relay; None where none does."""
    return asyncio.run(_leaders(stack))


async def _leaders(stack: Stack) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for service in SERVICES:
        connection = await connect(stack, service)
        try:
            found[service] = await connection.fetchval(_LEADER, RELAY_LOCK)
        finally:
            await connection.close()
    return found
