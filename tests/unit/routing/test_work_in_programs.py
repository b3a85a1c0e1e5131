"""What becomes of work under way when its program is suspended, ends, or is postponed."""

from datetime import timedelta
from typing import Any

import pytest

from services.routing.life.affected import Gone, affected, gone
from services.routing.life.outcome import DecisionOutcome
from services.routing.life.request import Request
from services.routing.rules.in_force import Rules
from tests.examples.decisions import data_of, decided, engaged, kinds, room
from tests.examples.routing import AT, Sender, program, provider, rules_with

BOTH = ["cri-tac", "critical-response"]
TWO = (provider("iacp"), provider("nopri", programs=BOTH))
SUSPENDED = {"status": "suspended", "on_suspension": "stop"}


def rules_of(**changes: Any) -> Rules:
    open_one = program("critical-response")
    return rules_with(providers=changes.pop("providers", TWO), program=program(**changes),
                      announced=changes.pop("announced", open_one))  # fmt: skip


def named(request: Request, rules: Rules, *having_room: str) -> DecisionOutcome:
    left = gone(rules.catalog, at=AT)
    [outcome] = affected([request], left, rules, room(*having_room), at=AT)
    return outcome


def marked(rules: Rules) -> dict[str, str]:
    return dict(gone(rules.catalog, at=AT).work)


def test_work_stops_with_a_program_that_says_so_and_goes_on_with_it() -> None:
    stopped = named(engaged(Sender()), rules_of(**SUSPENDED))
    again = named(stopped.request, rules_of())

    told = data_of(stopped, 0)
    assert kinds(stopped) == ["engagement_affected", "clock_paused"]
    assert (told.cause, told.stopped, told.stop_changed) == ("program_suspended", True, True)
    assert stopped.request.stopped
    assert stopped.request.status == "assigned"
    told = data_of(again, 0)
    assert (told.cause, told.stopped, told.stop_changed) == ("takes_part_again", False, True)
    assert (again.request.affected, again.request.stopped) == (None, False)


def test_a_stop_is_told_once_if_the_provider_leaves_meanwhile() -> None:
    stopped = named(engaged(Sender()), rules_of(**SUSPENDED))
    left = (provider("iacp", status="ended"), TWO[1])

    both = named(stopped.request, rules_of(providers=left, **SUSPENDED), "nopri")
    again = named(both.request, rules_of(providers=left), "nopri")

    told = data_of(both, 0)
    assert (told.cause, told.stopped, told.stop_changed) == ("provider_ended", True, False)
    assert (told.proposed_provider, both.request.stopped) == ("nopri", True)
    told = data_of(again, 0)
    assert (told.cause, told.stopped, told.stop_changed) == ("provider_ended", False, True)


def test_work_that_stopped_goes_on_if_the_program_ends_and_says_nothing() -> None:
    stopped = named(engaged(Sender()), rules_of(**SUSPENDED))

    outcome = named(stopped.request, rules_of(status="ended"))

    told = data_of(outcome, 0)
    assert (told.cause, told.stopped, told.stop_changed) == ("program_ended", False, True)


ENDED: list[dict[str, Any]] = [{"status": "ended"}, {"effective_until": AT}]


@pytest.mark.parametrize("ended", ENDED)
def test_work_of_a_program_that_ended_is_named_with_another_that_would_serve_it(
    ended: dict[str, Any],
) -> None:
    rules = rules_of(on_end="rehome", **ended)

    outcome = named(engaged(Sender()), rules, "nopri")

    told = data_of(outcome, 0)
    assert (told.cause, told.rehome) == ("program_ended", True)
    assert (told.proposed_provider, told.proposed_program) == ("nopri", "critical-response")
    assert outcome.request.affected == "program_ended rehome"
    nobody = data_of(named(engaged(Sender()), rules), 0)
    assert (nobody.proposed_provider, nobody.proposed_program) == (None, "critical-response")


def test_no_program_is_proposed_if_none_serves_the_agency() -> None:
    rules = rules_of(
        status="ended", on_end="rehome", announced=program("critical-response", status="ended")
    )

    told = data_of(named(engaged(Sender()), rules, "nopri"), 0)

    assert (told.proposed_provider, told.proposed_program, told.rehome) == (None, None, True)


@pytest.mark.parametrize("ended", ENDED)
def test_work_is_closed_with_a_program_that_says_so(ended: dict[str, Any]) -> None:
    helped = engaged(Sender())

    outcome = named(helped, rules_of(on_end="close", **ended))

    assert kinds(outcome) == ["engagement_closed"]
    told = data_of(outcome, 0)
    assert (told.reason, told.ended_by, told.status) == ("ended_by_program", "cri-tac", "closed")
    assert outcome.request.ended
    [change] = outcome.changes
    assert (change.provider, change.free, change.load) == ("iacp", 0, -1)


def test_work_is_closed_also_if_its_provider_left_before() -> None:
    left = (provider("iacp", status="ended"), TWO[1])

    outcome = named(engaged(Sender()), rules_of(providers=left, status="ended", on_end="close"))

    assert kinds(outcome) == ["engagement_closed"]


@pytest.mark.parametrize("changes", [
    {"status": "announced", "opens_at": AT + timedelta(days=9), "on_suspension": "stop",
     "on_end": "close"},
    {"status": "suspended", "on_end": "close"},
    {"status": "ended", "on_suspension": "stop"},
    {"status": "open", "on_suspension": "stop", "on_end": "close"},
])  # fmt: skip
def test_a_program_that_is_postponed_or_says_nothing_about_this_touches_no_work(
    changes: dict[str, Any],
) -> None:
    assert marked(rules_of(**changes)) == {}


def test_a_postponed_program_is_none_whose_work_is_named() -> None:
    left = gone(rules_of(status="announced", opens_at=AT + timedelta(days=9)).catalog, at=AT)

    assert (left.over, left.work) == ({}, {})
    assert left.programs == {"cri-tac": "program_not_open"}
    assert Gone({}, {}).work == {}


def test_a_request_that_has_ended_no_longer_waits_for_its_program() -> None:
    sender = Sender()
    stopped = named(engaged(sender), rules_of(**SUSPENDED)).request

    closed = decided(stopped, sender.ended("close")).request
    withdrawn = decided(stopped, sender.withdrawn()).request

    assert closed.ended
    assert (closed.affected, withdrawn.affected) == (None, None)
