"""``/ready`` reports whether records are taken in, and if not, why."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.applications import Starlette

from shared.process import reachability
from shared.process.probes import Health, routes

OUTAGE = ConnectionRefusedError()


async def nothing() -> None:
    """Count nothing."""


async def ready(health: Health) -> tuple[int, str]:
    """Return status and body of ``/ready``."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/ready", "headers": [], "query_string": b""}
    await Starlette(routes=routes(health, refresh=nothing))(scope, receive, send)
    return sent[0]["status"], sent[1]["body"].decode()


def started(**since: float) -> Health:
    """Return the health of a running process; *since* in seconds before now."""
    now = time.monotonic()
    return Health(ready=True, **{name: {"it": now - ago} for name, ago in since.items()})  # type: ignore[arg-type]


async def test_before_the_first_assignment_ready_names_what_is_awaited() -> None:
    assert await ready(Health(waiting_for="kafka")) == (503, "waiting for kafka\n")


async def test_without_problems_it_is_ready() -> None:
    assert await ready(started()) == (200, "ready\n")


@pytest.mark.parametrize(
    ("since", "status", "says"),
    [
        ({"unreachable": 1}, 200, "ready"),
        ({"unreachable": 12}, 503, "it has not answered for 12 s"),
        ({"stuck": 5}, 200, "ready"),
        ({"stuck": 45}, 503, "it has made no progress for 45 s although records wait"),
    ],
    ids=str,
)
async def test_short_problems_are_ignored_and_lasting_ones_named(
    since: dict[str, float], status: int, says: str
) -> None:
    assert await ready(started(**since)) == (status, f"{says}\n")


async def test_a_blocked_partition_is_named_at_once() -> None:
    health = started()
    health.blocked["t/0"] = "t/0/7: not_taken_in"

    assert await ready(health) == (503, "blocked at t/0/7: not_taken_in\n")


async def watched(ask: Callable[[], Awaitable[Any]], monkeypatch: pytest.MonkeyPatch) -> Health:
    """Return the health of a process after *ask* ran several times."""
    monkeypatch.setattr(reachability, "_EVERY_SECONDS", 0.001)
    monkeypatch.setattr(reachability, "_WITHIN_SECONDS", 0.01)
    health = Health()
    task = asyncio.create_task(reachability.watch("postgres", ask, health=health))
    await asyncio.wait([task], timeout=0.2)
    unreachable = dict(health.unreachable)
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    return Health(unreachable=unreachable)


async def test_a_dependency_that_answers_is_not_unreachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def answers() -> None: ...

    assert (await watched(answers, monkeypatch)).unreachable == {}


async def test_a_failing_dependency_is_unreachable_since_its_first_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[float] = []

    async def fails() -> None:
        asked.append(time.monotonic())
        raise OUTAGE

    health = await watched(fails, monkeypatch)

    assert len(asked) > 1
    assert health.unreachable["postgres"] <= asked[0]


async def test_a_dependency_that_blocks_even_a_cancelled_check_is_unreachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def frozen() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.Event().wait()

    assert "postgres" in (await watched(frozen, monkeypatch)).unreachable


async def test_a_dependency_that_answers_again_is_reachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([OUTAGE, OUTAGE])

    async def comes_back() -> None:
        if (failure := next(answers, None)) is not None:
            raise failure

    assert (await watched(comes_back, monkeypatch)).unreachable == {}
