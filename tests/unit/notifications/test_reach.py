from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.mail.reach import is_late

FRIDAY = datetime(2026, 3, 13, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "late"),
    [(1, False), (2, False), (3, False), (4, False), (5, True)],
)
def test_somebody_is_late_to_be_reached_after_two_days_without_weekends(
    days: int, late: bool
) -> None:
    assert is_late(FRIDAY, at=FRIDAY + timedelta(days=days)) is late


def test_of_two_working_days_the_last_moment_is_not_late() -> None:
    monday = FRIDAY + timedelta(days=3)

    assert not is_late(monday, at=monday + timedelta(days=2))
    assert is_late(monday, at=monday + timedelta(days=2, microseconds=1))
