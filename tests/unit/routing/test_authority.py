"""It is the executive who asks: what a caller only claims, a person of the office confirms."""

import json
from typing import Any

import pytest

from services.routing.life.decide import decide
from services.routing.life.request import Request
from services.routing.life.rerun import rerun
from shared.contracts import intake
from tests.examples.decisions import RULES, accepted, data_of, decided, kinds, refusal
from tests.examples.routing import AT, Sender

CLAIMED = intake.AuthorityFacts(basis="claimed", on=AT.date())


def claimed(**changes: Any) -> tuple[Sender, Request]:
    """Return a caller's request of which nobody has made sure that the executive wants it."""
    sender = Sender(authority=CLAIMED, **changes)
    return sender, accepted(sender)


def confirm(sender: Sender, basis: str = "call_back") -> intake.RequestDirected:
    return sender.directed("confirm_authority", basis=basis).model_copy(
        update={"actor": "staff:k7f2"}
    )


def test_e5_no_provider_hears_of_it_before_the_authority_is_confirmed() -> None:
    sender = Sender(authority=CLAIMED)

    referred = decide(None, sender.accepted(), RULES, at=AT)
    confirmed = decided(referred.request, confirm(sender))

    assert kinds(referred) == ["request_referred"]
    assert data_of(referred, 0).reason == "authority_not_confirmed"
    assert referred.request.due_clock == "triage.standard"
    assert kinds(confirmed) == ["request_triaged", "message_applied"]
    record = json.loads(confirmed.records[0].text)
    assert (record["kind"], record["actor"]) == ("triage", "staff:k7f2")
    assert record["facts"]["request.authority"] == "call_back"
    assert confirmed.request.queued


def test_the_rules_decide_as_for_any_other_request() -> None:
    sender, request = claimed(agency={"listed": False})

    outcome = decided(request, confirm(sender))

    assert kinds(outcome) == ["request_referred", "message_applied"]
    assert data_of(outcome, 0).reason == "ori_not_listed"
    assert kinds(decided(outcome.request, sender.directed("route")))[0] == "request_triaged"


def test_e6_of_an_agency_without_an_ori_that_is_told_first() -> None:
    sender, request = claimed(agency={"listed": False, "ori": None})

    referred = decide(None, sender.accepted(), RULES, at=AT)
    confirmed = decided(request, confirm(sender))

    assert data_of(referred, 0).reason == data_of(confirmed, 0).reason == "no_ori"
    assert refusal(decided(request, sender.directed("route"))) == "authority_needed"
    assert kinds(decided(confirmed.request, sender.directed("route")))[0] == "request_triaged"


@pytest.mark.parametrize("action", ["route", "assign"])
def test_nothing_goes_on_by_another_way(action: str) -> None:
    sender, request = claimed()

    outcome = decided(request, sender.directed(action, provider="iacp"))

    assert refusal(outcome) == "authority_needed"


def test_what_nobody_may_ask_for_can_be_ended() -> None:
    sender, request = claimed()

    assert kinds(decided(request, sender.directed("ineligible")))[0] == "request_ineligible"


@pytest.mark.parametrize("basis", ["letter_seen", "call_back", None])
def test_an_authority_that_is_not_in_question_is_not_confirmed(basis: str | None) -> None:
    authority = None if basis is None else intake.AuthorityFacts(basis=basis, on=AT.date())
    sender = Sender(authority=authority, agency={"listed": False})
    request = accepted(sender)

    assert refusal(decided(request, confirm(sender))) == "not_referred"


def test_it_is_confirmed_once() -> None:
    sender, request = claimed(agency={"listed": False})
    once = decided(request, confirm(sender)).request

    assert refusal(decided(once, confirm(sender))) == "not_referred"


def test_an_amendment_does_not_take_the_confirmation_back() -> None:
    sender, request = claimed()
    confirmed = decided(request, confirm(sender)).request

    amended = decided(confirmed, sender.amended(goals=["trust"])).request

    assert json.loads(amended.facts)["request.authority"] == "call_back"


def test_an_amendment_before_the_confirmation_changes_nothing_about_it() -> None:
    sender, request = claimed()

    amended = decided(request, sender.amended(goals=["trust"])).request

    assert kinds(decided(amended, confirm(sender)))[0] == "request_triaged"


def test_the_facts_of_an_agencys_own_request_are_as_before() -> None:
    request = accepted(Sender())

    assert "request.authority" not in json.loads(request.facts)


def test_a_withdrawal_of_what_is_only_claimed_is_a_withdrawal() -> None:
    sender, request = claimed()

    outcome = decided(request, sender.withdrawn())

    assert outcome.request.status == "withdrawn"
    assert refusal(decided(outcome.request, confirm(sender))) == "terminal"


def test_the_decision_is_the_same_when_it_is_run_again() -> None:
    sender = Sender(authority=CLAIMED)
    referred = decide(None, sender.accepted(), RULES, at=AT)

    for outcome in (referred, decided(referred.request, confirm(sender))):
        record = json.loads(outcome.records[0].text)
        assert rerun(record, RULES.programs)["outcome"] == record["outcome"]
        assert rerun(record, RULES.programs)["reason"] == record["reason"]
