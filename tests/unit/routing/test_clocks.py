from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clocks.lengths import due_at
from shared.contracts.reference import Calendar, Clock
from tests.examples.routing import AT, ruleset

CALENDAR = Calendar(holidays=["2026-03-10", "2026-07-03", "2028-12-25"])


def due(clock: Clock, *, start: datetime = AT, calendar: Calendar = CALENDAR) -> datetime:
    runs_out = due_at(ruleset(clocks={"x": clock}, calendar=calendar), "x", start=start)
    assert runs_out is not None
    return runs_out


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2026-03-02T15:00:00+00:00", 1, "2026-03-03T15:00:00+00:00"),
        ("2026-03-02T15:00:00+00:00", 5, "2026-03-09T14:00:00+00:00"),  # summer time begins
        ("2026-03-06T15:00:00+00:00", 1, "2026-03-09T14:00:00+00:00"),  # over a weekend
        ("2026-03-09T14:00:00+00:00", 1, "2026-03-11T14:00:00+00:00"),  # over a holiday
        ("2026-03-07T15:00:00+00:00", 1, "2026-03-11T04:00:00+00:00"),  # begins on a Saturday
    ],
)
def test_working_days_skip_weekends_and_holidays(start: str, amount: int, expected: str) -> None:
    clock = Clock(amount=amount, unit="working_days")

    runs_out = due(clock, start=datetime.fromisoformat(start))

    assert runs_out == datetime.fromisoformat(expected)


def test_a_day_keeps_the_time_of_day_when_summer_time_begins() -> None:
    assert due(Clock(amount=7, unit="days")) == AT + timedelta(days=7, hours=-1)


def test_hours_are_hours() -> None:
    assert due(Clock(amount=8, unit="hours")) == AT + timedelta(hours=8)


def test_a_demonstration_turns_days_into_seconds() -> None:
    short = Calendar(seconds_per_day=2)

    lengths = {
        unit: due(Clock(amount=12, unit=unit), calendar=short) - AT
        for unit in ("working_days", "days", "hours", "seconds")
    }

    assert lengths == {
        "working_days": timedelta(seconds=24),
        "days": timedelta(seconds=24),
        "hours": timedelta(seconds=1),
        "seconds": timedelta(seconds=12),
    }


def test_a_clock_that_the_rule_set_does_not_name_has_a_default_length() -> None:
    assert due_at(ruleset(), "offer_answer.urgent", start=AT) == AT + timedelta(hours=8)


@given(st.integers(0, 2 * 366 * 24 * 60), st.integers(0, 60))
def test_a_clock_never_runs_out_on_a_day_off(minutes: int, amount: int) -> None:
    begins = AT + timedelta(minutes=minutes)

    runs_out = due(Clock(amount=amount, unit="working_days"), start=begins)

    local = runs_out.astimezone(ZoneInfo(CALENDAR.zone))
    assert runs_out - begins >= timedelta(days=amount) - timedelta(hours=1)
    assert local.weekday() < 5
    assert local.date().isoformat() not in CALENDAR.holidays
