"""Computes when a clock runs out, by the calendar of the rule set."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.contracts.reference import Calendar, Clock, RuleSet

# For rule sets that do not define the clock (assumed: no source states these lengths).
DEFAULTS: Mapping[str, Clock] = {
    "triage.standard": Clock(amount=2, unit="working_days"),
    "triage.urgent": Clock(amount=4, unit="hours"),
    "offer_answer.standard": Clock(amount=5, unit="working_days"),
    "offer_answer.urgent": Clock(amount=8, unit="hours"),
    "engagement_silence": Clock(amount=30, unit="days"),
}
_LENGTHS = {"hours": 3600, "minutes": 60, "seconds": 1}
_DAY = 86_400


def due_at(ruleset: RuleSet, name: str, *, start: datetime) -> datetime | None:
    """
    Return when the clock *name*, started at *start*, runs out (UTC).

    None if it counts working days and would end after the last day of the calendar.
    """
    clock = ruleset.clocks.get(name) or DEFAULTS[name]
    calendar = ruleset.calendar
    if calendar.seconds_per_day is not None:
        return start + _short(clock, seconds_per_day=calendar.seconds_per_day)
    if clock.unit == "working_days":
        return _after_working_days(start, clock.amount, calendar)
    if clock.unit == "days":
        local = start.astimezone(ZoneInfo(calendar.zone)) + timedelta(days=clock.amount)
        return local.astimezone(UTC)
    return start + timedelta(seconds=clock.amount * _LENGTHS[clock.unit])


def _short(clock: Clock, *, seconds_per_day: int) -> timedelta:
    """Return the clock's length if each day takes *seconds_per_day* seconds (demonstrations)."""
    if clock.unit in ("working_days", "days"):
        return timedelta(seconds=clock.amount * seconds_per_day)
    if clock.unit == "seconds":
        return timedelta(seconds=clock.amount)
    return timedelta(seconds=clock.amount * _LENGTHS[clock.unit] * seconds_per_day / _DAY)


def _after_working_days(start: datetime, amount: int, calendar: Calendar) -> datetime | None:
    """
    Return the same time of day, *amount* working days later.

    A clock started on a day off counts from the beginning of the next working day.
    """
    holidays = _holidays(tuple(calendar.holidays))
    local = start.astimezone(ZoneInfo(calendar.zone))
    if _is_off(local, holidays):
        local = local.replace(hour=0, minute=0, second=0, microsecond=0)
        while _is_off(local, holidays):
            local += timedelta(days=1)
    for _ in range(amount):
        local += timedelta(days=1)
        while _is_off(local, holidays):
            local += timedelta(days=1)
    last = calendar.last_day
    return local.astimezone(UTC) if last is None or local.date() <= last else None


def _is_off(local: datetime, holidays: frozenset[str]) -> bool:
    return local.weekday() >= 5 or local.date().isoformat() in holidays


@lru_cache(maxsize=16)
def _holidays(dates: tuple[str, ...]) -> frozenset[str]:
    return frozenset(dates)
