"""A wait ends when its event comes, when its time is over, and when it is cancelled."""

import asyncio

import pytest

from shared.process.waking import woken


async def test_a_wait_returns_whether_its_event_was_set() -> None:
    wake = asyncio.Event()

    assert not await woken(wake, within=0.01)

    wake.set()
    assert await woken(wake, within=10)


@pytest.mark.parametrize("steps", range(5))
async def test_a_wait_that_is_cancelled_as_its_event_comes_is_cancelled(steps: int) -> None:
    """If the cancellation is lost, a stopping service's task runs on."""
    wake = asyncio.Event()

    async def wait() -> None:
        while True:
            wake.clear()
            await woken(wake, within=10)

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)  # it has begun to wait
    wake.set()
    for _ in range(steps):
        await asyncio.sleep(0)  # one step of the loop
    waiting.cancel()

    done, _ = await asyncio.wait([waiting], timeout=1)
    waiting.cancel()
    assert done
