"""How long a clock runs, by the rule set and its calendar. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.clocks import working_time
from shared.contracts.reference import Calendar, Clock, RuleSet

# For rule sets that do not define the clock (assumed: no source states these lengths).
DEFAULTS: Mapping[str, Clock] = {
    "triage.standard": Clock(amount=2, unit="working_days"),
    "triage.urgent": Clock(amount=4, unit="hours"),
    "offer_answer.standard": Clock(amount=5, unit="working_days"),
    "offer_answer.urgent": Clock(amount=8, unit="hours"),
    "engagement_silence": Clock(amount=30, unit="days"),
    "rehome": Clock(amount=5, unit="working_days"),
}
_SECONDS = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
_DAY = 86_400
_LONGEST_PAUSE = 20


class Schedule(NamedTuple):
    """When a clock runs out, and when to remind the one who must act; None: never."""

    due_at: datetime | None
    remind_at: datetime | None = None


class Length(NamedTuple):
    """A length of time: ``working`` time, ``days`` in the calendar's zone, or ``elapsed``."""

    unit: str
    left: timedelta


def length_of(ruleset: RuleSet, name: str) -> Length:
    """Return the length of the clock *name*."""
    clock = ruleset.clocks.get(name) or DEFAULTS[name]
    short = ruleset.calendar.seconds_per_day
    if short is not None:
        # Demonstrations: a day takes that many seconds, an hour a twenty-fourth of it.
        if clock.unit == "working_days":
            return Length("elapsed", timedelta(seconds=clock.amount * short))
        seconds = clock.amount * _SECONDS[clock.unit]
        scaled = seconds if clock.unit == "seconds" else seconds * short / _DAY
        return Length("elapsed", timedelta(seconds=scaled))
    if clock.unit == "working_days":
        return Length("working", timedelta(days=clock.amount))
    unit = "days" if clock.unit == "days" else "elapsed"
    return Length(unit, timedelta(seconds=clock.amount * _SECONDS[clock.unit]))


def end_of(length: Length, calendar: Calendar, *, start: datetime) -> datetime | None:
    """
    Return when *length*, begun at *start*, is over (UTC).

    None if it is working time that would end after the last day of the calendar.
    """
    if length.unit == "working":
        return working_time.after(start, length.left, calendar)
    if length.unit == "days":
        local = start.astimezone(ZoneInfo(calendar.zone)) + length.left
        return local.astimezone(UTC)
    return start + length.left


def left_of(length: Length, calendar: Calendar, *, due_at: datetime, at: datetime) -> Length:
    """Return what is left at *at* of *length*, which is over at *due_at*; zero after that."""
    if length.unit == "working":
        return Length("working", working_time.between(at, due_at, calendar))
    return Length("elapsed", max(due_at - at, timedelta(0)))


def due_at(ruleset: RuleSet, name: str, *, start: datetime) -> datetime | None:
    """
    Return when the clock *name*, started at *start*, runs out (UTC).

    None if it counts working days and would end after the last day of the calendar.
    """
    return end_of(length_of(ruleset, name), ruleset.calendar, start=start)


def schedule(ruleset: RuleSet, name: str, *, start: datetime) -> Schedule:
    """Return when the clock *name*, started at *start*, runs out, and when to remind of it."""
    length, calendar = length_of(ruleset, name), ruleset.calendar
    due = end_of(length, calendar, start=start)
    return Schedule(due, None if due is None else reminder_at(length, calendar, due_at=due))


def reminder_at(length: Length, calendar: Calendar, *, due_at: datetime) -> datetime | None:
    """Return when to remind: one working day before; None for clocks of less than two days."""
    day = working_day(calendar)
    if length.left < 2 * day:
        return None
    if calendar.seconds_per_day is not None:
        return due_at - day
    return working_time.before(due_at, day, calendar)


def next_miss(
    calendar: Calendar, *, since: datetime, misses: int, at: datetime
) -> tuple[int, datetime]:
    """
    Return the number of the next miss and when it comes; miss number *misses* came at *since*.

    The time until the next miss doubles: 2, 4, 8 … working days, at most 20. Misses that would
    have come by *at*, during an outage, are skipped. After the calendar's last day, only weekends
    are days off.
    """
    while True:
        pause = min(2**misses, _LONGEST_PAUSE) * working_day(calendar)
        if calendar.seconds_per_day is not None:
            since += pause
        else:
            weekends = Calendar(zone=calendar.zone)
            following = working_time.after(since, pause, calendar)
            since = following or working_time.after(since, pause, weekends) or since + pause
        misses += 1
        if since > at:
            return misses, since


def next_working_day(ruleset: RuleSet, *, start: datetime) -> datetime | None:
    """Return the time one working day after *start*; None after the calendar's last day."""
    day, calendar = working_day(ruleset.calendar), ruleset.calendar
    if calendar.seconds_per_day is not None:
        return start + day
    return working_time.after(start, day, calendar)


def working_day(calendar: Calendar) -> timedelta:
    """Return how long a working day takes."""
    return timedelta(seconds=calendar.seconds_per_day or _DAY)
