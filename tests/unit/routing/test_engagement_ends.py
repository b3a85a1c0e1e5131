"""Ends of engagements: their request goes on, unless the program office closes it as well."""

import pytest

from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life.capacity import apply, declared
from services.routing.life.decide import decide
from services.routing.life.outcome import with_queue_number
from services.routing.life.request import CapacityChange, Request, past_of
from tests.examples import routing as examples
from tests.examples.decisions import (
    RULES,
    data_of,
    decided,
    delivered,
    engaged,
    kinds,
    refusal,
    room,
)
from tests.examples.routing import AT, Sender, provider, rules_with

TWO = rules_with(providers=[provider("iacp"), provider("nopri")])


def placed(sender: Sender, number: int, *, by: str = "iacp") -> Request:
    """Return a request with place *number* of its lane whose engagement is open."""
    outcome = with_queue_number(decide(None, sender.accepted(), RULES, at=AT), number)
    [asked] = match_in_order(LaneStep("cri-tac", True, RULES, room(by), AT), [outcome.request])
    return decided(asked.request, sender.answered("accept", by)).request


def test_e53_a_lost_provider_keeps_the_place() -> None:
    sender = Sender(1)
    helped = placed(sender, 17)
    later = [
        with_queue_number(decide(None, Sender(n).accepted(), RULES, at=AT), 16 + n).request
        for n in range(2, 42)
    ]

    outcome = decide(
        helped,
        sender.closed("iacp", reason="cannot_go_on"),
        RULES,
        at=AT,
        declarations={"iacp": helped.offer_declaration or ""},
    )

    assert kinds(outcome) == ["engagement_ended", "message_applied"]
    ended = data_of(outcome, 0)
    assert (ended.reason, ended.ended_by, ended.status) == ("provider_lost", "iacp", "triaged")
    back = outcome.request
    assert (back.queue_number, back.queued, back.fresh, back.ended) == (17, True, True, False)
    assert outcome.changes == (
        CapacityChange("iacp", helped.offer_declaration, entry=0, free=1, load=-1),
    )

    lane = sorted([*later, back], key=lambda request: request.queue_number or 0)
    step = LaneStep("cri-tac", True, TWO, {**room("iacp"), **room("nopri")}, AT)
    offers = match_in_order(step, lane)

    assert lane[0] is back
    assert data_of(offers[0], 0).provider == "nopri"  # the lost one is not asked again


def lost(sender: Sender, *, declaration: str) -> Request:
    helped, event = engaged(sender), sender.closed("iacp", reason="cannot_go_on")
    return decide(
        helped, event, RULES, at=AT, declarations={"iacp": declaration}
    ).request._replace(queue_number=1)


def test_the_lost_provider_is_asked_again_once_it_has_declared_its_capacity_anew() -> None:
    before, anew = examples.declared("iacp", 5), examples.declared("iacp", 2, number=2)
    request = lost(Sender(), declaration=before.id)
    capacities = room("iacp")

    step = LaneStep("cri-tac", True, RULES, capacities, AT)
    [still] = match_in_order(step, [request])
    change = declared("iacp", anew.data, declaration=anew.id)
    step = LaneStep("cri-tac", True, RULES, {"iacp": apply(capacities["iacp"], change)}, AT)
    [again] = match_in_order(step, [request])

    assert kinds(still) == ["request_referred"]
    assert (data_of(again, 0).provider, data_of(again, 0).offer_id[-3:]) == ("iacp", "-O2")


def test_a_provider_that_declines_after_it_was_lost_is_not_asked_again() -> None:
    sender = Sender()
    request = lost(sender, declaration="older")
    step = LaneStep("cri-tac", True, RULES, room("iacp"), AT)
    [again] = match_in_order(step, [request])

    declined = decided(again.request, sender.answered("decline", "iacp", offer=2)).request
    [nobody] = match_in_order(LaneStep("cri-tac", True, RULES, room("iacp"), AT), [declined])

    assert kinds(nobody) == ["request_referred"]


def test_work_can_be_completed_only_after_it_was_delivered() -> None:
    """E68, second half."""
    sender = Sender()

    early = decided(engaged(sender), sender.closed("iacp"))
    closed = decided(delivered(Sender()), Sender().closed("iacp"))

    assert refusal(early) == "not_delivered"
    assert early.request.status == "assigned"
    assert kinds(closed) == ["engagement_closed", "message_applied"]


def test_the_reason_provider_lost_of_an_older_contract_is_taken_as_cannot_go_on() -> None:
    sender = Sender()

    outcome = decided(engaged(sender), sender.closed("iacp", reason="provider_lost"))

    assert kinds(outcome) == ["engagement_ended", "message_applied"]
    assert data_of(outcome, 1).taken_as == "cannot_go_on"


@pytest.mark.parametrize("reason", ["ended_by_program", "superseded", "duplicate"])
def test_the_office_puts_a_request_back_and_its_provider_is_not_asked_again(reason: str) -> None:
    sender = Sender()
    helped = placed(sender, 17)

    outcome = decided(helped, sender.ended("back_to_lane", reason=reason))

    assert kinds(outcome) == ["engagement_ended", "message_applied"]
    assert data_of(outcome, 0).ended_by == "program-office"
    assert (outcome.request.queue_number, past_of(outcome.request)) == (17, {"1": "ended"})


def test_the_office_closes_an_engagement_and_its_request() -> None:
    sender = Sender()

    outcome = decided(engaged(sender), sender.ended("close", reason="duplicate"))

    assert kinds(outcome) == ["engagement_closed", "message_applied"]
    closed = data_of(outcome, 0)
    assert (closed.status, closed.reason, closed.ended_by) == (
        "closed",
        "duplicate",
        "program-office",
    )


def test_the_office_takes_the_request_of_an_engagement_to_itself() -> None:
    sender = Sender()

    outcome = decided(engaged(sender), sender.ended("refer"))

    assert kinds(outcome) == ["engagement_ended", "request_referred", "message_applied"]
    assert data_of(outcome, 0).referred
    assert data_of(outcome, 1).reason == "engagement_ended"
    assert (outcome.request.status, outcome.request.queued) == ("referred", False)
    assert outcome.request.due_clock == "triage.standard"
    assert kinds(decided(outcome.request, sender.directed("route"))) == [
        "request_triaged",
        "message_applied",
    ]


def test_a_request_that_never_had_a_place_gets_one_when_its_engagement_ends() -> None:
    sender = Sender()
    outcome = decided(engaged(sender), sender.ended())

    numbered = with_queue_number(outcome, 9)

    assert data_of(numbered, 0).queue_number == numbered.request.queue_number == 9


@pytest.mark.parametrize("first", ["provider", "office"])
def test_of_two_ends_that_cross_the_one_taken_in_first_counts(first: str) -> None:
    """The order of two facts on two topics is that in which routing takes them in, as in E61."""
    sender = Sender()
    helped = engaged(sender)
    close, end = sender.closed("iacp", reason="cannot_go_on"), sender.ended("close")
    order = [close, end] if first == "provider" else [end, close]

    one = decided(helped, order[0])
    two = decided(one.request, order[1])

    assert kinds(one)[-1] == "message_applied"
    assert refusal(two) == ("engagement_not_open" if first == "provider" else "terminal")
    assert two.request._replace(published=0, recorded=0) == one.request._replace(
        published=0, recorded=0
    )


def test_an_end_that_crosses_a_withdrawal_or_a_milestone() -> None:
    sender = Sender()
    helped = engaged(sender)

    withdrawn = decided(helped, sender.withdrawn()).request
    ended = decided(helped, sender.ended()).request

    assert refusal(decided(withdrawn, sender.ended())) == "terminal"
    assert kinds(decided(ended, sender.withdrawn())) == ["request_withdrawn", "message_applied"]
    assert data_of(decided(ended, sender.withdrawn()), 0).engagement_id is None
    assert refusal(decided(ended, sender.milestone("draft", "iacp"))) == "engagement_not_open"
    assert refusal(decided(ended, sender.milestone("draft", "nopri"))) == "not_yours"
    assert refusal(decided(ended, sender.ended(offer=2))) == "unknown_engagement"
    assert refusal(decided(ended, sender.ended())) == "engagement_not_open"
