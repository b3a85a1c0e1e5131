"""The measurements of a round, the plan of all rounds, and percentiles."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class Incomplete(Exception):
    """A round did not finish. The message says what is missing."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Requests a second, from the first one sent to the last one counted."""

    rate: float
    microseconds: Counter[str]
    """Processor time per request of each process."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles in milliseconds."""

    p50: float
    p99: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.1f} p99 {self.p99:.1f} ms"


@dataclass(frozen=True, slots=True)
class Steady:
    """The measurements of a load of constant rate."""

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
    """Requests a second → measurements."""
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
    """Duration of each constant rate, and of the idle measurement."""
    requests: int = 10_000
    """Requests sent at once to the pipeline."""
    peer_requests: int = 2_000
    """Requests sent at once to the peer."""

    @property
    def warm(self) -> int:
        """Requests to warm up new processes, before anything is measured."""
        return self.requests // 4

    def estimated_seconds(self, versions: int) -> float:
        """Return the duration of all rounds of some versions and the peer, on two cores."""
        steady = (len(self.rates) + 1) * (self.seconds + 4)
        pipeline = 15 + (self.requests + self.warm) / 600 + steady
        peer = 10 + 1.1 * self.peer_requests / 120 + steady
        return 120 + self.rounds * (versions * pipeline + peer)


KAFKA = "kafka"
MEASURING = frozenset({"generator", "watcher"})
"""Processes of the benchmark itself."""


def product_time(microseconds: Mapping[str, int], *, broker: bool = True) -> int:
    """Return the total processor time, without the benchmark's own processes."""
    left_out = MEASURING if broker else MEASURING | {KAFKA}
    return sum(time for name, time in microseconds.items() if name not in left_out)


def latency(seconds: Sequence[float]) -> Latency:
    """Return percentiles of samples in *seconds*, by the nearest-rank method."""
    ordered = sorted(seconds)
    p50, p99 = (ordered[math.ceil(part * len(ordered)) - 1] for part in (0.50, 0.99))
    return Latency(p50=1000 * p50, p99=1000 * p99)
