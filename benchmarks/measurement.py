"""What a round gives, whoever ran it, and how samples are summed up."""

import math
from collections import Counter
from collections.abc import Sequence
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


def latency(seconds: Sequence[float]) -> Latency:
    """Sum up samples: the smallest one that so many of them do not exceed."""
    ordered = sorted(seconds)
    p50, p99 = (ordered[math.ceil(part * len(ordered)) - 1] for part in (0.50, 0.99))
    return Latency(p50=1000 * p50, p99=1000 * p99)
