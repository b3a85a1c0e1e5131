"""When the release of a month is due: on the third working day of the calendar in force."""

from datetime import UTC, datetime

import pytest

from services.reporting.months import Month, due_at
from shared.contracts.reference import Calendar


@pytest.mark.parametrize(
    ("month", "holidays", "due"),
    [
        ("2026-06", [], "2026-07-03"),  # Wednesday, Thursday, Friday
        ("2026-06", ["2026-07-03"], "2026-07-06"),
        ("2026-10", [], "2026-11-04"),  # the first is a Sunday
        ("2026-12", ["2027-01-01"], "2027-01-06"),
    ],
)
def test_a_release_is_due_on_the_third_working_day_after_the_month(
    month: str, holidays: list[str], due: str
) -> None:
    found = due_at(Month.parse(month), Calendar(holidays=holidays))

    assert found.astimezone(UTC).date().isoformat() == due


def test_a_closure_is_no_working_day_and_after_the_calendar_there_are_weekends() -> None:
    storm = {"from": "2026-07-01", "until": "2026-07-02", "reason": "storm"}
    closed = Calendar.model_validate({"closures": [storm]})

    assert due_at(Month(2026, 6), closed) == datetime(2026, 7, 7, 4, tzinfo=UTC)
    ended = Calendar(holidays=["2025-12-25"])
    assert due_at(Month(2026, 6), ended) == datetime(2026, 7, 3, 4, tzinfo=UTC)


def test_a_month_begins_and_ends_at_midnight_of_the_calendars_zone() -> None:
    march = Month(2026, 3)

    assert march.begins_at("America/New_York") == datetime(2026, 3, 1, 5, tzinfo=UTC)
    assert march.ends_at("America/New_York") == datetime(2026, 4, 1, 4, tzinfo=UTC)


def test_the_last_hour_before_midnight_belongs_to_the_month_that_ends() -> None:
    evening = datetime(2026, 4, 1, 3, 59, tzinfo=UTC)

    assert Month.of(evening, zone="America/New_York") == Month(2026, 3)


def test_january_follows_december() -> None:
    assert str(Month.parse("2026-12").next()) == "2027-01"
