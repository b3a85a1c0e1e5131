"""Growing delays between attempts."""

import time
from collections.abc import Callable, Sequence
from math import inf

DELAYS: tuple[float, ...] = (0.1, 0.25, 0.5, 1, 2, 5, 10)
FORGET_SECONDS = 30


class Backoff:
    """
    Counts consecutive failures; the delay after each comes from *delays*, whose last one repeats.

    Call `reset` after a success. Work that returns only by failing has no success to report: with
    *forget_after*, a failure that many seconds after the last delay counts as the first.
    """

    __slots__ = ("_clock", "_delays", "_forget_after", "_resumed", "failures")

    def __init__(
        self,
        delays: Sequence[float] = DELAYS,
        *,
        forget_after: float = inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._delays = delays
        self._forget_after = forget_after
        self._clock = clock
        self._resumed = clock()
        self.failures = 0

    def next_delay(self) -> float:
        """Count a failure; return the seconds to wait before the next attempt."""
        now = self._clock()
        if now - self._resumed > self._forget_after:
            self.failures = 0
        delay = self._delays[min(self.failures, len(self._delays) - 1)]
        self.failures += 1
        self._resumed = now + delay
        return delay

    def reset(self) -> None:
        """Forget the failures."""
        self.failures = 0
