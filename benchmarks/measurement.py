"""What a round of a side measures, and how samples are summed up."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class Incomplete(Exception):
    """A round did not come to its end. The message says what is missing."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Requests a second from the first one sent to the last one counted."""

    rate: float
    microseconds: Counter[str]
    """Processor time per request of each process."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds that half of all took at most, and that 99 of 100 took at most."""

    p50: float
    p99: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.1f} p99 {self.p99:.1f} ms"


@dataclass(frozen=True, slots=True)
class Steady:
    """A load of a constant rate."""

    microseconds: Counter[str]
    """Processor time per request of each process."""
    answers: Latency
    offers: Latency | None
    """None for the peer, which makes no offers."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one side."""

    full: Throughput
    steady: Mapping[int, Steady]
    """By requests a second."""
    idle: Counter[str]
    """Microseconds of processor time per second of each process, without any load."""
    megabytes: Mapping[str, float]
    """The largest resident set of each service."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The loads of a round, and how many rounds there are."""

    rounds: int = 5
    rates: tuple[int, ...] = (20, 50, 100)
    seconds: int = 20
    """Of each constant rate, and of the idle time."""
    requests: int = 10_000
    """Sent at once to the pipeline."""
    peer_requests: int = 2_000
    """Sent at once to the peer."""

    @property
    def warm(self) -> int:
        """Requests before anything is measured, as the processes are new."""
        return self.requests // 4

    @property
    def estimated_seconds(self) -> float:
        """The duration of all rounds, as measured on two cores."""
        steady = (len(self.rates) + 1) * (self.seconds + 4)
        pipeline = 15 + (self.requests + self.warm) / 600 + steady
        peer = 10 + 1.1 * self.peer_requests / 120 + steady
        return 120 + self.rounds * (2 * pipeline + peer)


KAFKA = "kafka"
MEASURING = frozenset({"generator", "watcher"})
"""Processes that are not part of what is measured."""


def product_time(microseconds: Mapping[str, int], *, broker: bool = True) -> int:
    """Return the processor time without the processes that measure."""
    left_out = MEASURING if broker else MEASURING | {KAFKA}
    return sum(time for name, time in microseconds.items() if name not in left_out)


def latency(seconds: Sequence[float]) -> Latency:
    """Sum up samples: the smallest one that so many of them do not exceed."""
    ordered = sorted(seconds)
    p50, p99 = (ordered[math.ceil(part * len(ordered)) - 1] for part in (0.50, 0.99))
    return Latency(p50=1000 * p50, p99=1000 * p99)
