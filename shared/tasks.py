"""What a service does beside its consumer, again and again until it stops."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from asyncpg import Pool

from shared.backoff import FORGET_SECONDS, Backoff
from shared.messaging.outages import TRANSIENT
from shared.waking import woken

log = structlog.get_logger()
AT_ONCE = timedelta(0)
"""Returned by a step when there may be more to do."""
SOON = timedelta(seconds=0.2)
"""Returned by a step that left work which another process holds locked."""
LATER = timedelta.max
"""Returned by a step that knows of nothing more to do."""


@dataclass(frozen=True, slots=True)
class Task:
    """
    Work beside the consumer: ``step`` is called again and again.

    It returns the time until its next call, which is at most ``every`` seconds. Work that batches
    bring has a ``wake``, which the consumer sets after each batch: then the call comes at once.
    When Kafka or Postgres fails it comes after a growing pause.
    """

    name: str
    step: Callable[["Pool[Any]"], Awaitable[timedelta]]
    every: float
    wake: asyncio.Event | None = None


async def run_periodically(task: Task, own: "Pool[Any]") -> None:
    """Call the task's step for ever, as `Task` says."""
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
    """Run what ends only by failing; after an outage again, with growing pauses."""
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
