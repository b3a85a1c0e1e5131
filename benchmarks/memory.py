"""Whether the memory of a process is flat: a straight line through the second half of its load."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression, mean

from benchmarks.measurement import Incomplete

Sample = tuple[float, float, float]
"""Seconds since the load began, resident megabytes, and those of them that it wrote itself."""

FLAT = 0.05
"""The part of its size by which a flat process may grow in an hour."""
LEAST_MINUTES = 30
"""A shorter load is not judged: one grown heap of a megabyte would be a steep line."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How one process grew."""

    name: str
    begin: float
    """Megabytes when the load began."""
    end: float
    per_hour: float
    """
    Megabytes an hour, by the line through the second half: caches fill in the first. Of what the
    process wrote itself: pages of files come and go as the machine's other memory does.
    """
    flat: bool


def growth(name: str, samples: Sequence[Sample]) -> Growth:
    """Fit the line. Flat is who grows by less than 5 % of the mean size in an hour."""
    half = samples[-1][0] / 2
    seconds, sizes, own = zip(*(each for each in samples if each[0] >= half), strict=True)
    per_hour = linear_regression(seconds, own).slope * 3600
    return Growth(
        name=name,
        begin=samples[0][1],
        end=samples[-1][1],
        per_hour=per_hour,
        flat=per_hour < FLAT * mean(sizes),
    )


def resident_megabytes(pids: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    """
    Return the resident set of each process now, and what of it is no file's.

    One that has ended ends the measurement.
    """
    found = {}
    for name, pid in pids.items():
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except FileNotFoundError:
            raise Incomplete(f"{name} has ended") from None
        sizes = dict(line.split(":", 1) for line in status.splitlines())
        if "VmRSS" not in sizes:
            raise Incomplete(f"{name} has ended")
        whole, own = (int(sizes[each].split()[0]) / 1024 for each in ("VmRSS", "RssAnon"))
        found[name] = whole, own
    return found
