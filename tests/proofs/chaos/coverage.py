"""Coverage of crash points: how often each was reached, how often it killed a process."""

from collections.abc import Mapping

Report = Mapping[str, tuple[int, int]]


def lines(report: Report) -> list[str]:
    """Return a line for each crash point."""
    return [
        f"{point:32} reached {reached:7}, killed {killed:4}"
        for point, (reached, killed) in report.items()
    ]


def short(report: Report, *, least: int) -> list[str]:
    """Return the crash points of running services at which too few processes were killed."""
    return [
        point
        for point, (_, killed) in report.items()
        if killed < least and not point.startswith("migration.")
    ]


def shortfalls(report: Report, *, least: int) -> list[str]:
    """Return a sentence for each crash point at which too few processes were killed."""
    return [
        f"{point} was reached {reached} times and killed {killed}, of {least}"
        for point, (reached, killed) in report.items()
        if killed < least
    ]
