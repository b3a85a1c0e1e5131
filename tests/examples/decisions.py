"""Requests at several points of their life in routing, and what a decision publishes."""

from datetime import timedelta
from typing import Any

from services.routing.lanes.lane import LaneStep, match_in_order
from services.routing.life.capacity import Capacity, apply, declared
from services.routing.life.decide import decide
from services.routing.life.outcome import DecisionOutcome
from services.routing.life.request import Request
from shared.contracts.routing import MessageRefused
from tests.examples import routing as examples
from tests.examples.routing import AT, Sender, rules_with

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


def delivered(sender: Sender) -> Request:
    return decided(engaged(sender), sender.milestone("delivered", "iacp")).request


def referred(sender: Sender, **agency: Any) -> Request:
    sender.facts = examples.facts(agency={"listed": False, **agency})
    return accepted(sender)
