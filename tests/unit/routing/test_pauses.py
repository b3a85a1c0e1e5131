"""The clock of silence stands still while the work of an engagement may not go on."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.routing.life.affected import affected, gone
from services.routing.life.decide import decide
from services.routing.life.evolve import evolve
from services.routing.life.late import announce, late_by, stands
from services.routing.life.offers import run_out
from services.routing.life.outcome import DecisionOutcome
from services.routing.life.request import Request
from services.routing.recorder import recorded
from services.routing.rules.in_force import Rules
from shared.contracts.reference import Calendar, Clock
from tests.examples.decisions import data_of, engaged, kinds
from tests.examples.routing import AT, Sender, program, provider, rules_with, ruleset

SUSPENDED = {"status": "suspended", "on_suspension": "stop"}
SILENCE = timedelta(days=30)


def rules_of(**changes: Any) -> Rules:
    return rules_with(providers=(provider("iacp"),), program=program(**changes),
                      announced=program("critical-response"))  # fmt: skip


def stopped(request: Request, *, at: datetime = AT) -> DecisionOutcome:
    return named(request, rules_of(**SUSPENDED), at=at)


def going_on(request: Request, *, at: datetime) -> DecisionOutcome:
    return named(request, rules_of(), at=at)


def named(request: Request, rules: Rules, *, at: datetime) -> DecisionOutcome:
    [outcome] = affected([request], gone(rules.catalog, at=at), rules, {}, at=at)
    return outcome


def test_a_stop_pauses_the_clock_with_the_time_left_and_a_start_resumes_it() -> None:
    helped = engaged(Sender())
    began, ended = AT + timedelta(days=10), AT + timedelta(days=100)

    pause = stopped(helped, at=began)
    resume = going_on(pause.request, at=ended)

    assert kinds(pause) == ["engagement_affected", "clock_paused"]
    assert helped.due_at is not None
    left = helped.due_at - began
    assert data_of(pause, 1).left == left.total_seconds()
    assert (pause.request.due_clock, pause.request.due_at) == ("engagement_silence", None)
    assert kinds(resume) == ["engagement_affected", "clock_resumed"]
    assert (resume.request.due_at, resume.request.due_left) == (ended + left, None)


def test_e49_a_clock_of_working_days_keeps_its_working_time_left() -> None:
    holidays = ["2026-06-19", "2026-07-03", "2026-12-25"]
    clocks = {"engagement_silence": Clock(amount=15, unit="working_days")}
    timing = ruleset(clocks=clocks, calendar=Calendar(holidays=holidays))

    def at(day: str) -> datetime:
        return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("America/New_York"))

    def ruled(**changes: Any) -> Rules:
        return rules_with(providers=(provider("iacp"),), program=program(**changes),
                          announced=program("critical-response"), ruleset=timing)  # fmt: skip

    helped = engaged(Sender())._replace(due_at=at("2026-06-23 09:00"))

    pause = named(helped, ruled(**SUSPENDED), at=at("2026-06-10 12:00"))
    resume = named(pause.request, ruled(), at=at("2026-06-22 09:00"))

    assert pause.request.due_left == timedelta(days=7, hours=21).total_seconds()
    assert resume.request.due_at == at("2026-07-02 06:00")


def test_a_milestone_while_the_work_stands_still_gives_the_clock_its_whole_time_again() -> None:
    sender = Sender()
    pause = stopped(engaged(sender), at=AT + timedelta(days=10))

    reported = decide(pause.request, sender.milestone("on_site", "iacp"), rules_of(**SUSPENDED),
                      at=AT + timedelta(days=11))  # fmt: skip

    assert kinds(reported) == ["engagement_progressed", "clock_paused", "message_applied"]
    assert data_of(reported, 0).due_at is None
    assert reported.request.due_at is None
    assert reported.request.due_left == SILENCE.total_seconds()


def test_nobody_is_late_with_work_that_stands_still_and_its_clock_begins_anew() -> None:
    helped = engaged(Sender())
    assert helped.due_at is not None
    missed = run_out(helped, ruleset(), at=helped.due_at)
    late = late_by(missed.events[0])
    assert late is not None

    pause = stopped(missed.request, at=helped.due_at + timedelta(days=1))
    resume = going_on(pause.request, at=helped.due_at + timedelta(days=9))

    assert stands(late, missed.request)
    assert kinds(announce(missed.request, late, ruleset(), at=AT)) == ["clock_still_missed"]
    assert kinds(pause) == ["engagement_affected"]
    assert not stands(late, pause.request)
    assert kinds(resume) == ["engagement_affected", "clock_resumed"]
    assert resume.request.due_at == helped.due_at + timedelta(days=9) + SILENCE


def test_the_end_of_paused_work_ends_its_clock() -> None:
    sender = Sender()
    pause = stopped(engaged(sender), at=AT + timedelta(days=10))

    ended = decide(pause.request, sender.ended("close"), rules_of(**SUSPENDED), at=AT)

    assert (ended.request.due_clock, ended.request.due_left) == (None, None)


def test_a_resumed_clock_is_reminded_of() -> None:
    pause = stopped(engaged(Sender()), at=AT + timedelta(days=10))

    resume = going_on(pause.request, at=AT + timedelta(days=20))

    reminder = late_by(resume.events[1])
    assert reminder is not None
    assert stands(reminder, resume.request)
    assert reminder.due_at == resume.request.due_at


def test_a_clock_that_an_earlier_release_did_not_pause_runs_on() -> None:
    helped = engaged(Sender())
    pause = stopped(helped, at=AT + timedelta(days=10)).request
    running = pause._replace(due_at=helped.due_at, due_left=None)

    resume = going_on(running, at=AT + timedelta(days=20))

    assert kinds(resume) == ["engagement_affected"]
    assert resume.request.due_at == helped.due_at


def test_a_record_of_the_complete_state_has_what_a_paused_clock_has_left() -> None:
    pause = stopped(engaged(Sender()), at=AT + timedelta(days=10)).request

    [outcome] = recorded([pause._replace(recorded=0)], at=AT)

    assert data_of(outcome, 0).due_left == pause.due_left
    assert outcome.request.due_left == pause.due_left
    begun = evolve(pause._replace(due_left=None), outcome.events[0])
    assert begun.due_left == pause.due_left
