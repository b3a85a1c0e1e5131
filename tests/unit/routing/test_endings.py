"""Withdrawals, and messages after the end of a request."""

from typing import Any

import pytest

from services.routing.life.offers import run_out
from services.routing.life.request import CapacityChange
from tests.examples.decisions import (
    LATER,
    accepted,
    data_of,
    decided,
    delivered,
    engaged,
    kinds,
    offered,
    refusal,
)
from tests.examples.routing import Sender, ruleset


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
    closed = decided(delivered(sender), sender.closed("iacp")).request

    assert refusal(decided(closed, late(sender))) == code


@pytest.mark.parametrize("lapses", [False, True])
def test_an_answer_to_an_offer_of_a_withdrawn_request_is_refused_as_not_open(
    lapses: bool,
) -> None:
    sender = Sender()
    before = run_out(offered(sender), ruleset(), at=LATER).request if lapses else offered(sender)
    withdrawn = decided(before, sender.withdrawn()).request

    assert refusal(decided(withdrawn, sender.answered("accept", "iacp"))) == "offer_not_open"


def test_an_amendment_after_the_end_changes_nothing_and_is_published_as_too_late() -> None:
    sender = Sender()
    closed = decided(delivered(sender), sender.closed("iacp")).request
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
