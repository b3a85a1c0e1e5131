"""``/alive``, ``/ready`` and ``/metrics``."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared.process import metrics

LOOP_SECONDS = 30
STALL_SECONDS = 300
STUCK_SECONDS = 10
UNREACHABLE_SECONDS = 3


@dataclass(slots=True)
class Health:
    """The process's state; an outage of Kafka or Postgres makes it not ready, but still alive."""

    waiting_for: str = "settings"
    ready: bool = False
    turned_at: float = field(default_factory=time.monotonic)
    stalled_since: float | None = None
    unreachable: dict[str, float] = field(default_factory=dict)
    """``kafka`` or ``postgres`` → when it stopped answering (monotonic clock)."""
    stuck: dict[str, float] = field(default_factory=dict)
    """Partition → since when it has made no progress although records wait."""
    blocked: dict[str, str] = field(default_factory=dict)
    """Partition → its next record, which cannot be taken in, and why."""

    def turn(self) -> None:
        """Record that the main loop is running."""
        self.turned_at = time.monotonic()

    def why_not_ready(self) -> list[str]:
        """Return the reasons why this process is not ready; empty if it is."""
        if not self.ready:
            return [f"waiting for {self.waiting_for}"]
        now = time.monotonic()
        return [
            *(
                f"{what} has not answered for {now - since:.0f} s"
                for what, since in _old(self.unreachable, now, UNREACHABLE_SECONDS)
            ),
            *(f"blocked at {each}" for each in sorted(self.blocked.values())),
            *(
                f"{place} has made no progress for {now - since:.0f} s although records wait"
                for place, since in _old(self.stuck, now, STUCK_SECONDS)
            ),
        ]

    @property
    def alive(self) -> bool:
        """Whether the main loop runs and no partition has been stalled for five minutes."""
        now = time.monotonic()
        stalled = self.stalled_since is not None and now - self.stalled_since > STALL_SECONDS
        return now - self.turned_at < LOOP_SECONDS and not stalled


def _old(since: Mapping[str, float], now: float, seconds: float) -> list[tuple[str, float]]:
    return sorted((what, at) for what, at in since.items() if now - at > seconds)


def routes(health: Health, *, refresh: Callable[[], Awaitable[None]]) -> list[Route]:
    """Return the routes of every service; *refresh* is awaited before each `/metrics` response."""

    async def alive(_: Request) -> Response:
        return PlainTextResponse(
            "alive\n" if health.alive else "stalled\n", 200 if health.alive else 503
        )

    async def ready(_: Request) -> Response:
        why = health.why_not_ready()
        if why:
            return PlainTextResponse("".join(f"{each}\n" for each in why), 503)
        return PlainTextResponse("ready\n")

    async def exposition(_: Request) -> Response:
        await refresh()
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4")

    return [Route("/alive", alive), Route("/ready", ready), Route("/metrics", exposition)]
