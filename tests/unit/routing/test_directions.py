"""Directions of the program office about referred requests."""

import json

import pytest

from services.routing.life.request import CapacityChange
from tests.examples.decisions import decided, kinds, offered, referred, refusal
from tests.examples.routing import Sender


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


def test_the_decision_record_and_the_events_keep_who_acted() -> None:
    sender = Sender()
    direction = sender.directed("route").model_copy(update={"actor": "staff:k7f2"})

    outcome = decided(referred(sender), direction)

    assert json.loads(outcome.records[0].text)["actor"] == "staff:k7f2"
    assert {event.actor for event in outcome.events} == {"staff:k7f2"}


def test_a_request_that_is_assigned_in_another_program_goes_into_its_lane() -> None:
    sender = Sender()
    countered = decided(offered(sender), sender.answered("counter", "iacp")).request

    direction = {"provider": "iaclea", "program": "critical-response"}
    outcome = decided(countered, sender.directed("assign", **direction))

    assert countered.lane == "cri-tac.standard"
    assert (outcome.request.program, outcome.request.lane) == (
        "critical-response",
        "critical-response.standard",
    )
