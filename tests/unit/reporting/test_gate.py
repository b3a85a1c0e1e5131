"""What a release shows of a count: never enough to see one request more or less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.gate import FEW, FEW_EACH, NOT_SHOWN, cell, hours, per_ten, total


def test_e81_counts_are_shown_to_the_nearest_ten_and_small_ones_like_none() -> None:
    assert [cell(count) for count in (57, 4, 0)] == [60, FEW, FEW]


@pytest.mark.parametrize(
    ("count", "shown"), [(10, FEW), (11, 10), (14, 10), (15, 20), (24, 20), (25, 30), (1005, 1010)]
)
def test_ties_are_rounded_up_and_numbers_begin_above_ten(count: int, shown: int | str) -> None:
    assert cell(count) == shown


def test_a_total_adds_up_what_is_shown() -> None:
    assert total([60, FEW, FEW]) == 60
    assert total([60, 20, FEW]) == 80


def test_a_total_of_small_groups_only_says_no_number() -> None:
    assert total([FEW, FEW, FEW]) == FEW_EACH


@given(st.lists(st.integers(0, 300), min_size=1, max_size=20), st.data())
def test_a_total_says_nothing_that_its_parts_do_not_say(
    counts: list[int], data: st.DataObject
) -> None:
    """Other counts that look the same have the same total."""
    shown = [cell(count) for count in counts]
    others = [
        data.draw(st.integers(0, 10) if each == FEW else st.integers(int(each) - 4, int(each) + 4))
        for each in shown
    ]
    looks_equal = [cell(count) for count in others] == shown

    if looks_equal:
        assert total(map(cell, others)) == total(map(cell, counts))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, 0), (21_599, 0), (21_600, 12), (43_200, 12), (64_800, 24), (86_400 * 2.5, 60)],
)
def test_times_are_given_to_the_nearest_half_day(seconds: float, shown: int) -> None:
    assert hours(seconds, count=11) == shown


def test_a_time_of_ten_requests_is_not_shown() -> None:
    assert hours(86_400, count=10) == NOT_SHOWN


@pytest.mark.parametrize(
    ("shown", "of", "rate"),
    [(60, 40, 15), (30, 30, 10), (70, 30, 23), (50, 40, 13), (60, FEW, NOT_SHOWN),
     (FEW, 60, NOT_SHOWN), (FEW, FEW, NOT_SHOWN)],
)  # fmt: skip
def test_a_rate_is_that_of_two_numbers_that_are_shown(
    shown: int | str, of: int | str, rate: int | str
) -> None:
    """12.5 rounds up."""
    assert per_ten(shown, of) == rate
