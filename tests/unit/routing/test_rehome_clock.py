"""The clock of a rehoming: it runs beside the silence of work whose provider has left."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.routing.life.affected import Gone, affected
from services.routing.life.decide import decide
from services.routing.life.late import Late, announce, last_late, stands
from services.routing.life.offers import run_out
from services.routing.life.outcome import DecisionOutcome
from services.routing.life.request import Request
from shared.contracts.reference import Calendar
from shared.contracts.routing import ClockMissed, ClockReminded, ClockSettled, ClockStillMissed
from tests.examples.decisions import engaged
from tests.examples.routing import Sender, rules_with, ruleset

CALENDAR = Calendar(holidays=["2026-07-03"], grace_seconds=0)
RULES = ruleset(calendar=CALENDAR)
IN_FORCE = rules_with(ruleset=RULES)
KEY = "rehome"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))


def leaves(request: Request, cause: str = "provider_ended", *, at: str) -> DecisionOutcome:
    left = Gone({"iacp": cause} if cause else {}, {})
    (outcome,) = affected([request], left, IN_FORCE, {}, at=local(at))
    return outcome


def left_by(sender: Sender) -> tuple[Request, Late]:
    """Return work whose provider ended on Monday, June 29, 2026, and what is announced next."""
    event = sender.milestone("kick_off", "iacp")
    request = decide(engaged(sender), event, IN_FORCE, at=local("2026-06-29 08:00")).request
    outcome = leaves(request, at="2026-06-29 09:00")
    return outcome.request, last_late(outcome.events)[request.tracking_number, KEY]


def test_the_office_is_reminded_and_late_after_five_working_days() -> None:
    request, late = left_by(Sender())
    silence = (request.due_clock, request.due_at)
    assert (late.due_at, late.next_at) == (local("2026-07-07 09:00"), local("2026-07-06 09:00"))

    found = []
    for _ in range(3):
        assert late.next_at is not None
        assert stands(late, request)
        outcome = announce(request, late, RULES, at=late.next_at)
        (event,) = outcome.events
        request, late = outcome.request, last_late(outcome.events)[late.key]
        found.append(type(event))
        if isinstance(event, ClockReminded):
            assert event.data.provider is None

    assert found == [ClockReminded, ClockMissed, ClockStillMissed]
    assert (request.due_clock, request.due_at) == silence


def test_a_missed_silence_leaves_the_clock_of_the_rehoming() -> None:
    request, late = left_by(Sender())
    assert request.due_at is not None

    after = run_out(request, RULES, at=request.due_at).request

    assert after.due_clock is None
    assert stands(late, after)


def test_a_milestone_does_not_stop_it() -> None:
    sender = Sender()
    request, late = left_by(sender)
    event = sender.milestone("delivered", "iacp")

    assert stands(late, decide(request, event, IN_FORCE, at=local("2026-07-01 09:00")).request)


@pytest.mark.parametrize("cause", ["", "provider_suspended"])
def test_it_stops_when_the_provider_has_not_left(cause: str) -> None:
    request, late = left_by(Sender())

    assert not stands(late, leaves(request, cause, at="2026-06-30 09:00").request)


def test_it_stops_when_the_request_leaves_the_engagement() -> None:
    sender = Sender()
    request, late = left_by(sender)

    after = decide(request, sender.ended(), IN_FORCE, at=local("2026-06-30 09:00")).request

    assert not stands(late, after)


def test_another_cause_does_not_start_it_again() -> None:
    request, _ = left_by(Sender())

    outcome = leaves(request, "provider_not_registered", at="2026-07-01 09:00")

    assert last_late(outcome.events) == {}


def test_a_suspended_provider_does_not_start_it() -> None:
    outcome = leaves(engaged(Sender()), "provider_suspended", at="2026-06-29 09:00")

    assert last_late(outcome.events) == {}


def test_the_office_settles_it() -> None:
    sender = Sender()
    request, late = left_by(sender)
    missed = late._replace(misses=1)

    event = sender.settled(KEY)
    late_clocks = {late.key: missed}
    outcome = decide(request, event, IN_FORCE, at=local("2026-07-08 09:00"), late=late_clocks)

    assert isinstance(outcome.events[0], ClockSettled)
