"""`continuum calendar`: what a person puts into `calendar.define`."""

import json
import sys

import pytest

from continuum import working_days
from continuum.access import NotPossible


def test_the_holidays_of_a_year_include_observed_days_of_the_next() -> None:
    dates, named = working_days.describe(2027)

    found = json.loads("\n".join(dates))
    assert found == sorted(found)
    assert {day[:4] for day in found} == {"2027"}
    assert {"2027-07-05", "2027-12-24", "2027-12-31"} <= set(found)
    assert len(named) == len(found)
    assert named[-1].startswith("2027-12-31 Friday  New Year")


def test_a_holiday_on_a_saturday_is_there_with_its_observed_day() -> None:
    dates, _ = working_days.describe(2026)

    assert {"2026-07-03", "2026-07-04"} <= set(json.loads("\n".join(dates)))


def test_without_the_package_it_says_where_to_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)

    with pytest.raises(NotPossible, match="make setup"):
        working_days.describe(2027)
