"""Requests, offers and engagements: the events of each decision."""

from datetime import timedelta
from typing import Any

import pytest

from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life.decide import UnknownRequest, decide
from services.routing.life.offers import run_out
from services.routing.life.request import CapacityChange
from tests.examples.decisions import (
    LATER,
    RULES,
    data_of,
    decided,
    engaged,
    kinds,
    offered,
    refusal,
    room,
)
from tests.examples.routing import AT, Sender, provider, rules_with, ruleset


def test_an_accepted_request_is_triaged_and_queued() -> None:
    outcome = decide(None, Sender().accepted(), RULES, at=AT)

    assert kinds(outcome) == ["request_triaged"]
    assert (outcome.request.status, outcome.request.queued, outcome.request.fresh) == (
        "triaged",
        True,
        True,
    )
    assert [r.number for r in outcome.records] == [1]


def test_an_event_about_a_request_that_was_not_accepted_is_an_error() -> None:
    with pytest.raises(UnknownRequest):
        decide(None, Sender().withdrawn(), RULES, at=AT)


def test_a_request_is_referred_if_no_rule_set_is_in_force() -> None:
    none = rules_with(at=AT - timedelta(days=10_000))

    outcome = decide(None, Sender().accepted(), none, at=AT)

    assert kinds(outcome) == ["request_referred"]


def test_an_acceptance_opens_the_engagement_and_is_answered() -> None:
    sender = Sender()
    answer = sender.answered("accept", "iacp").model_copy(update={"inreplytoid": "answer-7"})

    outcome = decided(offered(sender), answer)

    assert kinds(outcome) == ["engagement_opened", "message_applied"]
    assert [e.inreplytoid for e in outcome.events] == [None, "answer-7"]
    assert data_of(outcome, 0).need_stated
    assert [e.inreplyto for e in outcome.events] == [None, answer.inreplyto]
    assert outcome.request.status == "assigned"
    assert outcome.changes == ()


@pytest.mark.parametrize("by", ["iacp", "fop"])
def test_the_answer_to_a_message_with_a_note_names_the_requester(by: str) -> None:
    sender = Sender()
    answer = sender.answered("accept", by)
    noted = answer.model_copy(update={"data": answer.data.model_copy(update={"noted": True})})
    before = offered(sender)

    named = [data_of(decided(before, each), -1).requester for each in (answer, noted)]

    assert named == [None, "ca-post"]


def test_a_decline_queues_the_request_again_and_returns_the_capacity() -> None:
    sender = Sender()
    before = offered(sender)

    outcome = decided(before, sender.answered("decline", "iacp"))

    assert kinds(outcome) == ["offer_declined", "message_applied"]
    assert (outcome.request.status, outcome.request.queued, outcome.request.fresh) == (
        "triaged",
        True,
        True,
    )
    assert outcome.changes == (
        CapacityChange("iacp", declaration=before.offer_declaration, entry=0, free=1, load=-1),
    )


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda s: s.answered("accept", "fop"), "not_yours"),
        (lambda s: s.answered("accept", "iacp", offer=2), "unknown_offer"),
        (lambda s: s.answered("accept", "iacp", offer=0), "unknown_offer"),
        (lambda s: s.answered("accept", "iacp", at=LATER), "offer_expired"),
        (lambda s: s.withdrawn("tx-post"), "not_yours"),
        (lambda s: s.milestone("kick_off", "iacp"), "unknown_engagement"),
        (lambda s: s.closed("iacp"), "unknown_engagement"),
        (lambda s: s.directed("route"), "not_referred"),
    ],
)
def test_an_invalid_answer_to_an_open_offer_is_refused(answer: Any, code: str) -> None:
    sender = Sender()
    before = offered(sender)

    outcome = decided(before, answer(sender))

    assert refusal(outcome) == code
    assert (outcome.request.status, outcome.request.offer_state) == ("offered", "open")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda s: s.answered("accept", "iacp"), "offer_not_open"),
        (lambda s: s.milestone("kick_off", "fop"), "not_yours"),
        (lambda s: s.milestone("kick_off", "iacp", offer=2), "unknown_engagement"),
        (lambda s: s.closed("fop"), "not_yours"),
    ],
)
def test_an_invalid_report_about_an_engagement_is_refused(answer: Any, code: str) -> None:
    sender = Sender()

    assert refusal(decided(engaged(sender), answer(sender))) == code


def test_a_milestone_restarts_the_clock_of_silence() -> None:
    sender = Sender()
    before = engaged(sender)

    outcome = decide(before, sender.milestone("draft", "iacp"), RULES, at=LATER)

    assert kinds(outcome) == ["engagement_progressed", "message_applied"]
    assert (outcome.request.status, before.due_clock) == ("in_delivery", "engagement_silence")
    assert before.due_at is not None
    assert outcome.request.due_at is not None
    assert outcome.request.due_at > before.due_at
    assert outcome.request.due_cause == outcome.events[0].id


def test_a_delivered_request_stays_delivered() -> None:
    sender = Sender()
    delivered = decided(engaged(sender), sender.milestone("delivered", "iacp")).request

    outcome = decided(delivered, sender.milestone("draft", "iacp"))

    assert outcome.request.status == "delivered"


def test_an_offer_that_lapses_names_the_offer_as_its_cause() -> None:
    sender = Sender()
    before = offered(sender)

    outcome = run_out(before, ruleset(), at=LATER)

    assert kinds(outcome) == ["offer_lapsed"]
    assert outcome.events[0].causationid == before.last_event
    assert (outcome.request.status, outcome.request.fresh) == ("triaged", True)


def test_a_decline_in_time_that_comes_after_the_lapse_is_only_answered() -> None:
    sender = Sender()
    lapsed = run_out(offered(sender), ruleset(), at=LATER).request

    outcome = decided(lapsed, sender.answered("decline", "iacp"))

    assert kinds(outcome) == ["message_applied"]


def test_an_acceptance_in_time_is_refused_once_another_provider_was_asked() -> None:
    more = rules_with(provider("fop"))
    sender = Sender()
    lapsed = run_out(offered(sender), ruleset(), at=LATER).request
    [other] = match_in_order(LaneStep("cri-tac", True, more, room("fop"), LATER), [lapsed])
    assert other.request.offered == ("iacp", "fop")

    assert refusal(decided(other.request, sender.answered("accept", "iacp"))) == "offer_not_open"
