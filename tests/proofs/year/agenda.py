"""What the participants of the year do, each at its business time."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

from shared.business_clock import BusinessClock

Action = Callable[[], Awaitable[object]]


class Agenda:
    """
    Runs actions at their business times, in that order; actions may add others.

    An action is started when it is due, without waiting for earlier ones to end.
    """

    def __init__(self, clock: BusinessClock) -> None:
        self._clock = clock
        self._due: list[tuple[datetime, int, Action]] = []
        self._order = count()
        self._added = asyncio.Event()
        self._running: set[asyncio.Future[object]] = set()
        self.latest = timedelta()
        """By how much business time the latest action was late."""

    def now(self) -> datetime:
        """Return the business time."""
        return self._clock.at(datetime.now(UTC))

    def at(self, when: datetime, action: Action) -> None:
        """Run *action* at *when*, or at once if that has passed."""
        heapq.heappush(self._due, (when, next(self._order), action))
        self._added.set()

    def after(self, days: float, action: Action) -> None:
        """Run *action* in so many business days of 24 hours, weekends included."""
        self.at(self.now() + timedelta(days=days), action)

    async def run(self, until: datetime) -> None:
        """Run everything that is due before *until*; raise what an action raised."""
        while (now := self.now()) < until:
            self._added.clear()
            while self._due and self._due[0][0] <= now:
                when, _, action = heapq.heappop(self._due)
                self.latest = max(self.latest, now - when)
                self._start(action)
            self._raise_failures()
            following = min(self._due[0][0], until) if self._due else until
            pause = self._clock.pause(following - self.now()).total_seconds()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, min(pause, 1.0))):
                    await self._added.wait()
        await asyncio.gather(*self._running)

    def _start(self, action: Action) -> None:
        self._running.add(asyncio.ensure_future(action()))

    def _raise_failures(self) -> None:
        for done in [each for each in self._running if each.done()]:
            self._running.discard(done)
            done.result()
