"""How long rows are kept, and what records holds keep longer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.business_clock import BusinessClock
from shared.contracts.reference import Hold
from shared.retention.windows import Held, Window, held

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
NUMBER = "CRI-2026-000042-K"
SUBSCRIPTION = "7d0e6c1a-0f5c-5b83-8b7c-2f1d3c9a4e55"


def hold(**covered: Any) -> Hold:
    return Hold(id="litigation-2026-7", reason="litigation", **covered)


def test_a_row_goes_when_its_time_has_passed_and_not_before() -> None:
    window = Window("words", "words_kept_days", 1095 * DAY)

    assert window.before(NOW) == datetime(2023, 12, 2, 9, tzinfo=UTC)


def test_given_rows_with_business_time_when_judged_then_real_time_has_passed() -> None:
    since, start = NOW - 2 * DAY, datetime(2027, 3, 13, tzinfo=UTC)
    clock = BusinessClock(since, start, rate=10)

    before = Window("needs", "needs_kept_days", DAY, clock).before(NOW)

    assert before == start + 10 * DAY
    assert clock.real(before) == NOW - DAY


def test_given_a_clock_that_plays_years_in_minutes_when_judged_then_nothing_goes() -> None:
    clock = BusinessClock(NOW - DAY, NOW, rate=86_400)

    assert Window("needs", "needs_kept_days", 1095 * DAY, clock).before(NOW).year == 1


def test_given_rows_with_their_own_ends_when_judged_then_these_have_passed() -> None:
    window = Window("drafts", "drafts_kept_days", 30 * DAY, has_ends=True)

    assert window.before(NOW) == NOW


@pytest.mark.parametrize(
    ("covered", "expected"),
    [
        ({}, Held(everything=True)),
        ({"tracking_number": NUMBER}, Held(requests=frozenset({NUMBER}))),
        ({"participant": "ca-post"}, Held(participants=frozenset({"ca-post"}))),
        (
            {"participant": "ca-post", "contact_id": "c-1"},
            Held(contacts=frozenset({("ca-post", "c-1")})),
        ),
        ({"subscription_id": SUBSCRIPTION}, Held(subscriptions=frozenset({SUBSCRIPTION}))),
    ],
)
def test_a_hold_covers_what_it_names_or_everything(
    covered: dict[str, Any], expected: Held
) -> None:
    assert held([hold(**covered)], at=NOW) == expected


def test_given_holds_lifted_or_over_when_judged_then_they_cover_nothing() -> None:
    over = hold(participant="ca-post", ends_at=NOW)
    lifted = hold(participant="ny-post", lifted=True)

    assert held([over, lifted], at=NOW) == Held()
    assert held([over], at=NOW - timedelta(seconds=1)).participants == {"ca-post"}
