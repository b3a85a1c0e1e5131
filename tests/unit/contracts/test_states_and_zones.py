"""The table of states and zones."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.contracts.states_and_zones import STATES, ZONES, day_in, is_zone


def test_there_are_fifty_states_the_district_and_six_outlying_areas() -> None:
    beyond = {"US-DC", "US-AS", "US-GU", "US-MP", "US-PR", "US-UM", "US-VI"}

    assert len(STATES) == len(set(STATES)) == 57
    assert len(set(STATES) - beyond) == 50


def test_every_state_has_a_zone_of_its_own_part_of_the_world() -> None:
    assert all(is_zone(zone) for zone in ZONES.values())


@pytest.mark.parametrize(
    ("state", "zones"),
    [
        ("US-TN", ["America/New_York", "America/Chicago"]),
        ("US-OR", ["America/Boise", "America/Los_Angeles"]),
        ("US-NV", ["America/Denver", "America/Los_Angeles"]),
        ("US-AZ", ["America/Phoenix", "America/Denver"]),
        ("US-IN", ["America/Indiana/Indianapolis", "America/Indiana/Tell_City"]),
        ("US-KY", ["America/Kentucky/Louisville", "America/Chicago"]),
        ("US-TX", ["America/Chicago", "America/Denver"]),
        ("US-FL", ["America/New_York", "America/Chicago"]),
        ("US-ID", ["America/Boise", "America/Los_Angeles"]),
        ("US-AK", ["America/Anchorage", "America/Adak"]),
        ("US-ND", ["America/Chicago", "America/Denver"]),
    ],
)
@pytest.mark.parametrize("month", [1, 7])
def test_no_zone_of_a_state_is_ahead_of_the_one_that_counts(
    state: str, zones: list[str], month: int
) -> None:
    for hour in range(24):
        moment = datetime(2026, month, 15, hour, 30, tzinfo=UTC)

        dates = [moment.astimezone(ZoneInfo(zone)).date() for zone in zones]

        assert day_in(state, moment) == max(dates)


def test_an_unknown_state_has_the_time_zone_utc() -> None:
    assert day_in("US-ZZ", datetime(2026, 3, 2, 23, tzinfo=UTC)) == date(2026, 3, 2)
