"""Waits for Kafka or Postgres: retries with backoff and a log line each time, until a stop."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg
import structlog
from aiokafka.errors import SaslAuthenticationFailed

from shared.delivery.reading.positions import CannotRun
from shared.process import probes
from shared.process.backoff import Backoff
from shared.process.outages import TRANSIENT

log = structlog.get_logger()
# Errors that no retry can heal: wrong credentials, missing rights, a missing database.
PERMANENT = (
    asyncpg.InvalidPasswordError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
)


async def until_available(
    what: str,
    step: Callable[[], Awaitable[Any]],
    *,
    health: probes.Health,
    stopping: "asyncio.Task[Any]",
) -> Any:
    """
    Await *step*; after an outage, retry it with backoff.

    Return its result (True if that is falsy), or None as soon as *stopping* is done. Raise the
    errors in `PERMANENT`, and `Refusal` if Kafka refuses the login.
    """
    health.waiting_for = what
    backoff = Backoff()
    while True:
        health.turn()
        try:
            return await step() or True
        except PERMANENT:
            raise
        except SaslAuthenticationFailed as error:
            raise CannotRun(f"{what} refuses this user or password") from error
        except TRANSIENT as error:
            failure = error
        pause = backoff.next_delay()
        log.warning(f"{what}.not_reached", **{"error.type": type(failure).__name__}, pause_s=pause)
        done, _ = await asyncio.wait([stopping], timeout=pause)
        if done:
            return None


async def unless_stopped(step: Awaitable[None], stopping: "asyncio.Task[Any]") -> None:
    """Await *step*; cancel it when *stopping* is done."""
    running = asyncio.ensure_future(step)
    await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        return
    running.result()
