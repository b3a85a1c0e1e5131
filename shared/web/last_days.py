"""The last days that people fill in, and when each ends. Pure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.contracts.years import YEARS


def end_of(day: str, zone: ZoneInfo) -> datetime:
    """Return when a *day*, such as 2026-03-31, ends. Raises ValueError if no message can."""
    last = date.fromisoformat(day)
    if last.year not in YEARS or (last + timedelta(days=1)).year not in YEARS:
        raise ValueError("a year that no message has")
    return datetime.combine(last + timedelta(days=1), time(), zone)
