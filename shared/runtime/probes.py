"""``/alive``, ``/ready`` and ``/metrics``."""

import time
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared.runtime import metrics

LOOP_SECONDS = 30
STALL_SECONDS = 300


@dataclass(slots=True)
class Health:
    """What the process knows of itself; nothing outside decides whether it is alive."""

    waiting_for: str = "settings"
    ready: bool = False
    turned_at: float = field(default_factory=time.monotonic)
    stalled_since: float | None = None
    blocked: dict[str, str] = field(default_factory=dict)
    """Partitions whose next record cannot be taken in: which record, and why."""

    def turn(self) -> None:
        """Say that the process's own loop goes round."""
        self.turned_at = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether the loop turned lately and no partition stands still with work before it."""
        now = time.monotonic()
        stalled = self.stalled_since is not None and now - self.stalled_since > STALL_SECONDS
        return now - self.turned_at < LOOP_SECONDS and not stalled


def routes(health: Health) -> list[Route]:
    """Return the routes that every service serves."""

    async def alive(_: Request) -> Response:
        return PlainTextResponse(
            "alive\n" if health.alive else "stalled\n", 200 if health.alive else 503
        )

    async def ready(_: Request) -> Response:
        if not health.ready:
            return PlainTextResponse(f"waiting for {health.waiting_for}\n", 503)
        if health.blocked:
            lines = "".join(f"blocked at {each}\n" for each in sorted(health.blocked.values()))
            return PlainTextResponse(lines, 503)
        return PlainTextResponse("ready\n")

    async def exposition(_: Request) -> Response:
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4")

    return [Route("/alive", alive), Route("/ready", ready), Route("/metrics", exposition)]
