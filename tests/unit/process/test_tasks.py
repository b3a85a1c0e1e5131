import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, cast

import pytest

from services.notifications import app as notifications
from services.notifications.settings import Settings as NotificationsSettings
from services.reporting import app as reporting
from services.reporting.settings import Settings as ReportingSettings
from services.routing import app as routing
from services.routing.settings import Settings as RoutingSettings
from shared.process.tasks import AT_ONCE, LATER, SOON, Task, run_periodically

FOR_EVER = 3600.0


class Step:
    """A step that returns the given pauses one after the other, and then repeats the last one."""

    def __init__(self, *pauses: timedelta) -> None:
        self._pauses = pauses
        self.calls = 0
        self.during: Callable[[], None] = lambda: None

    async def __call__(self, _: Any) -> timedelta:
        pause = self._pauses[min(self.calls, len(self._pauses) - 1)]
        self.calls += 1
        self.during()
        await asyncio.sleep(0)  # gives way, as a statement to Postgres would
        return pause


@asynccontextmanager
async def called(step: Step, **task: Any) -> AsyncIterator[None]:
    running = asyncio.create_task(run_periodically(Task("it", step, **task), cast(Any, None)))
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def let_run() -> None:
    for _ in range(50):
        await asyncio.sleep(0)  # lets the task run as far as it can without time passing


async def test_a_step_is_called_again_while_there_may_be_more() -> None:
    step = Step(AT_ONCE, AT_ONCE, LATER)
    async with called(step, every=FOR_EVER):
        await let_run()
    assert step.calls == 3


async def test_a_wake_during_a_step_calls_it_once_more() -> None:
    """Given work that arrives between the step and the wait, it does not wait."""
    wake = asyncio.Event()
    step = Step(LATER)
    step.during = lambda: wake.set() if step.calls == 1 else None
    async with called(step, every=FOR_EVER, wake=wake):
        await let_run()
        assert step.calls == 2
        wake.set()
        await let_run()
    assert step.calls == 3


@pytest.mark.parametrize(
    ("pause", "every"), [(timedelta(seconds=0.2), FOR_EVER), (timedelta(hours=1), 0.2)]
)
async def test_it_waits_for_the_due_time_or_the_poll_whichever_is_first(
    pause: timedelta, every: float
) -> None:
    step = Step(pause, LATER) if every == FOR_EVER else Step(pause)
    async with called(step, every=every):
        await let_run()
        assert step.calls == 1
        async with asyncio.timeout(5):
            while step.calls < 2:
                await asyncio.sleep(0.005)  # the pause of the task has to pass


def test_a_batch_wakes_only_tasks_that_get_work_from_batches() -> None:
    services = [
        routing.build(RoutingSettings.model_construct()),
        notifications.build(NotificationsSettings.model_construct()),
        reporting.build(ReportingSettings.model_construct(public_host="127.0.0.1", public_port=0)),
    ]
    tasks = [task for service in services for task in service.tasks]

    assert len(tasks) > 1
    assert [task.name for task in tasks if task.wake is not None] == ["matcher"]


def test_wait_times_are_ordered_now_soon_later() -> None:
    assert min([LATER, SOON]) == SOON
    assert min([LATER, SOON, AT_ONCE]) == AT_ONCE
