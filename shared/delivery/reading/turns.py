"""
When a consumer may fetch again: the longer a batch takes, the later the next fetch.

A turn is a fetch, the batch that takes in its records, and the relay's sends after it. It costs
nearly the same for one record as for ten, so on a busy machine fewer turns are faster.
"""

import time
from collections.abc import Callable
from math import inf

LONGEST_SECONDS = 0.03
"""Longest time from the beginning of a batch to the next fetch."""
PACE = 3
"""Time from the beginning of a batch to the next fetch, in durations of that batch."""


class Turns:
    """
    The clock of one consumer.

    Topics are fetched again `PACE` durations of the last batch after it began, or after
    `LONGEST_SECONDS` if that is sooner: under full load records arrive while a batch runs.
    Batched topics gather for *gather_seconds* instead. After a silence both have passed, so
    the first record is taken in at once.
    """

    def __init__(
        self, *, gather_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._gather_seconds = gather_seconds
        self._clock = clock
        self._began = -inf
        self._duration: float | None = 0.0
        """Of the last batch; None while it runs."""
        self._gathered = -inf

    def begin(self, *, gathers: bool) -> None:
        """Note that a batch begins; *gathers*: it took all waiting records of batched topics."""
        self._began = self._clock()
        self._duration = None
        if gathers:
            self._gathered = self._began

    def end(self) -> None:
        """Note that the batch has been taken in; does nothing if none is running."""
        if self._duration is None:
            self._duration = self._clock() - self._began

    def left(self, *, batched: bool) -> float:
        """Return the seconds until batched topics, or the others, may be fetched."""
        if batched:
            return self._gathered + self._gather_seconds - self._clock()
        interval = LONGEST_SECONDS
        if self._duration is not None:
            interval = min(interval, PACE * self._duration)
        return self._began + interval - self._clock()
