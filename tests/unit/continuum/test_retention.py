"""`continuum retention`: a table for people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from continuum import retention
from continuum.access import Access, NotPossible
from shared.retention.standing import MOST, Standing, before_of

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVER = datetime(1, 1, 1, tzinfo=UTC)
KEPT = timedelta(days=1095)
WORDS = Standing(
    what="words",
    setting="words_kept_days",
    kept=KEPT,
    rows=1200,
    oldest=datetime(2023, 11, 3, 14, 5, tzinfo=UTC),
    over=9,
    due=7,
    swept_at=NOW - HOUR / 2,
    next_at=NOW + HOUR / 2,
    erased=3,
    now=NOW,
)


def cells(row: str) -> list[str]:
    return [part.strip() for part in row.split("  ") if part.strip()]


def row_of(each: Standing) -> str:
    _, row, *_ = retention.render({"intake": [each]})
    return row


def test_given_a_window_when_shown_then_it_says_what_how_long_and_by_which_setting() -> None:
    head, row, *_ = retention.render({"intake": [WORDS], "routing": []})

    assert head.split()[:3] == ["service", "what", "kept"]
    assert cells(row) == [
        "intake",
        "needs in words",
        "1095 days",
        "CONTINUUM_WORDS_KEPT_DAYS",
        "1200",
        "2023-11-03 14:05:00",
        "7",
        "2",
        "2026-12-01 09:30:00",
    ]


def test_given_a_time_that_has_come_when_shown_then_it_says_now() -> None:
    assert row_of(replace(WORDS, next_at=NOW)).endswith("  now")


def test_given_a_fixed_time_when_shown_then_no_setting_and_no_next_sweep() -> None:
    row = cells(row_of(replace(WORDS, setting=None)))

    assert (row[3], row[8]) == ("fixed", "by itself")


def test_given_nothing_that_has_ended_when_shown_then_there_is_no_oldest() -> None:
    row = row_of(replace(WORDS, oldest=None, over=0, due=0))

    assert cells(row)[5:8] == ["-", "0", "0"]


def test_given_more_than_is_counted_when_shown_then_it_says_so() -> None:
    assert f"{MOST} or more" in row_of(replace(WORDS, over=MOST + 1, due=MOST))


def test_given_no_windows_when_shown_then_it_says_when_there_are_some() -> None:
    assert retention.render({"intake": []}) == [
        "No service has noted its windows yet: each does so when it starts."
    ]


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (KEPT, "1095 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(minutes=15), "15 minutes"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(seconds=90), "90 seconds"),
    ],
)
def test_a_span_is_said_in_its_largest_whole_unit(kept: timedelta, words: str) -> None:
    assert retention.span(kept) == words


async def test_given_no_reason_when_carried_out_then_it_asks_for_one() -> None:
    with pytest.raises(NotPossible, match="--why TEXT"):
        await retention.apply(Access({}, {}), by="ann", why=None, wait=0)


@pytest.mark.parametrize(
    ("noted", "expected"),
    [
        ({"gone_before": None, "swept_at": None}, NOW - KEPT),
        ({"gone_before": NOW - KEPT - HOUR, "swept_at": NOW - HOUR}, NOW - KEPT),
        ({"gone_before": EVER, "swept_at": NOW}, EVER),
    ],
)
def test_rows_are_judged_by_the_clock_of_the_service(
    noted: dict[str, Any], expected: datetime
) -> None:
    assert before_of({**noted, "kept": KEPT, "has_ends": False, "now": NOW}) == expected
