"""The six questions are answered from the services' log lines."""

from datetime import UTC, datetime
from typing import Any

import pytest

from continuum.access import NotPossible
from continuum.logs import answer

NUMBER = "CRI-2026-000042-J"
RECORD = "cri.in.ca-post.v1/0/7"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def line(name: str, service: str, minute: int, **fields: Any) -> dict[str, Any]:
    return {
        "timestamp": f"2026-03-02T11:{minute:02d}:00.000000Z",
        "event_name": name,
        "service.name": service,
        "service.version": "0.2.0" if minute > 30 else "0.1.0",
        **fields,
    }


def sent(service: str, minute: int, *messages: str) -> dict[str, Any]:
    return line("messages.sent", service, minute, count=len(messages), messages=list(messages))


LINES = [
    sent("intake", 1, f"cri.int.intake.v1 intake.request_accepted.v1 {NUMBER} for {RECORD}"),
    sent("routing", 2, f"cri.int.routing.v1 routing.request_triaged.v1 {NUMBER}"),
    sent("notifications", 3, f"cri.out.ca-post.v1 request.status_changed.v1 {NUMBER}"),
    sent(
        "intake",
        40,
        "cri.int.answers.v1 intake.submission_refused.v1 for cri.in.ca-post.v1/0/8"
        " because not_json,schema",
        "cri.int.answers.v1 intake.submission_refused.v1 for cri.in.other.v1/0/8 because schema",
    ),
    sent("routing", 41, f"cri.int.routing.v1 routing.offer_made.v1 {NUMBER}"),
]
FAILED = line(
    "decision.failed",
    "routing",
    10,
    **{"topic": "cri.int.intake.v1", "partition": 2, "offset": 5, "error.type": "KeyError"},
    where="offers.py:7",
    tracking_number=NUMBER,
)
RELEASED = line(
    "order.carried_out",
    "routing",
    20,
    topic="cri.int.intake.v1",
    partition=2,
    offset=5,
    outcome="released",
)


def asked(question: str, about: str | None = None, hours: float = 1) -> list[str]:
    return answer(LINES, question, about, hours=hours, now=NOW)


def test_the_last_line_shows_where_a_request_is() -> None:
    lines = asked("where", NUMBER)

    assert [each.split("  ")[2] for each in lines] == [
        "intake.request_accepted",
        "routing.request_triaged",
        "routing.offer_made",
    ]


@pytest.mark.parametrize("about", ["ca-post", "cri.in.ca-post.v1/0/8"])
def test_a_refusal_is_shown_with_its_codes(about: str) -> None:
    (lines,) = asked("refused", about)

    assert lines.endswith("for cri.in.ca-post.v1/0/8  because not_json, schema")


def test_who_was_notified_and_when() -> None:
    (lines,) = asked("told", NUMBER)

    assert lines.startswith("2026-03-02 11:03:00  notifications -> cri.out.ca-post.v1")


def test_a_key_is_parked_until_it_is_released() -> None:
    def parked(*lines: dict[str, Any]) -> list[str]:
        return answer(lines, "parked", None, hours=1, now=NOW)

    assert parked(FAILED) == [
        f"2026-03-02 11:10:00  routing  cri.int.intake.v1/2/5  {NUMBER}  KeyError at offers.py:7"
    ]
    assert parked(FAILED, RELEASED) == ["Nothing that failed still waits."]


def test_the_records_of_a_participant_within_some_hours() -> None:
    assert len(asked("sent", "ca-post")) == 2
    assert len(asked("sent", "ca-post", hours=0.5)) == 1


def test_the_versions_that_logged_a_request() -> None:
    assert [each.partition("  last")[0] for each in asked("version", NUMBER)] == [
        "intake 0.1.0",
        "notifications 0.1.0",
        "routing 0.1.0",
        "routing 0.2.0",
    ]


def test_an_invalid_tracking_number_is_reported() -> None:
    with pytest.raises(NotPossible, match="no tracking number"):
        asked("where", "CRI-2026-000042-X")
