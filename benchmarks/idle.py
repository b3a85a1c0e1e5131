"""Measures the processor time of idle processes."""

import time
from collections import Counter
from collections.abc import Callable

_SETTLE_SECONDS = 5
"""Waited first, because the load before may still be processed."""


def idle(times: Callable[[], Counter[str]], *, seconds: float) -> Counter[str]:
    """Return the microseconds of processor time per second of each process."""
    time.sleep(_SETTLE_SECONDS)
    before, began = times(), time.monotonic()
    time.sleep(seconds)
    after, passed = times(), time.monotonic() - began
    return Counter({name: round((after[name] - before[name]) / passed) for name in after})
