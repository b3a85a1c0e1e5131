"""Periodic work that a service does beside its consumer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from asyncpg import Pool

from shared.process.backoff import FORGET_SECONDS, Backoff
from shared.process.outages import TRANSIENT
from shared.process.waking import woken

log = structlog.get_logger()
AT_ONCE = timedelta(0)
"""A step returns this if there may be more to do."""
SOON = timedelta(seconds=0.2)
"""A step returns this if it left work that another process has locked."""
LATER = timedelta.max
"""A step returns this if nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Task:
    """
    Work beside the consumer: ``step`` is called until the service stops.

    The step returns the time until its next call, capped at ``every`` seconds. If batches can
    bring it work, it has a ``wake``, which the consumer sets after each batch to call it at once.
    After an outage of Kafka or Postgres, the call is retried with backoff.
    """

    name: str
    step: Callable[["Pool[Any]"], Awaitable[timedelta]]
    every: float
    wake: asyncio.Event | None = None


async def run_periodically(task: Task, own: "Pool[Any]") -> None:
    """Call the task's step until cancelled, as `Task` describes."""
    backoff = Backoff()
    wake = task.wake or asyncio.Event()
    while True:
        wake.clear()
        try:
            pause = await task.step(own)
            backoff.reset()
        except TRANSIENT as error:
            await _pause(task.name, error, backoff)
            continue
        if pause > AT_ONCE:
            await woken(wake, within=min(pause.total_seconds(), task.every))


async def run_with_restarts(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Await *run*, and again with backoff after each outage; other errors are raised."""
    backoff = Backoff(forget_after=FORGET_SECONDS)
    while True:
        try:
            await run()
        except TRANSIENT as error:
            await _pause(name, error, backoff)


async def _pause(name: str, error: BaseException, backoff: Backoff) -> None:
    pause = backoff.next_delay()
    log.warning(f"{name}.failed", **{"error.type": type(error).__name__}, pause_s=pause)
    await asyncio.sleep(pause)
