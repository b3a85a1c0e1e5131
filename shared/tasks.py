"""What a service does beside its consumer, again and again until it stops."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from asyncpg import Pool

from shared.backoff import FORGET_SECONDS, Backoff
from shared.messaging.outages import TRANSIENT

log = structlog.get_logger()
GAUGES_SECONDS = 2.0
GAUGES_REST = 50
GAUGES_AT_MOST = 15.0


@dataclass(frozen=True, slots=True)
class Task:
    """
    Work beside the consumer: ``step`` is called again and again.

    It returns True when there may be more at once, False to wait ``every`` seconds or until
    ``wake`` is set (the consumer sets it after each batch). When Kafka or Postgres fails it is
    called again after a growing pause.
    """

    name: str
    step: Callable[["Pool[Any]"], Awaitable[bool]]
    every: float
    wake: asyncio.Event = field(default_factory=asyncio.Event)


async def call_for_ever(task: Task, own: "Pool[Any]") -> None:
    """Call the task's step for ever, as `Task` says."""
    backoff = Backoff()
    while True:
        task.wake.clear()
        try:
            more = await task.step(own)
            backoff.reset()
        except TRANSIENT as error:
            await _pause(task.name, error, backoff)
            continue
        if not more:
            with suppress(TimeoutError):
                await asyncio.wait_for(task.wake.wait(), task.every)


async def keep_running(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run what ends only by failing; after an outage again, with growing pauses."""
    backoff = Backoff(forget_after=FORGET_SECONDS)
    while True:
        try:
            await run()
        except TRANSIENT as error:
            await _pause(name, error, backoff)


async def show_for_ever(show: Callable[["Pool[Any]"], Awaitable[None]], own: "Pool[Any]") -> None:
    """Show gauges again and again; a table that takes long to count is counted less often."""
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        with suppress(*TRANSIENT):
            await show(own)
        await asyncio.sleep(gauges_pause(loop.time() - began))


def gauges_pause(took: float) -> float:
    """
    Return how long to rest after counting took so long (seconds).

    A network that is cut for seconds looks like a large table; it must not blind us for minutes.
    """
    return min(max(GAUGES_SECONDS, GAUGES_REST * took), GAUGES_AT_MOST)


async def _pause(name: str, error: BaseException, backoff: Backoff) -> None:
    pause = backoff.next_delay()
    log.warning(f"{name}.failed", **{"error.type": type(error).__name__}, pause_s=pause)
    await asyncio.sleep(pause)
