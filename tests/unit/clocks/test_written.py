"""A moment is in UTC in messages, and in the reader's time zone in mails."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clocks.written import in_zone, moment_in_utc

DUE = datetime(2026, 3, 9, 3, 5, tzinfo=UTC)


def test_a_message_writes_a_moment_in_utc() -> None:
    there = DUE.astimezone(timezone(timedelta(hours=-5)))

    assert moment_in_utc(there) == "March 9, 2026, 03:05 UTC"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("America/New_York", "March 8, 2026, 23:05 EDT"),
        ("America/Denver", "March 8, 2026, 21:05 MDT"),
        ("Pacific/Guam", "March 9, 2026, 13:05 ChST"),
        ("America/Sao_Paulo", "March 9, 2026, 00:05 UTC-03:00"),
        ("UTC", "March 9, 2026, 03:05 UTC"),
    ],
)
def test_a_mail_shows_a_moment_by_the_readers_clock_with_the_zones_name(
    zone: str, shown: str
) -> None:
    facts = {
        "sentence": f"Answer by {moment_in_utc(DUE)}, or by {moment_in_utc(DUE)}.",
        "lines": [{"what": moment_in_utc(DUE), "more": 0}],
        "next_by": None,
    }

    assert in_zone(facts, ZoneInfo(zone)) == {
        "sentence": f"Answer by {shown}, or by {shown}.",
        "lines": [{"what": shown, "more": 0}],
        "next_by": None,
    }


@pytest.mark.parametrize(
    "text",
    [
        "Applications are taken until May 22, 2026, 23:59 UTC-04:00.",
        "A report was due on April 30, 2027 and is late.",
        "February 30, 2026, 10:00 UTC",
        "Mayor 9, 2026, 03:05 UTC",
        "January 1, 0001, 00:00 UTC",
    ],
)
def test_all_else_stays_as_it_is(text: str) -> None:
    assert in_zone(text, ZoneInfo("America/New_York")) == text


def test_a_moment_after_the_last_day_stays_as_it_is() -> None:
    last = "December 31, 9999, 23:59 UTC"

    assert in_zone(last, ZoneInfo("Pacific/Guam")) == last


def test_words_of_others_stay_as_they_are() -> None:
    facts = {"title": moment_in_utc(DUE), "lines": [{"title": moment_in_utc(DUE)}]}

    assert in_zone(facts, ZoneInfo("Pacific/Guam"), except_for={"title"}) == facts


@given(st.integers(-10_000_000, 40_000_000), st.timezones())
def test_every_moment_is_found_again(minutes: int, zone: ZoneInfo) -> None:
    at = DUE + timedelta(minutes=minutes)
    there = at.astimezone(zone)

    shown = in_zone(moment_in_utc(at), zone)

    assert shown.startswith(f"{there:%B} {there.day}, {there.year}, {there:%H:%M} ")
