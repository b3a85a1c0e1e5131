"""The days on which a report is due by its plan, and those to which they were moved. Pure."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import count, takewhile

from shared.contracts.published_reports import Interval

MONTHS: Mapping[Interval, int] = {"quarter": 3, "half_year": 6}
"""Interval of a plan → its months; what is due once has none."""
_LAST_YEAR = 2199


def months_after(day: date, months: int) -> date:
    """Return the same day of the month *months* later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_days(first: date, every: Interval) -> Iterator[date]:
    """Yield the days of a plan, without later changes."""
    if every == "once":
        yield first
        return
    days = (months_after(first, MONTHS[every] * n) for n in count())
    yield from takewhile(lambda day: day.year <= _LAST_YEAR, days)


def open_days(
    days: Iterable[date], *, done: Collection[date | None], moved: Mapping[date, date]
) -> Iterator[tuple[date, date]]:
    """
    Yield those of a plan's *days* that are not *done*, each with the day on which it is due now.

    *moved* maps a day to the later one that took its place.
    """
    for first in days:
        if first in done:
            continue
        now = first
        while now in moved:  # each change is to a later day
            now = moved[now]
        yield first, now
