"""Providers and programs that no longer take part: offers, places, and what is told."""

from datetime import timedelta
from typing import Any

import pytest

from services.routing.lanes.lane import LaneStep, is_lane_open, match_in_order
from services.routing.life.affected import affected, gone, withdrawn
from services.routing.life.decide import decide
from services.routing.life.outcome import DecisionOutcome, with_queue_number
from services.routing.life.request import Request
from services.routing.rules.in_force import Rules, absence, closed
from shared.contracts.reference import Participant
from tests.examples.decisions import (
    RULES,
    accepted,
    data_of,
    decided,
    engaged,
    kinds,
    offered,
    referred,
    refusal,
    room,
)
from tests.examples.routing import AT, Sender, program, provider, rules_with

DAY = timedelta(days=1)
TWO = (provider("iacp"), provider("nopri"))


def rules_of(*more: Any, **changes: Any) -> Rules:
    return rules_with(*more, providers=TWO, **changes)


def withdrawn_by(rules: Rules, *requests: Request) -> list[DecisionOutcome]:
    return withdrawn(requests, gone(rules.catalog, at=AT), at=AT)


LEFT: dict[str, tuple[Any, ...]] = {
    "provider_suspended": (provider("iacp", status="suspended", status_reason="under_review"),),
    "provider_ended": (provider("iacp", status="ended"),),
    "provider_ended by its date": (provider("iacp", effective_until=AT),),
    "provider_not_registered": (
        Participant(id="iacp", kind="provider", name="IACP", effective_until=AT),
    ),
}


@pytest.mark.parametrize("why", LEFT)
def test_e54_offers_of_a_provider_that_left_go_to_another_in_one_step(why: str) -> None:
    rules = rules_of(*LEFT[why])
    asked = [offered(Sender(n))._replace(queue_number=n) for n in (1, 2, 3)]

    outcomes = withdrawn_by(rules, *asked)

    for outcome, before in zip(outcomes, asked, strict=True):
        assert kinds(outcome) == ["offer_withdrawn"]
        assert data_of(outcome, 0).reason == why.split()[0]
        assert (outcome.request.queued, outcome.request.queue_number) == (
            True,
            before.queue_number,
        )
        [change] = outcome.changes
        assert (change.provider, change.free, change.load) == ("iacp", 1, -1)
    step = LaneStep("cri-tac", True, rules, {**room("iacp"), **room("nopri")}, AT)
    again = match_in_order(step, [outcome.request for outcome in outcomes])
    assert [data_of(outcome, 0).provider for outcome in again] == ["nopri"] * 3
    assert [data_of(outcome, 0).offer_id[-3:] for outcome in again] == ["-O2"] * 3


def test_work_of_a_provider_that_left_goes_on() -> None:
    sender = Sender()
    helped = engaged(sender)

    outcome = decide(helped, sender.milestone("delivered", "iacp"), rules_of(
        provider("iacp", status="suspended")), at=AT)  # fmt: skip

    assert kinds(outcome) == ["engagement_progressed", "message_applied"]


@pytest.mark.parametrize("why", LEFT)
def test_e54_each_engagement_is_named_once_with_who_could_go_on(why: str) -> None:
    rules = rules_of(*LEFT[why])
    helped = engaged(Sender())
    left = gone(rules.catalog, at=AT)

    [named] = affected([helped], left, rules, room("nopri"), at=AT)
    [nobody] = affected([helped], left, rules, {}, at=AT)
    [again] = affected([named.request], gone(RULES.catalog, at=AT), RULES, {}, at=AT)

    assert kinds(named) == ["engagement_affected"]
    told = data_of(named, 0)
    assert (told.cause, told.proposed_provider) == (why.split()[0], "nopri")
    assert data_of(nobody, 0).proposed_provider is None
    assert named.request._replace(affected=None, published=0, recorded=0, last_event="") == (
        helped._replace(published=0, recorded=0, last_event="")
    )
    assert (named.request.affected, again.request.affected) == (why.split()[0], None)
    assert data_of(again, 0).cause == "takes_part_again"


@pytest.mark.parametrize("why", ["program_suspended", "program_ended", "program_not_open"])
def test_work_in_a_program_that_stops_goes_on_and_is_named(why: str) -> None:
    rules = rules_of(program=program(**PROGRAMS[why]))
    left = gone(rules.catalog, at=AT)

    [outcome] = affected([engaged(Sender())], left, rules, room("nopri"), at=AT)

    told = data_of(outcome, 0)
    named = "takes_part_again" if why == "program_not_open" else why
    assert (told.cause, told.proposed_provider, told.status) == (named, None, "assigned")
    assert ("cri-tac" in left.over) == (why != "program_not_open")


def test_an_offer_that_we_withdrew_does_not_count_against_its_provider() -> None:
    [outcome] = withdrawn_by(rules_of(*LEFT["provider_suspended"]), offered(Sender()))

    step = LaneStep("cri-tac", True, RULES, room("iacp"), AT)
    [again] = match_in_order(step, [outcome.request._replace(queue_number=1)])

    assert (data_of(again, 0).provider, data_of(again, 0).offer_id[-3:]) == ("iacp", "-O2")


@pytest.mark.parametrize("answer", ["accept", "decline", "counter"])
def test_an_answer_that_crosses_a_withdrawal_is_refused_and_one_before_it_stands(
    answer: str,
) -> None:
    sender = Sender()
    asked = offered(sender)
    [outcome] = withdrawn_by(rules_of(*LEFT["provider_ended"]), asked)

    assert refusal(decided(outcome.request, sender.answered(answer, "iacp"))) == "offer_not_open"
    assert decided(asked, sender.answered(answer, "iacp")).request.status != "offered"


def test_nobody_is_named_who_gets_no_offers() -> None:
    sender = Sender()
    request = referred(sender)

    outcome = decide(
        request,
        sender.directed("assign", provider="iacp"),
        rules_of(*LEFT["provider_suspended"]),
        at=AT,
    )

    assert refusal(outcome) == "provider_not_active"


def test_a_provider_is_absent_from_its_date_on() -> None:
    catalog = rules_of(provider("iacp", effective_until=AT)).catalog

    assert absence(catalog, "iacp", at=AT - DAY) is None
    assert absence(catalog, "iacp", at=AT) == "provider_ended"
    assert absence(catalog, "nopri", at=AT) is None


PROGRAMS: dict[str, dict[str, Any]] = {
    "program_suspended": {"status": "suspended"},
    "program_ended": {"status": "ended"},
    "program_ended by its date": {"effective_until": AT},
    "program_not_open": {"status": "announced", "opens_at": AT + DAY},
}


@pytest.mark.parametrize("why", PROGRAMS)
def test_open_offers_in_a_program_that_is_not_open_are_withdrawn(why: str) -> None:
    rules = rules_of(program=program(**PROGRAMS[why]))

    [outcome] = withdrawn_by(rules, offered(Sender()))

    assert closed(rules.catalog, "cri-tac", at=AT) == why.split()[0]
    assert not is_lane_open(rules, "cri-tac", at=AT)
    assert data_of(outcome, 0).reason == why.split()[0]


def waiting(number: int) -> Request:
    """A request with place *number*; RULES have no provider with capacity."""
    made = with_queue_number(decide(None, Sender(number).accepted(), RULES, at=AT), number)
    [outcome] = match_in_order(LaneStep("cri-tac", True, RULES, {}, AT), [made.request])
    return outcome.request


def stepped(rules: Rules, requests: list[Request], **capacities: Any) -> list[DecisionOutcome]:
    is_open = is_lane_open(rules, "cri-tac", at=AT)
    return match_in_order(LaneStep("cri-tac", is_open, rules, capacities, AT), requests)


def test_e55_a_program_that_is_suspended_and_opened_again_serves_by_place() -> None:
    queue = [waiting(number) for number in range(1, 13)]

    suspended = stepped(rules_of(program=program(status="suspended")), queue)
    again = stepped(
        rules_of(program=program(status="suspended")), [each.request for each in suspended]
    )
    opened = stepped(rules_of(), [each.request for each in again], **room("iacp"))

    assert [kinds(each) for each in suspended] == [["request_waitlisted"]] * 12
    assert {data_of(each, 0).reason for each in suspended} == {"program_suspended"}
    assert [kinds(each) for each in again] == [[]] * 12  # each is told once
    places = [each.request.queue_number for each in opened if kinds(each) == ["offer_made"]]
    assert places == [1, 2, 3, 4, 5]  # as many as there is room for
    assert [kinds(each) for each in opened[5:]] == [["request_waitlisted"]] * 7


def test_those_who_wait_are_told_once_that_a_program_is_postponed() -> None:
    request = accepted(Sender(program="critical-response"))
    soon, later = (
        rules_with(announced=program("critical-response", status="announced", opens_at=AT + days))
        for days in (DAY, 30 * DAY)
    )

    def step(rules: Rules, request: Request) -> DecisionOutcome:
        [outcome] = match_in_order(LaneStep("critical-response", False, rules, {}, AT), [request])
        return outcome

    told = step(soon, request)
    postponed = step(later, told.request)

    assert data_of(told, 0).opens_at == AT + DAY
    assert kinds(step(soon, told.request)) == []
    assert data_of(postponed, 0).opens_at == AT + 30 * DAY
    assert kinds(step(later, postponed.request)) == []
    assert postponed.request.queue_number == request.queue_number


@pytest.mark.parametrize("ended", [{"status": "ended"}, {"effective_until": AT}])
def test_those_who_wait_for_a_program_that_ended_are_referred_with_another_one(
    ended: dict[str, Any],
) -> None:
    [outcome] = stepped(
        rules_of(
            program=program(**ended),
            announced=program("critical-response"),
        ),
        [waiting(1)],
    )

    assert kinds(outcome) == ["request_referred"]
    told = data_of(outcome, 0)
    assert (told.reason, told.proposed_program) == ("program_not_offered", "critical-response")
    assert "CRITICAL-RESPONSE would serve the agency." in told.decision.because.staff
    [alone] = stepped(
        rules_of(
            program=program(status="ended"),
            announced=program("critical-response", status="ended"),
        ),
        [waiting(1)],
    )
    assert data_of(alone, 0).proposed_program is None
