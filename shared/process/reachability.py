"""Whether Kafka and Postgres answer, asked again and again, for ``/ready``."""

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
    """Keep in *health* since when *what* has not answered; forget it with the first answer."""
    while True:
        # Before it is asked: a frozen server may keep even the cancelled question waiting.
        health.unreachable.setdefault(what, time.monotonic())
        with suppress(*TRANSIENT):
            async with asyncio.timeout(_WITHIN_SECONDS):
                await ask()
            del health.unreachable[what]
        await asyncio.sleep(_EVERY_SECONDS)
