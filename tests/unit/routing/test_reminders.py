"""Reminders: once, one working day before a clock of at least two working days runs out."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.routing.life.decide import decide
from services.routing.life.late import Late, announce, last_late, stands
from services.routing.life.outcome import DecisionOutcome
from services.routing.life.request import Request
from shared.contracts.reference import Calendar, Clock
from shared.contracts.routing import ClockReminded
from tests.examples.decisions import engaged
from tests.examples.routing import Sender, rules_with, ruleset

CALENDAR = Calendar(holidays=["2026-07-03"], grace_seconds=0)
RULES = ruleset(calendar=CALENDAR)
IN_FORCE = rules_with(ruleset=RULES)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))


def referred(at: str, *, clock: Clock | None = None) -> tuple[Request, list[Late]]:
    """Return a request that is referred, and what is to be announced about it."""
    rules = ruleset(calendar=CALENDAR, clocks={"triage.standard": clock} if clock else {})
    in_force = rules_with(ruleset=rules)
    sender = Sender(agency={"listed": False})
    outcome = decide(None, sender.accepted(), in_force, at=local(at))
    return outcome.request, list(last_late(outcome.events).values())


def directed(sender: Sender) -> DecisionOutcome:
    """Return an offer that the program office directed on Friday, July 10, 2026."""
    request = decide(None, sender.accepted(), IN_FORCE, at=local("2026-07-09 09:00")).request
    event = sender.directed("assign", provider="iacp")
    return decide(request, event, IN_FORCE, at=local("2026-07-10 09:00"))


def test_the_office_is_reminded_one_working_day_before_its_decision_is_due() -> None:
    request, (late,) = referred("2026-07-01 15:00")
    assert request.due_at == local("2026-07-06 15:00")
    assert late.next_at == local("2026-07-02 15:00")

    outcome = announce(request, late, RULES, at=late.next_at)

    (event,) = outcome.events
    assert isinstance(event, ClockReminded)
    assert (event.data.clock, event.data.due_at) == ("triage.standard", request.due_at)
    assert event.causationid == request.due_cause
    assert outcome.request.due_at == request.due_at
    assert last_late(outcome.events)[late.key].next_at is None


def test_e46_the_provider_is_reminded_one_working_day_before_its_answer_is_due() -> None:
    outcome = directed(Sender(agency={"listed": False}))

    (late,) = last_late(outcome.events).values()

    assert (late.clock, late.due_at) == ("offer_answer.standard", local("2026-07-17 09:00"))
    assert late.next_at == local("2026-07-16 09:00")
    assert stands(late, outcome.request)


def test_e46_a_silent_provider_is_reminded_and_a_milestone_moves_the_reminder() -> None:
    sender = Sender()
    first, second = (
        decide(engaged(sender), sender.milestone("draft", "iacp"), IN_FORCE, at=local(at))
        for at in ("2026-06-01 09:00", "2026-06-02 09:00")
    )
    (before,), (after,) = (last_late(each.events).values() for each in (first, second))

    assert before.next_at == local("2026-06-30 09:00")
    assert after.next_at == local("2026-07-01 09:00")
    assert stands(before, first.request)
    assert not stands(before, second.request)


def test_an_answer_ends_the_reminder() -> None:
    sender = Sender(agency={"listed": False})
    outcome = directed(sender)
    (late,) = last_late(outcome.events).values()

    event = sender.answered("accept", "iacp", at=local("2026-07-11 09:00"))
    after = decide(outcome.request, event, IN_FORCE, at=local("2026-07-11 09:00")).request

    assert not stands(late, after)


@pytest.mark.parametrize("amount", [1, 2])
def test_clocks_of_less_than_two_days_are_not_reminded_of(amount: int) -> None:
    _, late = referred("2026-07-06 15:00", clock=Clock(amount=amount, unit="working_days"))

    assert len(late) == amount - 1


def test_an_urgent_clock_is_not_reminded_of() -> None:
    _, late = referred("2026-07-06 15:00", clock=Clock(amount=8, unit="hours"))

    assert late == []


def test_a_clock_of_before_the_upgrade_needs_no_reminder() -> None:
    outcome = directed(Sender(agency={"listed": False}))
    (made,) = [e for e in outcome.events if e.type == "gov.cri.routing.offer_made.v1"]
    older = made.model_copy(update={"data": made.data.model_copy(update={"remind_at": None})})

    assert last_late([older]) == {}


def test_deciding_a_reminder_twice_gives_the_same() -> None:
    request, (late,) = referred("2026-07-01 15:00")
    at = local("2026-07-02 15:00") + timedelta(hours=1)

    assert announce(request, late, RULES, at=at) == announce(request, late, RULES, at=at)
