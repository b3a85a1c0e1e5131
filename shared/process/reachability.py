"""Asks Kafka and Postgres every second whether they answer, for ``/ready``."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from shared.process.outages import TRANSIENT
from shared.process.probes import Health

_EVERY_SECONDS = 1.0
_WITHIN_SECONDS = 2.0


async def watch(what: str, ask: Callable[[], Awaitable[Any]], *, health: Health) -> None:
    """Record in *health* since when *what* has not answered; remove the entry once it answers."""
    while True:
        # Before asking: with a frozen server, even the cancelled request may not return.
        health.unreachable.setdefault(what, time.monotonic())
        with suppress(*TRANSIENT):
            async with asyncio.timeout(_WITHIN_SECONDS):
                await ask()
            del health.unreachable[what]
        await asyncio.sleep(_EVERY_SECONDS)
