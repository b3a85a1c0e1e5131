"""Judges whether a process's memory is flat, by linear regression over the load's second half."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression, mean

from benchmarks.measurement import Incomplete

Sample = tuple[float, float, float]
"""Seconds since the load began, resident megabytes, anonymous resident megabytes."""

FLAT = 0.05
"""Maximum growth of a flat process per hour, as a fraction of its size."""
LEAST_MINUTES = 30
"""Shorter loads are not judged: a single megabyte of growth would give a steep slope."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The growth of one process's memory."""

    name: str
    begin: float
    """Megabytes when the load began."""
    end: float
    per_hour: float
    """
    Slope of the second half, in MB/h: caches fill in the first.

    Of anonymous memory only, because file pages come and go with the machine's other memory.
    """
    flat: bool


def growth(name: str, samples: Sequence[Sample]) -> Growth:
    """Return the growth; flat means less than 5 % of the mean size per hour."""
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
    Return name → (resident set, its anonymous part), in megabytes.

    Raises `Incomplete` if a process has ended.
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
