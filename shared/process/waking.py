"""Waits for work, or for the next poll."""

import asyncio
from contextlib import suppress


async def woken(wake: asyncio.Event, *, within: float) -> bool:
    """
    Wait until *wake* is set, at most *within* seconds; return whether it is set.

    Clear it before looking for work, not after, so that work that arrives meanwhile is not missed.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await wake.wait()
    return wake.is_set()
