"""The acceptance examples about working time: holidays, days off, pauses, closures."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from shared.clocks import working_time
from shared.clocks.lengths import (
    Length,
    due_at,
    end_of,
    left_of,
    length_of,
    next_miss,
    reminder_at,
)
from shared.contracts.reference import Calendar, Clock, Closure
from tests.examples.routing import ruleset

EASTERN = ZoneInfo("America/New_York")
CALENDAR = Calendar(
    holidays=[
        "2025-12-25", "2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19",
        "2026-07-03", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25",
    ]
)  # fmt: skip
RULES = ruleset(clocks={"plan_proposed": Clock(amount=15, unit="working_days")}, calendar=CALENDAR)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN)


def due(clock: str, start: str) -> datetime:
    found = due_at(RULES, clock, start=local(start))
    assert found is not None
    return found


def after_pause(begin: str, until: str, *, since: str, length: Length) -> datetime:
    due_at = end_of(length, CALENDAR, start=local(since))
    assert due_at is not None
    left = left_of(length, CALENDAR, due_at=due_at, at=local(begin))
    found = end_of(left, CALENDAR, start=local(until))
    assert found is not None
    return found


def test_e47_a_holiday_is_not_a_working_day() -> None:
    assert due("triage.standard", "2026-07-02 15:00") == local("2026-07-07 15:00")
    assert due("offer_answer.standard", "2026-11-25 16:00") == local("2026-12-03 16:00")


def test_e48_what_begins_on_a_day_off_begins_with_the_next_working_day() -> None:
    assert due("triage.standard", "2026-07-03 10:00") == local("2026-07-08 00:00")
    assert due("triage.standard", "2026-03-07 11:00") == local("2026-03-11 00:00")


def test_e49_a_pause_keeps_the_working_time_left() -> None:
    length = length_of(RULES, "plan_proposed")
    pause, resume = map(local, ("2026-06-10 12:00", "2026-06-22 09:00"))
    first = due("plan_proposed", "2026-06-01 09:00")

    left = left_of(length, CALENDAR, due_at=first, at=pause)
    again = end_of(left, CALENDAR, start=resume)

    assert first == local("2026-06-23 09:00")
    assert left.left == timedelta(days=7, hours=21)
    assert again == local("2026-07-02 06:00")


def test_e50_a_pause_over_a_weekend_moves_the_due_time_by_its_working_time() -> None:
    length = length_of(RULES, "offer_answer.standard")
    assert due("offer_answer.standard", "2026-03-05 09:00") == local("2026-03-12 09:00")

    again = after_pause(
        "2026-03-06 17:00", "2026-03-09 09:00", since="2026-03-05 09:00", length=length
    )

    assert again == local("2026-03-13 01:00")


def test_e51_a_closure_moves_the_due_time() -> None:
    closed = CALENDAR.model_copy(
        update={
            "closures": [
                Closure(**{"from": day, "until": day, "reason": "executive order"})
                for day in (date(2025, 12, 24), date(2025, 12, 26))
            ]
        }
    )
    length = length_of(RULES, "offer_answer.standard")
    start = local("2025-12-23 09:00")

    assert end_of(length, CALENDAR, start=start) == local("2025-12-31 09:00")
    assert end_of(length, closed, start=start) == local("2026-01-05 09:00")


def test_e52_a_miss_is_repeated_after_2_4_8_and_at_most_20_working_days() -> None:
    silence = due("engagement_silence", "2026-03-02 09:00")
    assert silence == local("2026-04-01 09:00")

    moments, since, misses = [], silence, 1
    for _ in range(5):
        misses, since = next_miss(CALENDAR, since=since, misses=misses, at=since)
        moments.append(since)

    assert moments[:3] == [
        local("2026-04-03 09:00"), local("2026-04-09 09:00"), local("2026-04-21 09:00")
    ]  # fmt: skip
    gaps = [
        working_time.between(first, then, CALENDAR).days
        for first, then in zip([silence, *moments], moments, strict=False)
    ]
    assert gaps == [2, 4, 8, 16, 20]


def test_misses_during_an_outage_are_passed_over() -> None:
    since, at = local("2026-04-01 09:00"), local("2026-04-10 09:00")

    assert next_miss(CALENDAR, since=since, misses=1, at=at) == (4, local("2026-04-21 09:00"))


def test_a_late_clock_is_repeated_after_the_end_of_the_calendar() -> None:
    since = local("2026-12-31 09:00")

    assert next_miss(CALENDAR, since=since, misses=1, at=since) == (2, local("2027-01-04 09:00"))


def test_the_reminder_comes_a_working_day_before() -> None:
    due_time = due("plan_proposed", "2026-06-01 09:00")

    for clock, expected in (("plan_proposed", "2026-06-22 09:00"), ("triage.urgent", None)):
        reminder = reminder_at(length_of(RULES, clock), CALENDAR, due_at=due_time)
        assert reminder == (None if expected is None else local(expected))
    over_a_weekend = reminder_at(
        length_of(RULES, "triage.standard"), CALENDAR, due_at=local("2026-03-09 09:00")
    )
    assert over_a_weekend == local("2026-03-06 09:00")
    on_a_sunday = reminder_at(
        length_of(RULES, "engagement_silence"), CALENDAR, due_at=local("2026-03-15 09:00")
    )
    assert on_a_sunday == local("2026-03-13 00:00")


@given(st.integers(0, 700 * 24 * 60), st.integers(0, 60 * 24 * 60), st.integers(0, 60 * 24 * 60))
def test_working_time_adds_up(minutes: int, first: int, then: int) -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    one, two = timedelta(minutes=first), timedelta(minutes=then)
    calendar = Calendar(holidays=[*CALENDAR.holidays, "2029-12-25"])

    middle = working_time.after(start, one, calendar)
    assert middle is not None
    end = working_time.after(middle, two, calendar)

    assert end is not None
    assert end == working_time.after(start, one + two, calendar)
    assert working_time.between(start, end, calendar) == one + two
    back = working_time.before(end, two, calendar)
    assert working_time.after(back, two, calendar) == end


@given(st.integers(0, 700 * 24 * 60), st.integers(0, 60 * 24 * 60))
def test_no_pause_adds_nothing(minutes: int, passed: int) -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    at = start + timedelta(minutes=passed)
    length = length_of(RULES, "plan_proposed")
    end = end_of(length, CALENDAR, start=start)

    if end is not None and at < end:
        left = left_of(length, CALENDAR, due_at=end, at=at)
        assert end_of(left, CALENDAR, start=at) == end


def test_a_demonstrations_days_remind_and_repeat_too() -> None:
    calendar = Calendar(seconds_per_day=5)
    short = ruleset(clocks={}, calendar=calendar)
    start = local("2026-07-03 10:00")

    length = length_of(short, "offer_answer.standard")

    assert length == Length("elapsed", timedelta(seconds=25))
    end = end_of(length, calendar, start=start)
    assert end is not None
    assert reminder_at(length, calendar, due_at=end) == start + timedelta(seconds=20)
    assert next_miss(calendar, since=end, misses=1, at=end) == (2, end + timedelta(seconds=10))
