"""Coverage of crash points: how often each was reached, how often it killed a process."""

from collections.abc import Collection, Mapping

Report = Mapping[str, tuple[int, int]]


def lines(report: Report) -> list[str]:
    """Return a line for each crash point."""
    return [
        f"{point:32} reached {reached:7}, killed {killed:4}"
        for point, (reached, killed) in report.items()
    ]


def short(report: Report, points: Collection[str], *, least: int) -> list[str]:
    """Return those of *points* at which too few processes were killed."""
    return [point for point, (_, killed) in report.items() if point in points and killed < least]


def shortfalls(report: Report, points: Collection[str], *, least: int) -> list[str]:
    """Return a sentence for each of *points* at which too few processes were killed."""
    return [
        f"{point} was reached {report[point][0]} times and killed {report[point][1]}, of {least}"
        for point in short(report, points, least=least)
    ]
