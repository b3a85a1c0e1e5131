"""The program office lets another provider go on with an engagement; messages that cross it."""

from datetime import timedelta
from typing import Any

import pytest

from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life.affected import gone, withdrawn
from services.routing.life.decide import decide
from services.routing.life.offers import run_out
from services.routing.life.outcome import DecisionOutcome
from services.routing.life.request import Request
from services.routing.rules.in_force import Rules
from shared.contracts.reference import Calendar
from tests.examples.decisions import LATER, data_of, engaged, kinds, refusal, room
from tests.examples.routing import AT, Sender, program, provider, rules_with, ruleset

BOTH = ["cri-tac", "critical-response"]
PROVIDERS = (provider("iacp"), provider("nopri", programs=BOTH), provider("noble"))
DECLARED = {"iacp": "declaration-1"}


def rules_of(*more: Any, **changes: Any) -> Rules:
    response = program("critical-response")
    return rules_with(*more, **{"providers": PROVIDERS, "announced": response, **changes})


RULES = rules_of()


def working(sender: Sender) -> Request:
    """IACP works on the request, which has place 17 in its lane."""
    return engaged(sender)._replace(queue_number=17)


def after(request: Request, event: Any, rules: Rules = RULES, **more: Any) -> DecisionOutcome:
    return decide(request, event, rules, at=more.get("at", AT), declarations=DECLARED)


def rehomed(sender: Sender, **more: Any) -> DecisionOutcome:
    return after(working(sender), sender.rehomed(provider="nopri", **more))


def served_next(request: Request, *having_room: str, rules: Rules = RULES) -> DecisionOutcome:
    [outcome] = match_in_order(LaneStep("cri-tac", True, rules, room(*having_room), AT), [request])
    return outcome


def test_another_provider_is_asked_at_once_to_go_on_with_the_work() -> None:
    outcome = rehomed(Sender())

    assert kinds(outcome) == ["engagement_ended", "offer_made", "message_applied"]
    ended, offer = data_of(outcome, 0), data_of(outcome, 1)
    assert (ended.provider, ended.reason, ended.ended_by) == (
        "iacp",
        "provider_lost",
        "program-office",
    )
    assert (ended.next_provider, ended.declaration) == ("nopri", "declaration-1")
    assert offer.continues == ended.engagement_id
    assert (offer.provider, offer.offer_id[-3:], offer.declaration) == ("nopri", "-O2", None)
    assert (outcome.request.status, outcome.request.queue_number) == ("offered", 17)
    assert [(c.provider, c.free, c.load) for c in outcome.changes] == [
        ("iacp", 1, -1),
        ("nopri", 0, 1),
    ]
    [record] = outcome.records
    assert offer.decision.id == record.facts.id
    because = offer.decision.because
    assert because.requester == "The work with IACP has ended; NOPRI is asked to go on with it."
    assert because.provider.startswith("The program office asks you to go on with work")
    assert "IACP" not in because.provider
    assert ended.engagement_id in because.staff


def test_the_new_provider_gets_an_engagement_of_its_own_once_it_accepts() -> None:
    sender = Sender()
    asked = rehomed(sender).request

    outcome = after(asked, sender.answered("accept", "nopri", offer=2))

    assert kinds(outcome) == ["engagement_opened", "message_applied"]
    assert data_of(outcome, 0).engagement_id.endswith("-E2")


@pytest.mark.parametrize("how", ["declined", "lapsed", "withdrawn"])
def test_a_request_keeps_its_place_and_is_not_offered_to_the_one_that_was_lost(how: str) -> None:
    sender = Sender()
    asked = rehomed(sender).request
    left = rules_of(provider("nopri", status="suspended"))
    match how:
        case "declined":
            back = after(asked, sender.answered("decline", "nopri", offer=2)).request
        case "lapsed":
            back = run_out(asked, ruleset(), at=LATER).request
        case _:
            [outcome] = withdrawn([asked], gone(left.catalog, at=AT), at=AT)
            back = outcome.request

    assert (back.status, back.queued, back.queue_number, back.lane) == (
        "triaged",
        True,
        17,
        "cri-tac.standard",
    )
    declared = room("iacp", "noble")
    same = {"iacp": declared["iacp"]._replace(declaration="declaration-1")}
    [first] = match_in_order(LaneStep("cri-tac", True, left, {**declared, **same}, AT), [back])
    [anew] = match_in_order(LaneStep("cri-tac", True, left, room("iacp"), AT), [back])
    assert data_of(first, 0).provider == "noble"
    assert data_of(anew, 0).provider == "iacp"  # it declared anew


def test_work_goes_on_in_another_program_if_the_office_names_one() -> None:
    sender = Sender()
    rules = rules_of(program=program(status="ended", on_end="rehome"))
    event = sender.rehomed(
        provider="nopri", program="critical-response", reason="ended_by_program"
    )

    outcome = after(working(sender), event, rules)

    assert (outcome.request.program, outcome.request.lane) == (
        "critical-response",
        "critical-response.standard",
    )
    assert data_of(outcome, 0).program == "cri-tac"


@pytest.mark.parametrize(
    ("to", "then", "status"), [("lane", "back_to_lane", "triaged"), ("close", "close", "closed")]
)
def test_the_lane_and_a_close_are_what_engagement_end_does(
    to: str, then: str, status: str
) -> None:
    one, other = Sender(), Sender()

    by_rehome = after(working(one), one.rehomed(to))
    by_end = after(working(other), other.ended(then))

    assert by_rehome.request.status == status
    assert kinds(by_rehome) == kinds(by_end)
    assert data_of(by_rehome, 0) == data_of(by_end, 0)
    assert by_rehome.changes == by_end.changes


ENDS_SOON = ruleset(calendar=Calendar(grace_seconds=60, holidays=["2026-01-01"]))
REFUSED: dict[str, tuple[Any, dict[str, Any], str]] = {
    "same_provider": (RULES, {"provider": "iacp"}, "/provider"),
    "unknown_provider": (RULES, {"provider": "nobody"}, "/provider"),
    "unknown_program": (rules_of(program=program(status="ended")), {}, "/program"),
    "provider_not_active": (rules_of(provider("nopri", status="suspended")), {}, "/provider"),
    "no_ruleset": (Rules(RULES.catalog, None), {}, "/to"),
    "unknown_engagement": (RULES, {"offer": 7}, "/engagement_id"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_rehoming_that_cannot_be_carried_out_is_refused_and_changes_nothing(code: str) -> None:
    rules, changes, path = REFUSED[code]
    sender, before = Sender(), working(Sender())

    outcome = after(before, sender.rehomed(**{"provider": "nopri", **changes}), rules)

    assert refusal(outcome) == code
    assert data_of(outcome, 0).reasons[0].path == path
    assert outcome.request._replace(published=before.published, recorded=before.recorded) == before


def test_no_offer_is_made_beyond_the_end_of_the_calendar() -> None:
    sender = Sender()
    rules, at = rules_of(ruleset=ENDS_SOON), AT + timedelta(days=300)

    outcome = after(working(sender), sender.rehomed(provider="nopri"), rules, at=at)

    assert refusal(outcome) == "calendar_ended"


# Messages that cross


@pytest.mark.parametrize("then", ["back_to_lane", "close", "refer"])
def test_of_an_end_and_a_close_that_cross_the_first_counts(then: str) -> None:
    sender = Sender()
    done = after(working(sender), sender.milestone("delivered", "iacp")).request

    ended = after(done, sender.ended(then)).request
    closed = after(done, sender.closed("iacp")).request

    expected = "terminal" if then == "close" else "engagement_not_open"
    assert refusal(after(ended, sender.closed("iacp"))) == expected
    assert refusal(after(closed, sender.ended(then))) == "terminal"
    assert refusal(after(closed, sender.rehomed(provider="nopri"))) == "terminal"


@pytest.mark.parametrize("to", ["provider", "lane", "close"])
def test_a_second_rehoming_while_the_offer_of_the_first_is_open_is_refused(to: str) -> None:
    sender = Sender()
    asked = rehomed(sender).request

    second = after(asked, sender.rehomed(to, provider="noble"))

    assert refusal(second) == "engagement_not_open"
    assert second.request.provider == "nopri"


def test_of_a_rehoming_and_a_provider_that_cannot_go_on_the_first_counts() -> None:
    sender = Sender()
    lost = after(working(sender), sender.closed("iacp", reason="cannot_go_on")).request

    assert refusal(
        after(rehomed(sender).request, sender.closed("iacp", reason="cannot_go_on"))
    ) == ("engagement_not_open")
    assert refusal(after(lost, sender.rehomed(provider="nopri"))) == "engagement_not_open"


def test_of_a_rehoming_and_a_withdrawal_of_the_agency_the_withdrawal_ends_both() -> None:
    sender = Sender()
    asked = rehomed(sender).request

    outcome = after(asked, sender.withdrawn())
    before = after(working(sender), sender.withdrawn()).request

    assert kinds(outcome) == ["offer_withdrawn", "request_withdrawn", "message_applied"]
    assert data_of(outcome, 1).provider is None  # the former provider is told nothing more
    assert refusal(after(before, sender.rehomed(provider="nopri"))) == "terminal"


@pytest.mark.parametrize("answer", ["accept", "decline", "counter"])
def test_an_answer_to_the_offer_after_the_agency_withdrew_is_refused(answer: str) -> None:
    sender = Sender()
    gone_back = after(rehomed(sender).request, sender.withdrawn()).request

    late = after(gone_back, sender.answered(answer, "nopri", offer=2))

    assert refusal(late) == "offer_not_open"
    assert late.request.status == "withdrawn"


def test_a_provider_that_is_suspended_in_the_same_moment_keeps_no_offer() -> None:
    sender = Sender()
    left = rules_of(provider("nopri", status="suspended"))

    [outcome] = withdrawn([rehomed(sender).request], gone(left.catalog, at=AT), at=AT)

    assert data_of(outcome, 0).reason == "provider_suspended"
    assert refusal(after(working(sender), sender.rehomed(provider="nopri"), left)) == (
        "provider_not_active"
    )
    again = served_next(outcome.request, "noble", rules=left)
    assert (data_of(again, 0).provider, again.request.queue_number) == ("noble", 17)


def test_an_amendment_between_is_told_to_the_one_that_is_asked_and_the_offer_stands() -> None:
    sender = Sender()
    request = working(sender)
    amended = after(request, sender.amended(topics=["use_of_force"])).request

    between = after(rehomed(sender).request, sender.amended(topics=["use_of_force"]))
    before = after(amended, sender.rehomed(provider="nopri"))

    assert kinds(between) == ["facts_changed"]
    assert (data_of(between, 0).provider, between.request.offer_state) == ("nopri", "open")
    assert kinds(before) == ["engagement_ended", "offer_made", "message_applied"]
    accepted = after(between.request, sender.answered("accept", "nopri", offer=2))
    assert kinds(accepted) == ["engagement_opened", "message_applied"]
