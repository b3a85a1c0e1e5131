"""``/alive``, ``/ready`` and ``/metrics``."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared.runtime import metrics

LOOP_SECONDS = 30
STALL_SECONDS = 300
STANDS_SECONDS = 10
AWAY_SECONDS = 3


@dataclass(slots=True)
class Health:
    """What the process knows of itself; nothing outside decides whether it is alive."""

    waiting_for: str = "settings"
    ready: bool = False
    turned_at: float = field(default_factory=time.monotonic)
    stalled_since: float | None = None
    away: dict[str, float] = field(default_factory=dict)
    """What has not answered, Kafka or Postgres, since when (steady clock)."""
    standing: dict[str, float] = field(default_factory=dict)
    """Partitions that do not move although records are before them, since when."""
    blocked: dict[str, str] = field(default_factory=dict)
    """Partitions whose next record cannot be taken in: which record, and why."""

    def turn(self) -> None:
        """Say that the process's own loop goes round."""
        self.turned_at = time.monotonic()

    def why_not_ready(self) -> list[str]:
        """Return why this process does not take in all that it should; nothing when it does."""
        if not self.ready:
            return [f"waiting for {self.waiting_for}"]
        now = time.monotonic()
        return [
            *(
                f"{what} does not answer since {now - since:.0f} s"
                for what, since in _old(self.away, now, AWAY_SECONDS)
            ),
            *(f"blocked at {each}" for each in sorted(self.blocked.values())),
            *(
                f"{place} stands still with records before it since {now - since:.0f} s"
                for place, since in _old(self.standing, now, STANDS_SECONDS)
            ),
        ]

    @property
    def alive(self) -> bool:
        """Whether the loop turned lately and no partition stands still with work before it."""
        now = time.monotonic()
        stalled = self.stalled_since is not None and now - self.stalled_since > STALL_SECONDS
        return now - self.turned_at < LOOP_SECONDS and not stalled


def _old(since: Mapping[str, float], now: float, seconds: float) -> list[tuple[str, float]]:
    return sorted((what, at) for what, at in since.items() if now - at > seconds)


def routes(health: Health, *, refresh: Callable[[], Awaitable[None]]) -> list[Route]:
    """Return the routes that every service serves; *refresh* is called before `/metrics`."""

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
