"""Whether the memory of a process is flat: a straight line through the second half of its load."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression, mean

from benchmarks.measurement import Incomplete

Sample = tuple[float, float]
"""Seconds since the load began, resident megabytes."""

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
    """Megabytes an hour, by the line through the second half: caches fill in the first."""
    flat: bool


def growth(name: str, samples: Sequence[Sample]) -> Growth:
    """Fit the line. Flat is who grows by less than 5 % of the mean size in an hour."""
    half = samples[-1][0] / 2
    seconds, megabytes = zip(*(each for each in samples if each[0] >= half), strict=True)
    per_hour = linear_regression(seconds, megabytes).slope * 3600
    return Growth(
        name=name,
        begin=samples[0][1],
        end=samples[-1][1],
        per_hour=per_hour,
        flat=per_hour < FLAT * mean(megabytes),
    )


def resident_megabytes(pids: Mapping[str, int]) -> dict[str, float]:
    """Return the resident set of each process now; one that has ended ends the measurement."""
    found = {}
    for name, pid in pids.items():
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except FileNotFoundError:
            raise Incomplete(f"{name} has ended") from None
        line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), None)
        if line is None:
            raise Incomplete(f"{name} has ended")
        found[name] = int(line.split()[1]) / 1024
    return found
