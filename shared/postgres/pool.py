"""Connections to a service's database, with limits so that a frozen process blocks no other."""

from typing import Any

import asyncpg
from asyncpg import Connection, Pool

from shared.process.settings import ServiceSettings

# Timeouts: a frozen process keeps its row locks, and its successor would wait forever, so the
# server ends the frozen session.
# Planner: batches look keys up by index. For a new, small table the planner would choose a scan
# and keep that plan while the table grows (27 ms instead of 2 ms a batch). It also overestimates
# the length of arrays and would replan every statement, which took half of a small batch's time.
LIMITS = {
    "idle_in_transaction_session_timeout": "4000",
    "transaction_timeout": "20000",
    "statement_timeout": "15000",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "timezone": "UTC",
}


def _address(settings: ServiceSettings) -> dict[str, Any]:
    return {
        "host": settings.postgres_host,
        "port": settings.postgres_port,
        "database": settings.postgres_database,
        "user": settings.postgres_user,
        "password": settings.postgres_password.get_secret_value(),
        "timeout": 10,
    }


async def create_pool(settings: ServiceSettings, *, name: str) -> "Pool[Any]":
    """Return a small pool; *name* is shown in ``pg_stat_activity``."""
    return await asyncpg.create_pool(
        **_address(settings),
        min_size=2,
        max_size=8,
        command_timeout=20,
        server_settings={**LIMITS, "application_name": name},
        reset=leave_as_it_is,
    )


async def leave_as_it_is(connection: "Connection[Any]") -> None:
    """Skip asyncpg's reset on release: no session state outlives a transaction here."""


async def connect(
    settings: ServiceSettings,
    *,
    name: str,
    limits: dict[str, str] | None = None,
    patience: float = 20,
) -> "Connection[Any]":
    """
    Return a connection outside the pool, with *limits* as its session settings.

    *patience* is the timeout of a statement, in seconds.
    """
    own = LIMITS if limits is None else limits
    connection: Connection[Any] = await asyncpg.connect(
        **_address(settings),
        command_timeout=patience,
        server_settings={**own, "application_name": name},
    )
    return connection
