"""``python -m benchmarks.recording``: the cost of metrics and log lines per message."""

import os
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from shared.delivery.consumer import Consumer
from shared.delivery.records import Counted, Outcome, Record
from shared.delivery.take_in.take_in import Result
from shared.process import logging

_TOPIC = "cri.int.intake.v1"
_SENT = (("notifications", "topic", "sent"), ("notifications", "none", "not_needed"))
_LIMIT = 5.0


def main() -> int:
    """Print the microseconds per message for batches of 500 and 10; return 1 above the limit."""
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115, the log lines go there
    logging.configure(service="routing", instance="routing-0", level="INFO")
    costs = {size: min(_cost(size) for _ in range(5)) for size in (500, 10)}
    sys.stdout = sys.__stdout__
    shown = ", ".join(f"{cost:.1f} µs in batches of {size}" for size, cost in costs.items())
    print(f"recording: {shown} (limit {_LIMIT:.0f} µs at 500)")
    return 0 if costs[500] < _LIMIT else 1


def _cost(size: int) -> float:
    """Return the microseconds per message of recording a batch of *size* decided records."""
    at = datetime.now(UTC)
    records = [Record(_TOPIC, n % 6, n, None, b"", (), at) for n in range(size)]
    counts: Counter[Outcome] = Counter({"applied": size // 6})
    result = Result(
        {(_TOPIC, partition): counts for partition in range(6)}, appended=3 * size, positions={}
    )
    consumer: Any = SimpleNamespace(_service="routing")
    rounds = 20_000 // size
    counted: Counter[Counted] = Counter()
    began = time.perf_counter()
    for _ in range(rounds):
        for _ in records:
            counted.update(_SENT)
        Consumer._report(consumer, records, result, 0.01)
    return (time.perf_counter() - began) / (rounds * size) * 1e6


if __name__ == "__main__":
    sys.exit(main())
