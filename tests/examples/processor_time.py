"""Processor time in the seconds of one machine, on machines that are slower or share theirs."""

from collections.abc import Callable
from time import thread_time

_LOOPS = 20_000
_LOOPS_TAKE = 0.0033
"""Seconds of the loop below on the machine that the limits of tests were set on."""


def processor_time(work: Callable[[], object]) -> float:
    """
    Return the processor time of *work*, in seconds of the machine that limits were set on.

    A processor that other machines share is slower at times; the same loop before and behind the
    work shows by how much.
    """
    before = _loop()
    began = thread_time()
    work()
    took = thread_time() - began
    return took / max(1.0, (before + _loop()) / 2 / _LOOPS_TAKE)


def _loop() -> float:
    began = thread_time()
    total, seen = 0, {}
    for number in range(_LOOPS):
        seen[str(number & 1023)] = total
        total += number
    return thread_time() - began
