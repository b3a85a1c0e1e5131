"""Clocks that ran out: announced again and again, until what they wait for has happened."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.routing.life.decide import decide
from services.routing.life.fold import parse
from services.routing.life.late import Late, announce, late_by, stands
from services.routing.life.offers import run_out
from services.routing.life.outcome import DecisionOutcome
from services.routing.life.request import Request
from shared.contracts.reference import Calendar
from shared.contracts.routing import ClockMissed, ClockSettled, ClockStillMissed, MessageRefused
from shared.delivery.published import PublishedEvent
from tests.examples.decisions import engaged, kinds
from tests.examples.routing import Sender, rules_with, ruleset

CALENDAR = Calendar(holidays=["2026-06-19", "2026-12-25"], grace_seconds=0)
RULES = ruleset(calendar=CALENDAR)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))


SETTLED_AT = local("2026-04-02 12:00")


def silent(sender: Sender) -> Request:
    """Return an engagement whose provider was last heard of on March 2, 2026."""
    in_force = rules_with(ruleset=RULES)
    event = sender.milestone("kick_off", "iacp")
    return decide(engaged(sender), event, in_force, at=local("2026-03-02 09:00")).request


def missed(sender: Sender) -> tuple[Request, ClockMissed, Late]:
    request = silent(sender)
    assert request.due_at is not None
    outcome = run_out(request, RULES, at=request.due_at)
    (event,) = outcome.events
    assert isinstance(event, ClockMissed)
    late = late_by(event)
    assert late is not None
    return outcome.request, event, late


def settle(
    sender: Sender, request: Request, late: Late, *, until: datetime | None = None
) -> DecisionOutcome:
    event = sender.settled(until=until)
    in_force = rules_with(ruleset=RULES)
    return decide(request, event, in_force, at=SETTLED_AT, late={late.key: late})


def test_e52_a_silence_is_announced_again_after_2_4_and_8_working_days() -> None:
    request, first, late = missed(Sender())
    moments, numbers = [late.next_at], []

    for _ in range(2):
        assert late.next_at is not None
        outcome = announce(request, late, RULES, at=late.next_at)
        (event,) = outcome.events
        assert isinstance(event, ClockStillMissed)
        assert event.causationid == late.cause
        request, found = outcome.request, late_by(event)
        assert found is not None
        late = found
        moments.append(late.next_at)
        numbers.append(event.data.n)

    assert first.data.due_at == local("2026-04-01 09:00")
    assert moments == [
        local(day) for day in ("2026-04-03 09:00", "2026-04-09 09:00", "2026-04-21 09:00")
    ]
    assert numbers == [2, 3]
    assert late.due_at == local("2026-04-01 09:00")
    assert request.status == "in_delivery"


def test_what_was_missed_during_an_outage_is_announced_once() -> None:
    request, _, late = missed(Sender())

    outcome = announce(request, late, RULES, at=local("2026-04-13 12:00"))

    again = late_by(outcome.events[0])
    assert again is not None
    assert again.next_at == local("2026-04-21 09:00")


def test_a_milestone_ends_it() -> None:
    sender = Sender()
    request, _, late = missed(sender)
    assert stands(late, request)

    event = sender.milestone("draft", "iacp")
    after = decide(request, event, rules_with(ruleset=RULES), at=local("2026-04-02 09:00")).request

    assert not stands(late, after)


def test_the_end_of_the_engagement_ends_it() -> None:
    sender = Sender()
    request, _, late = missed(sender)

    event = sender.withdrawn()
    after = decide(request, event, rules_with(ruleset=RULES), at=local("2026-04-02 09:00")).request

    assert not stands(late, after)


def test_a_direction_ends_the_lateness_of_the_office() -> None:
    sender = Sender(agency={"listed": False})
    in_force = rules_with(ruleset=RULES)
    referred = decide(None, sender.accepted(), in_force, at=local("2026-03-02 09:00")).request
    assert referred.due_at is not None
    outcome = run_out(referred, RULES, at=referred.due_at)
    late = late_by(outcome.events[0])
    assert late is not None
    assert (late.clock, late.status) == ("triage.standard", "referred")
    assert stands(late, outcome.request)

    event = sender.directed("route", program="cri-tac")
    after = decide(outcome.request, event, in_force, at=local("2026-03-05 09:00")).request

    assert not stands(late, after)


@pytest.mark.parametrize("until", [None, local("2026-05-01 09:00")])
def test_e52_after_clock_settle_no_more_is_announced_until_its_date(
    until: datetime | None,
) -> None:
    sender = Sender()
    request, _, late = missed(sender)

    outcome = settle(sender, request, late, until=until)

    settled = outcome.events[0]
    assert kinds(outcome) == ["clock_settled", "message_applied"]
    assert isinstance(settled, ClockSettled)
    assert (settled.data.settled_by, settled.data.reason) == (
        "program-office",
        "agreed_by_telephone",
    )
    assert late_by(settled) == late._replace(next_at=until, cause=settled.id)
    assert (outcome.request.status, outcome.request.due_clock) == ("in_delivery", None)


def test_e52_a_clock_settled_until_a_date_is_announced_as_the_next_miss() -> None:
    sender, until = Sender(), local("2026-05-01 09:00")
    request, _, late = missed(sender)
    outcome = settle(sender, request, late, until=until)
    later = late_by(outcome.events[0])
    assert later is not None

    (again,) = announce(outcome.request, later, RULES, at=until).events

    assert isinstance(again, ClockStillMissed)
    assert again.data.n == 2
    assert again.causationid == outcome.events[0].id


@pytest.mark.parametrize("clock", ["engagement_silence", "triage.standard"])
def test_what_is_not_late_cannot_be_settled(clock: str) -> None:
    sender = Sender()
    request, _, late = missed(sender)
    settled = late_by(settle(sender, request, late).events[0])
    assert settled is not None

    for found in ({}, {settled.key: settled}):
        event = sender.settled(clock)
        outcome = decide(request, event, rules_with(ruleset=RULES), at=SETTLED_AT, late=found)

        (refused,) = outcome.events
        assert isinstance(refused, MessageRefused)
        assert refused.data.reasons[0].code == "clock_not_late"


def test_a_clock_that_stopped_cannot_be_settled() -> None:
    sender = Sender()
    request, _, late = missed(sender)
    event = sender.milestone("draft", "iacp")
    after = decide(request, event, rules_with(ruleset=RULES), at=local("2026-04-02 09:00")).request

    (refused,) = settle(sender, after, late).events

    assert isinstance(refused, MessageRefused)
    assert refused.data.reasons[0].code == "clock_not_late"


def test_after_the_end_of_the_request_nothing_can_be_settled() -> None:
    sender = Sender()
    request, _, late = missed(sender)
    ended = decide(request, sender.withdrawn(), rules_with(ruleset=RULES), at=SETTLED_AT).request

    (refused,) = settle(sender, ended, late).events

    assert isinstance(refused, MessageRefused)
    assert refused.data.reasons[0].code == "terminal"


def test_a_miss_of_an_earlier_release_is_not_announced_again() -> None:
    _, event, _ = missed(Sender())
    body = event.model_copy(update={"data": event.data.model_copy(update={"next_at": None})})
    published = PublishedEvent(
        "cri.int.routing.v1", 0, 0, event.id, event.type, event.subject, event.number,
        event.causationid, event.time, body.encode(),
    )  # fmt: skip

    known = parse(published)

    assert known is not None
    late = late_by(known)
    assert late is not None
    assert late.next_at is None
