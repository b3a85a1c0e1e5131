"""Queries the services' databases; one that does not answer in time is `Unavailable`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import asyncpg

from continuum.access import Access, NotPossible
from continuum.status.observation import Database, Rows, Unavailable
from shared.postgres.statements import load_statements

SECONDS = 4.0
MOST_WAITING = 10_000
_SQL = load_statements("continuum")
T = TypeVar("T")


async def read(access: Access) -> Mapping[str, Database | Unavailable]:
    """Return the state of delivery of every service; queries all databases concurrently."""
    found = await asyncio.gather(*(_ask(access, name, _read) for name in access.services))
    return dict(zip(access.services, found, strict=True))


async def read_waits(access: Access) -> Rows | Unavailable:
    """Return the number of waiting requests, by status and lane, from reporting."""
    return await _ask(access, "reporting", lambda connection: connection.fetch(_SQL["read_waits"]))


async def read_waiting(access: Access) -> Rows | Unavailable:
    """Return the waiting requests, one by one."""
    return await _ask(
        access,
        "reporting",
        lambda connection: connection.fetch(_SQL["read_waiting"], MOST_WAITING),
    )


async def read_offers(access: Access) -> Rows | Unavailable:
    """Return the number of unanswered offers, by provider."""
    return await _ask(
        access, "notifications", lambda connection: connection.fetch(_SQL["read_open_offers"])
    )


async def _ask(
    access: Access, service: str, question: Callable[[Any], Awaitable[T]]
) -> T | Unavailable:
    try:
        async with asyncio.timeout(SECONDS), access.connect(service) as connection:
            return await question(connection)
    except TimeoutError:
        return Unavailable(f"no answer in {SECONDS:.0f} s")
    except (NotPossible, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return Unavailable(str(error) or type(error).__name__)


async def _read(connection: Any) -> Database:
    delivery = await connection.fetchrow(_SQL["read_delivery"])
    return Database(
        now=delivery["now"],
        checkpoints=await connection.fetch(_SQL["read_progress"]),
        delivery=delivery,
        parked=await connection.fetch(_SQL["read_parked"]),
        held=await connection.fetch(_SQL["read_held"]),
        lost=await connection.fetch(_SQL["read_lost"]),
        lost_numbers=await connection.fetch(_SQL["read_lost_numbers"]),
        blocked=await connection.fetch(_SQL["read_blocked"]),
        unreadable=await connection.fetch(_SQL["read_unreadable"]),
    )
