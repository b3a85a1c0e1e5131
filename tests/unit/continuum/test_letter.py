"""The description of a dead letter for operators."""

from typing import Any

from continuum.letter import DeadLetter
from shared.contracts.event import Event
from tests.examples.streams import START, EventStream

DEFAULTS: dict[str, Any] = {
    "service": "routing",
    "topic": "cri.int.intake.v1",
    "partition": 0,
    "offset": 17,
    "size": 0,
    "envelope": "{}",
    "at": START,
    "reason": "decision_failed",
    "error": "KeyError",
    "parking_key": None,
    "failed_at": START,
    "waiting": 0,
    "held": 0,
    "replays": 0,
    "ordered": False,
}


def letter(event: Event | None = None, **changes: Any) -> DeadLetter:
    """Return the letter of *event*, whose key is parked."""
    stated = {"envelope": event.encode().decode(), "parking_key": event.subject} if event else {}
    return DeadLetter(**{**DEFAULTS, **stated, **changes})


def test_it_names_the_request_the_event_and_the_cause() -> None:
    accepted = EventStream(1).accepted()

    found = letter(accepted)

    assert (found.request, found.kind) == (accepted.subject, "request_accepted")
    assert found.cause == "decision failed: KeyError"
    assert found.coordinate == "cri.int.intake.v1/0/17"


def test_it_is_named_by_its_place_or_its_key() -> None:
    accepted = EventStream(1).accepted()

    found = letter(accepted)

    assert found.matches("cri.int.intake.v1/0/17")
    assert found.matches(accepted.subject)
    assert not found.matches("cri.int.intake.v1/0/18")


def test_requester_and_provider_were_not_notified() -> None:
    stream = EventStream(1)
    stream.accepted()

    found = letter(stream.offered("iacp"), topic="cri.int.routing.v1", service="notifications")

    assert found.not_notified("ca-post") == ["ca-post", "iacp"]
    assert found.at_risk.startswith("promise 4")


def test_in_reporting_only_figures_are_missing() -> None:
    found = letter(EventStream(1).accepted(), service="reporting")

    assert found.not_notified("ca-post") == []
    assert found.at_risk.startswith("promise 5")


def test_a_record_of_a_participant_is_unanswered() -> None:
    found = letter(
        service="intake",
        topic="cri.in.ca-post.v1",
        envelope='{"type": "gov.cri.request.submit.v1", "data": {}}',
        parking_key="ca-post/CA-1",
    )

    assert found.not_notified(None) == ["ca-post"]
    assert (found.about, found.kind) == ("ca-post/CA-1", "request.submit")
    assert found.at_risk.startswith("promise 1")
    assert found.is_restricted


def test_unreadable_bytes_are_still_described() -> None:
    found = letter(reason="malformed", error="schema")

    assert (found.request, found.kind, found.about) == (None, "an event", "an unreadable record")
    assert found.not_notified(None) == []


def test_the_request_of_an_answer_is_found_in_its_data() -> None:
    stream = EventStream(1)
    stream.accepted()

    found = letter(stream.answered("decline"), parking_key="something else")

    assert found.request == stream.tracking_number
