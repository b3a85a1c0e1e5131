"""When a mail may go out: its kind, the contact's choice and the contact's local time."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from services.notifications.mail.quiet import Hold, Preference, hold, is_switched_off
from services.notifications.mail.timing import (
    AT_ONCE,
    DAILY,
    MUST,
    OFF,
    OFFER,
    REMINDER,
    STATUS,
    URGENT,
    Role,
    timing_of,
)
from shared.contracts.outbound import TYPES
from shared.mail.mailed import is_mailed

CONTACT = "contact:iacp:desk"
SPREAD = timedelta(minutes=10)
DENVER = Preference(zone="America/Denver")
NIGHT = datetime(2026, 3, 4, 5, 10, tzinfo=UTC)
"""22:10 on Tuesday, 3 March in Denver."""
MORNING = datetime(2026, 3, 4, 14, tzinfo=UTC)
"""07:00 on Wednesday there."""


def held(
    timing: str = AT_ONCE,
    preference: Preference = DENVER,
    *,
    matter: str = STATUS,
    contact: str = CONTACT,
    since: datetime | None = None,
    at: datetime = NIGHT,
) -> Hold | None:
    return hold(
        matter,
        timing,
        preference,
        contact=contact,
        zone="America/New_York",
        since=since or at,
        at=at,
    )


def until(timing: str = AT_ONCE, preference: Preference = DENVER, **more: Any) -> datetime:
    found = held(timing, preference, **more)
    assert found is not None
    assert not found.in_digest
    return found.until


@pytest.mark.parametrize("timing", [MUST, AT_ONCE])
def test_e16_what_is_decided_in_the_night_waits_for_the_morning_there(timing: str) -> None:
    assert MORNING <= until(timing) < MORNING + SPREAD


def test_an_urgent_mail_goes_out_at_any_hour() -> None:
    assert held(URGENT) is None


@pytest.mark.parametrize(("hour", "minute"), [(7, 0), (12, 0), (19, 59)])
def test_by_day_nothing_waits(hour: int, minute: int) -> None:
    at = datetime(2026, 3, 3, tzinfo=UTC) + timedelta(hours=7 + hour, minutes=minute)

    assert held(at=at) is None


def test_after_midnight_the_same_morning_ends_the_wait() -> None:
    assert until(at=NIGHT + timedelta(hours=5)) == until(at=NIGHT)


def test_a_contact_without_a_zone_has_that_of_the_calendar() -> None:
    at = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)  # 07:30 in New York, 05:30 in Denver

    assert held(preference=Preference(), at=at) is None
    assert held(preference=Preference(zone="Mars/Olympus"), at=at) is None
    assert held(at=at) is not None


def test_a_contacts_mails_wait_equally_long_so_they_keep_their_order() -> None:
    ends = {until(contact=f"contact:iacp:{n}") for n in range(50)}

    assert until() == until(MUST, at=NIGHT + timedelta(minutes=5))
    assert len(ends) > 40


@pytest.mark.parametrize(
    "since",
    [
        NIGHT - timedelta(hours=3),  # by day, an hour before the night
        NIGHT - timedelta(days=1),  # in the night before
    ],
)
def test_a_mail_that_could_have_gone_out_comes_first_in_the_morning(since: datetime) -> None:
    assert until(since=since) == MORNING
    assert until() > MORNING


def test_a_mail_of_the_same_night_comes_with_the_others() -> None:
    assert until(since=NIGHT - timedelta(hours=2)) == until()


def test_a_contact_may_choose_other_hours_or_none() -> None:
    by_day = Preference(quiet=(time(9), time(17)), zone="America/Denver")
    at = datetime(2026, 3, 3, 19, tzinfo=UTC)  # 12:00 there

    assert held(preference=by_day) is None
    assert until(preference=by_day, at=at) >= datetime(2026, 3, 4, 0, tzinfo=UTC)
    assert held(preference=DENVER._replace(quiet=None)) is None
    assert held(preference=DENVER._replace(quiet=(time(7), time(7)))) is None


@pytest.mark.parametrize(
    ("begun", "ends"),
    [
        ("2026-03-08T03:00:00+00:00", "2026-03-08T11:00:00+00:00"),  # the night of 7 March: 10 h
        ("2026-11-01T03:00:00+00:00", "2026-11-01T12:00:00+00:00"),  # that of 31 October: 12 h
    ],
)
def test_a_night_in_which_clocks_are_changed_ends_by_the_clocks(begun: str, ends: str) -> None:
    morning = datetime.fromisoformat(ends)

    found = until(preference=Preference(), at=datetime.fromisoformat(begun))

    assert morning <= found < morning + SPREAD


def test_an_end_that_clocks_show_twice_is_the_next_of_the_two() -> None:
    quiet = Preference(quiet=(time(22), time(1, 30)))  # New York is set back at 02:00 to 01:00
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)

    assert first <= until(preference=quiet, at=first - timedelta(minutes=20)) < first + SPREAD
    assert second <= until(preference=quiet, at=second - timedelta(minutes=20)) < second + SPREAD


def test_an_end_that_clocks_skip_is_the_moment_at_which_they_would_have_shown_it() -> None:
    quiet = Preference(quiet=(time(22), time(2, 30)))  # New York is set forward at 02:00 to 03:00
    ends = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)

    for minutes in (35, 100):
        at = ends - timedelta(minutes=minutes)
        assert ends <= until(preference=quiet, at=at) < ends + SPREAD


def test_no_wait_ends_before_it_has_begun() -> None:
    begun = datetime(2026, 10, 31, 4, tzinfo=UTC)
    for minutes in range(0, 60 * 40, 7):
        at = begun + timedelta(minutes=minutes)
        for end in (time(1), time(1, 30), time(2), time(2, 30)):
            found = held(preference=Preference(quiet=(time(22), end)), at=at)
            assert found is None or at < found.until < at + timedelta(hours=6)


def test_e17_what_is_mailed_daily_is_told_at_eight_there() -> None:
    daily = Preference({STATUS: DAILY}, zone="America/Denver")
    wednesday = datetime(2026, 3, 4, 15, tzinfo=UTC)

    assert held(preference=daily) == Hold(wednesday, in_digest=True)
    assert held(preference=daily, at=wednesday) == Hold(
        wednesday + timedelta(days=1), in_digest=True
    )


def test_e19_who_has_switched_a_matter_off_still_gets_what_must_be_sent() -> None:
    off = Preference({STATUS: OFF})

    assert is_switched_off(STATUS, AT_ONCE, off)
    assert is_switched_off(STATUS, DAILY, off)
    assert not is_switched_off(STATUS, MUST, off)
    assert not is_switched_off(STATUS, URGENT, off)
    assert not is_switched_off(REMINDER, AT_ONCE, off)


def test_who_wants_everything_at_once_gets_no_digest() -> None:
    at_once = Preference({STATUS: AT_ONCE}, quiet=None)

    assert held(DAILY, at_once) is None


def timing(name: str, role: Role = "requester", *, is_urgent: bool = False, **data: Any) -> str:
    data = {"status": "waiting", **data}
    return timing_of(TYPES[name], data, role=role, is_urgent=is_urgent).timing


def test_refusals_withdrawals_and_ends_must_be_sent() -> None:
    for status in ("ineligible", "withdrawn", "closed"):
        assert timing("status_changed", status=status) == MUST
    assert timing("offer_withdrawn", "provider") == MUST
    assert timing("engagement_ended", "office") == MUST
    assert timing("status_changed", status="waiting") == AT_ONCE


def test_an_offer_must_be_sent_and_wakes_people_only_if_it_is_urgent() -> None:
    assert timing("offer_made", "provider") == MUST
    assert timing("offer_made", "provider", is_urgent=True) == URGENT


def test_who_works_is_stopped_at_any_hour() -> None:
    assert timing("engagement_ended", "provider") == URGENT
    assert timing("engagement_affected", "provider", stopped=True) == URGENT
    assert timing("engagement_affected", "provider") == DAILY
    assert timing("engagement_affected", "office", stopped=True) == DAILY


def test_an_office_is_written_to_once_a_day_unless_it_is_urgent() -> None:
    assert timing("referral_made", "office") == DAILY
    assert timing("referral_made", "office", is_urgent=True) == AT_ONCE
    assert timing("clock_late", "office") == DAILY
    assert timing("clock_reminder", "office") == AT_ONCE


def test_every_mail_has_a_matter_that_a_contact_may_choose_about() -> None:
    matters = {
        name: timing_of(kind, {"status": "waiting"}, role="provider").matter
        for name, kind in TYPES.items()
        if is_mailed(kind)
    }

    assert matters["offer_lapsed"] == OFFER
    assert matters["clock_moved"] == REMINDER
    assert set(matters.values()) == {STATUS, OFFER, REMINDER}
