from datetime import timedelta
from typing import Any

import pytest

from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life.capacity import Capacity, apply, declared
from services.routing.life.decide import UnknownRequest, decide
from services.routing.life.offers import run_out
from services.routing.life.outcome import DecisionOutcome
from services.routing.life.request import CapacityChange, Request
from shared.contracts.routing import MessageRefused
from tests.examples import routing as examples
from tests.examples.routing import AT, Sender, provider, rules_with

RULES = rules_with()
LATER = AT + timedelta(days=30)


def kinds(outcome: DecisionOutcome) -> list[str]:
    return [event.type.split(".")[3] for event in outcome.events]


def data_of(outcome: DecisionOutcome, index: int) -> Any:
    event: Any = outcome.events[index]
    return event.data


def decided(request: Request, event: Any) -> DecisionOutcome:
    return decide(request, event, RULES, at=AT)


def refusal(outcome: DecisionOutcome) -> str:
    [refused] = outcome.events
    assert isinstance(refused, MessageRefused)
    return refused.data.reasons[0].code


def room(*names: str) -> dict[str, Capacity]:
    events = [examples.declared(name, 5) for name in names]
    changes = [declared(event.subject, event.data, declaration=event.id) for event in events]
    return {change.provider: apply(Capacity(change.provider), change) for change in changes}


def accepted(sender: Sender) -> Request:
    return decide(None, sender.accepted(), RULES, at=AT).request


def offered(sender: Sender, *, by: str = "iacp") -> Request:
    step = LaneStep("cri-tac", True, RULES, room(by), AT)
    [outcome] = match_in_order(step, [accepted(sender)])
    return outcome.request


def engaged(sender: Sender) -> Request:
    return decided(offered(sender), sender.answered("accept", "iacp")).request


def referred(sender: Sender, **agency: Any) -> Request:
    sender.facts = examples.facts(agency={"listed": False, **agency})
    return accepted(sender)


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


def test_the_program_office_can_accept_a_counteroffer() -> None:
    sender = Sender()
    countered = decided(offered(sender), sender.answered("counter", "iacp"))
    assert kinds(countered) == ["offer_declined", "request_referred", "message_applied"]

    outcome = decided(countered.request, sender.directed("assign", provider="iacp"))

    assert kinds(outcome) == ["engagement_opened", "message_applied"]
    assert outcome.request.engagement_id == f"{sender.tracking_number}-E1"


def test_the_program_office_can_route_past_a_counteroffer() -> None:
    sender = Sender()
    countered = decided(offered(sender), sender.answered("counter", "iacp")).request

    outcome = decided(countered, sender.directed("route"))

    assert kinds(outcome) == ["request_triaged", "message_applied"]
    assert outcome.request.offered == ("iacp",)


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


@pytest.mark.parametrize(
    ("direction", "code"),
    [
        ({"action": "assign", "provider": "nobody"}, "unknown_provider"),
        ({"action": "route", "program": "nothing"}, "unknown_program"),
    ],
)
def test_a_direction_that_cannot_be_carried_out_is_refused(
    direction: dict[str, str], code: str
) -> None:
    sender = Sender()

    assert refusal(decided(referred(sender), sender.directed(**direction))) == code


def test_the_program_office_routes_an_unlisted_agency() -> None:
    sender = Sender()

    outcome = decided(referred(sender), sender.directed("route"))

    assert kinds(outcome) == ["request_triaged", "message_applied"]
    assert outcome.request.lane == "cri-tac.standard"
    assert outcome.request.due_clock is None


def test_a_request_routed_to_a_program_that_is_not_open_waits() -> None:
    sender = Sender()

    outcome = decided(referred(sender), sender.directed("route", program="critical-response"))

    assert kinds(outcome) == ["request_waitlisted", "message_applied"]


def test_the_program_office_assigns_a_provider() -> None:
    sender = Sender()

    outcome = decided(referred(sender), sender.directed("assign", provider="iaclea"))

    assert kinds(outcome) == ["offer_made", "message_applied"]
    assert outcome.request.offered == ("iaclea",)
    assert outcome.changes == (CapacityChange("iaclea", load=1),)


def test_the_program_office_declares_a_request_ineligible() -> None:
    sender = Sender()

    outcome = decided(referred(sender), sender.directed("ineligible"))

    assert kinds(outcome) == ["request_ineligible", "message_applied"]
    assert outcome.request.ended


def test_a_withdrawal_stops_an_open_offer() -> None:
    sender = Sender()

    outcome = decided(offered(sender), sender.withdrawn())

    assert kinds(outcome) == ["offer_withdrawn", "request_withdrawn", "message_applied"]
    assert data_of(outcome, 1).before == "offered"
    assert outcome.changes[0].free == 1


def test_a_withdrawal_ends_the_engagement_and_names_the_provider() -> None:
    sender = Sender()

    outcome = decided(engaged(sender), sender.withdrawn())

    assert kinds(outcome) == ["request_withdrawn", "message_applied"]
    assert data_of(outcome, 0).provider == "iacp"
    assert outcome.changes == (CapacityChange("iacp", load=-1),)


def test_a_second_withdrawal_is_refused() -> None:
    sender = Sender()
    withdrawn = decided(accepted(sender), sender.withdrawn()).request

    assert refusal(decided(withdrawn, sender.withdrawn())) == "already_withdrawn"


@pytest.mark.parametrize(
    ("late", "code"),
    [
        (lambda s: s.withdrawn(), "terminal"),
        (lambda s: s.answered("accept", "iacp"), "offer_not_open"),
        (lambda s: s.milestone("draft", "iacp"), "terminal"),
        (lambda s: s.closed("iacp"), "terminal"),
        (lambda s: s.directed("route"), "terminal"),
    ],
)
def test_messages_after_the_end_are_refused(late: Any, code: str) -> None:
    sender = Sender()
    closed = decided(engaged(sender), sender.closed("iacp")).request

    assert refusal(decided(closed, late(sender))) == code


@pytest.mark.parametrize("lapses", [False, True])
def test_an_answer_to_an_offer_of_a_withdrawn_request_is_refused_as_not_open(
    lapses: bool,
) -> None:
    sender = Sender()
    before = run_out(offered(sender), at=LATER).request if lapses else offered(sender)
    withdrawn = decided(before, sender.withdrawn()).request

    assert refusal(decided(withdrawn, sender.answered("accept", "iacp"))) == "offer_not_open"


def test_an_amendment_after_the_end_changes_nothing_and_is_published_as_too_late() -> None:
    sender = Sender()
    closed = decided(engaged(sender), sender.closed("iacp")).request
    amendment = sender.amended(topics=["other"]).model_copy(update={"inreplytoid": "mine"})

    outcome = decided(closed, amendment)

    last = closed.published + 1
    assert outcome.request == closed._replace(published=last, recorded=last)
    assert kinds(outcome) == ["amendment_came_too_late"]
    facts = data_of(outcome, 0)
    assert (facts.participant, facts.ended) == ("ca-post", "closed")
    assert (facts.amendment, facts.record, facts.message_id) == (
        amendment.number,
        amendment.inreplyto,
        "mine",
    )
    assert outcome.events[0].inreplyto is None  # the answer was given before
    assert decided(closed, amendment) == outcome


def test_an_amendment_keeps_an_open_offer() -> None:
    sender = Sender()

    outcome = decided(offered(sender), sender.amended(topics=["other"]))

    assert kinds(outcome) == ["facts_changed"]
    assert (outcome.request.status, outcome.request.fresh) == ("offered", False)
    assert "other" in outcome.request.facts


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

    outcome = run_out(before, at=LATER)

    assert kinds(outcome) == ["offer_lapsed"]
    assert outcome.events[0].causationid == before.last_event
    assert (outcome.request.status, outcome.request.fresh) == ("triaged", True)


def test_a_decline_in_time_that_comes_after_the_lapse_is_only_answered() -> None:
    sender = Sender()
    lapsed = run_out(offered(sender), at=LATER).request

    outcome = decided(lapsed, sender.answered("decline", "iacp"))

    assert kinds(outcome) == ["message_applied"]


def test_an_acceptance_in_time_is_refused_once_another_provider_was_asked() -> None:
    more = rules_with(provider("fop"))
    sender = Sender()
    lapsed = run_out(offered(sender), at=LATER).request
    [other] = match_in_order(LaneStep("cri-tac", True, more, room("fop"), LATER), [lapsed])
    assert other.request.offered == ("iacp", "fop")

    assert refusal(decided(other.request, sender.answered("accept", "iacp"))) == "offer_not_open"
