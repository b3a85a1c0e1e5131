"""Calendar months, and when the release of each is due. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from shared.clocks import working_time
from shared.contracts.reference import Calendar

WORKING_DAYS = 3
"""A release is due on this working day after the month's end."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year, such as ``2026-06``."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month that `str` wrote."""
        year, number = text.split("-")
        return cls(int(year), int(number))

    @classmethod
    def of(cls, moment: datetime, *, zone: str) -> Self:
        """Return the month of *moment* in *zone*."""
        local = moment.astimezone(ZoneInfo(zone))
        return cls(local.year, local.month)

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.number, 1)

    def next(self) -> "Month":
        """Return the month after this one."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def begins_at(self, zone: str) -> datetime:
        """Return when the month begins in *zone*, in UTC."""
        return _midnight(self.first_day, zone)

    def ends_at(self, zone: str) -> datetime:
        """Return when the next month begins in *zone*, in UTC."""
        return self.next().begins_at(zone)


def due_at(month: Month, calendar: Calendar) -> datetime:
    """
    Return when the third working day after the end of *month* begins, in UTC.

    After the calendar's last day only weekends are days off.
    """
    end, days = month.ends_at(calendar.zone), (WORKING_DAYS - 1) * working_time.DAY
    due = working_time.after(end, days, calendar)
    return due or working_time.after(end, days, Calendar(zone=calendar.zone)) or end


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
