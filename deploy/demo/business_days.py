"""The business days of the demonstration: when they begin, and how fast they pass."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from deploy.participants.agencies import reference
from services.reporting.months import Month, due_at
from shared.business_clock import REAL_TIME, BusinessClock
from shared.clocks import working_time
from shared.contracts.reference import Calendar

DAYS = 20
"""How many business days are played."""
START = datetime.fromisoformat("2027-01-26T08:00:00-05:00")
"""
When they begin, at the earliest: in the last week of January. February is short: its figures are
published soon after the last day, and correct those of January.
"""
_EVENING = timedelta(hours=18)
_RATE = 28_800
"""A day takes 3 seconds; a business day, with its part of the weekends, takes 4.3."""
_START_SECONDS = 6
"""About how long the services take to start. Should they take longer, the days begin later."""
_PREPARED_SECONDS = 8
"""How long it takes to prepare Kafka and Postgres where the services keep up with these days."""
_SLOWEST = 2


class BusinessDays:
    """Counts working days by ``clock``; the first one is that of `begin`."""

    def __init__(self, clock: BusinessClock = REAL_TIME) -> None:
        self.clock = clock
        self.slowness = 1.0
        """How many times as long as usual a day takes: longer on a slow or busy machine."""
        self._calendar = Calendar.model_validate(reference("rulesets")[-1]["calendar"])
        self._zone = ZoneInfo(self._calendar.zone)
        self._first: datetime | None = None

    def start_clock(self, *, prepared_in: float = 0) -> BusinessClock:
        """
        Start the clock shortly before the first day, and return it.

        How long it took to prepare Kafka and Postgres, in seconds, tells how fast days may pass.
        """
        self.slowness = min(max(prepared_in / _PREPARED_SECONDS, 1), _SLOWEST)
        start = START - timedelta(seconds=_START_SECONDS * _RATE)
        rate = round(_RATE / self.slowness)
        self.clock = BusinessClock(datetime.now(UTC), start.astimezone(UTC), rate)
        return self.clock

    @property
    def day_seconds(self) -> float:
        """How long a day takes, in real time."""
        return self.clock.pause(timedelta(days=1)).total_seconds()

    def now(self) -> datetime:
        """Return the business time."""
        return self.clock.at(datetime.now(UTC))

    def after(self, days: int, *, start: datetime | None = None) -> datetime:
        """Return the moment *days* working days after *start* (by default, now)."""
        left = days * working_time.DAY
        found = working_time.after(start or self.now(), left, self._calendar)
        assert found is not None, "the calendar has ended"
        return found

    def morning_after(self, days: int) -> datetime:
        """Return the beginning of the working day that is *days* working days from now."""
        return self._midnight(self.after(days))

    async def begin(self) -> None:
        """Wait for the first working day."""
        await self.wait_until(max(START, self.after(0)))
        self._first = self.now()

    async def wait_until(self, moment: datetime) -> None:
        """Wait until the business time is *moment*."""
        await asyncio.sleep(self.clock.pause(moment - self.now()).total_seconds())

    @property
    def end(self) -> datetime:
        """The evening of the last day."""
        assert self._first is not None, "the days have not begun"
        return self.after(DAYS - 1, start=self._midnight(self._first)) + _EVENING

    def between(self, start: datetime, end: datetime) -> int:
        """Return how many whole working days lie between *start* and *end*."""
        return working_time.between(start, end, self._calendar) // working_time.DAY

    def months_due(self) -> range:
        """Return how many monthly releases to expect: one more may come during the count."""
        month, due = self.month_of(self._first or START), 0
        while due_at(month, self._calendar) <= self.now():
            month, due = month.next(), due + 1
        return range(due, due + 2)

    def month_of(self, moment: datetime) -> Month:
        """Return the month of *moment*."""
        return Month.of(moment, zone=self._calendar.zone)

    async def figures_due(self, month: Month) -> None:
        """Wait until the figures of *month* are due."""
        await self.wait_until(due_at(month, self._calendar))

    def label(self) -> str:
        """Return which working day it is, with its date; empty before the first one."""
        if self._first is None:
            return ""
        now = self.now()
        gone = working_time.between(self._midnight(self._first), now, self._calendar)
        return f"day {-(-gone // working_time.DAY):2}, {now.astimezone(self._zone):%a %b %d}"

    def _midnight(self, moment: datetime) -> datetime:
        return datetime.combine(moment.astimezone(self._zone).date(), time(), self._zone)
