"""Formats times, durations and tables. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def age(since: datetime, now: datetime) -> float:
    """Return the seconds from *since* to *now*, at least 0 even if clocks disagree."""
    return max((now - since).total_seconds(), 0.0)


def moment(at: datetime | None, now: datetime | None = None) -> str:
    """Return *at* in UTC, and how long ago that was if *now* is given."""
    if at is None:
        return "-"
    text = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return text if now is None else f"{text} UTC ({duration(age(at, now))})"


def duration(seconds: float) -> str:
    """Return a duration in its largest unit, rounded down."""
    return next(
        (f"{seconds // size:.0f} {unit}" for size, unit in _UNITS if seconds >= size), "0 s"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return *rows* below *head* in aligned columns, or ``none``."""
    cells = [head, *rows]
    if len(cells) == 1:
        return ["  none"]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
