"""The demonstration's days are working days of the calendar, and cross the end of a month."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.demo.business_days import START, BusinessDays
from services.reporting.months import Month, due_at
from shared.business_clock import BusinessClock
from shared.contracts.reference import Calendar


def days_at(moment: str) -> BusinessDays:
    """Return days whose clock stands at *moment* (its rate is that of real time)."""
    return BusinessDays(BusinessClock(datetime.now(UTC), datetime.fromisoformat(moment)))


def test_the_clock_shows_the_weekend_before_while_the_services_start() -> None:
    clock = BusinessDays().start_clock()

    assert START - timedelta(days=3) < clock.start < START
    assert clock.at(clock.since + timedelta(seconds=60)) > START
    assert clock.pause(timedelta(days=28)) == pytest.approx(timedelta(seconds=84), rel=0.05)


@pytest.mark.parametrize(("prepared_in", "day"), [(5, 3), (8, 3), (12, 4.5), (100, 6)])
def test_days_pass_more_slowly_where_the_preparation_took_longer(
    prepared_in: float, day: float
) -> None:
    days = BusinessDays()

    clock = days.start_clock(prepared_in=prepared_in)

    assert days.day_seconds == pytest.approx(day)
    assert days.slowness == pytest.approx(day / 3)
    assert START - timedelta(days=3) < clock.start < START


async def test_twenty_business_days_have_a_release_between_and_one_soon_after() -> None:
    """Their calendar has a holiday in February."""
    days = days_at("2027-01-26T08:00:00-05:00")

    await days.begin()

    assert days.end == datetime.fromisoformat("2027-02-23T18:00:00-05:00")
    january, february = (due_at(Month(2027, month), Calendar()) for month in (1, 2))
    assert START + timedelta(days=7) < january < days.end - timedelta(days=14)
    assert days.end < february < days.end + timedelta(days=8)


async def test_a_day_is_named_by_its_number_and_a_weekend_by_the_day_before() -> None:
    days = days_at("2027-03-19T09:00:00-04:00")
    assert days.label() == ""

    await days.begin()

    assert days.label() == "day  1, Fri Mar 19"
    saturday = days_at("2027-03-20T09:00:00-04:00")
    days.clock = saturday.clock
    assert days.label() == "day  1, Sat Mar 20"


def test_two_working_days_after_a_friday_is_tuesday() -> None:
    tuesday = datetime.fromisoformat("2027-03-23T00:00:00-04:00")

    assert days_at("2027-03-19T09:00:00-04:00").morning_after(2) == tuesday


@pytest.mark.parametrize(
    ("moment", "due"),
    [("2027-02-02T12:00:00-05:00", 0), ("2027-02-23T18:00:00-05:00", 1),
     ("2027-03-14T12:00:00-05:00", 2)],
)  # fmt: skip
def test_on_a_slow_machine_more_months_are_due(moment: str, due: int) -> None:
    assert days_at(moment).months_due() == range(due, due + 2)
