"""The watcher counts a request when both of its messages have come, each once."""

from datetime import UTC, datetime
from typing import Any

from benchmarks.watch import Received
from shared.contracts.outbound import TYPES, Message


def message(kind: str, data: dict[str, Any]) -> bytes:
    return Message(
        id="1",
        type=TYPES[kind],
        subject=data.get("tracking_number", "load1-0"),
        time=datetime(2026, 1, 5, tzinfo=UTC),
        correlationid="r",
        causationid="c",
        data=data,
    ).encode()


def accepted(number: int, *, load: str = "load1") -> bytes:
    facts = {
        "reference": f"{load}-{number}",
        "request_id": "01a20add-dcb3-7f58-8f5a-0abbf3295d20",
        "tracking_number": f"CRI-{number}",
    }
    return message("accepted", facts)


def offered(number: int) -> bytes:
    return message(
        "offer_made", {"offer_id": f"CRI-{number}-O1", "tracking_number": f"CRI-{number}"}
    )


def status_changed(number: int, status: str) -> bytes:
    return message("status_changed", {"tracking_number": f"CRI-{number}", "status": status})


def test_a_request_is_settled_when_its_acceptance_and_its_offer_have_come() -> None:
    seen = Received("load1")

    seen.take_in(offered(7), 1.0)
    before = seen.settled
    seen.take_in(accepted(7), 2.0)

    assert before == 0
    assert seen.settled == 1
    assert (seen.answers, seen.offers) == ({7: 2.0}, {7: 1.0})
    assert seen.last == 2.0


def test_a_place_in_the_queue_settles_as_an_offer_does() -> None:
    seen = Received("load1")

    for value in (accepted(7), status_changed(7, "waiting")):
        seen.take_in(value, 1.0)

    assert (seen.settled, seen.waiting, seen.offers) == (1, 1, {})


def test_copies_and_the_requesters_own_news_of_an_offer_count_nothing() -> None:
    seen = Received("load1")

    for value in (accepted(7), accepted(7), status_changed(7, "offered"), offered(7), offered(7)):
        seen.take_in(value, 1.0)

    assert seen.settled == 1


def test_another_load_counts_nothing() -> None:
    seen = Received("load2")

    for value in (accepted(7), offered(7)):
        seen.take_in(value, 1.0)

    assert seen.settled == 0


def test_a_refusal_or_another_state_is_named() -> None:
    seen = Received("load1")

    for value in (message("refused", {"reasons": []}), accepted(1), status_changed(1, "referred")):
        seen.take_in(value, 1.0)

    assert seen.unexpected == {"refused": 1, "referred": 1}
    assert seen.settled == 0
