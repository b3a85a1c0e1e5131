"""
Working time: the wall-clock time of working days in a calendar's zone, 24 hours each. Pure.

Days off are weekends, holidays and closures. A period that begins on a day off begins with the
next working day. So *n* working days after a moment is the same time of day, *n* working days
later.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.contracts.reference import Calendar

DAY = timedelta(days=1)


class _DaysOff(NamedTuple):
    holidays: frozenset[str]
    closures: tuple[tuple[date, date], ...]


def after(start: datetime, left: timedelta, calendar: Calendar) -> datetime | None:
    """Return when *left* of working time has passed since *start*; None after the last day."""
    off, last = _days_off(calendar), calendar.last_day
    local = _begin(_local(start, calendar), off)
    while (rest := _midnight(local) + DAY - local) <= left:
        if last is not None and local.date() > last:
            return None
        left -= rest
        local = _begin(local + rest, off)
    local += left
    return None if last is not None and local.date() > last else _aware(local, calendar)


def before(end: datetime, left: timedelta, calendar: Calendar) -> datetime:
    """Return the latest moment from which *left* of working time passes until *end*."""
    off = _days_off(calendar)
    local = _local(end, calendar)
    while (gone := _worked(local, off)) < left:
        left -= gone
        local = _midnight(local) if local != _midnight(local) else local - DAY
    return _aware(local - left, calendar)


def between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Return the working time from *start* to *end*; zero if that is earlier."""
    off = _days_off(calendar)
    local, until = _local(start, calendar), _local(end, calendar)
    found = timedelta(0)
    while local < until:
        following = min(_midnight(local) + DAY, until)
        if not _is_off(local.date(), off):
            found += following - local
        local = following
    return found


def _worked(local: datetime, off: _DaysOff) -> timedelta:
    """Return the working time of the day that ends, or that is under way, at *local*."""
    since = _midnight(local) if local != _midnight(local) else local - DAY
    return timedelta(0) if _is_off(since.date(), off) else local - since


def _begin(local: datetime, off: _DaysOff) -> datetime:
    """Return *local* or, on a day off, the beginning of the next working day."""
    while _is_off(local.date(), off):
        local = _midnight(local) + DAY
    return local


def _midnight(local: datetime) -> datetime:
    return datetime.combine(local.date(), time.min)


def _local(moment: datetime, calendar: Calendar) -> datetime:
    """Return the wall-clock time of *moment*, without a zone: days then have 24 hours."""
    return moment.astimezone(ZoneInfo(calendar.zone)).replace(tzinfo=None)


def _aware(local: datetime, calendar: Calendar) -> datetime:
    return local.replace(tzinfo=ZoneInfo(calendar.zone)).astimezone(UTC)


def _is_off(day: date, off: _DaysOff) -> bool:
    return (
        day.weekday() >= 5
        or day.isoformat() in off.holidays
        or any(begin <= day <= end for begin, end in off.closures)
    )


def _days_off(calendar: Calendar) -> _DaysOff:
    closures = tuple((each.from_, each.until) for each in calendar.closures or ())
    return _DaysOff(_holidays(tuple(calendar.holidays)), closures)


@lru_cache(maxsize=16)
def _holidays(dates: tuple[str, ...]) -> frozenset[str]:
    return frozenset(dates)
