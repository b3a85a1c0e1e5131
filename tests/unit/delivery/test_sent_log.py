"""The log lines about sent messages contain only values of the expected form."""

import json
from typing import Any

import pytest

from shared.contracts.envelope import summary
from shared.delivery.relay import sent_log

ABOUT = {
    "type": "gov.cri.intake.submission_refused.v1",
    "subject": "CRI-2026-000042-K",
    "inreplyto": "cri.in.ca-post.v1/0/7",
}


def row(topic: str = "cri.int.answers.v1", number: int = 1, **changes: Any) -> dict[str, Any]:
    event = {**ABOUT, "data": {}, **changes}
    value = json.dumps(event, separators=(",", ":")).encode()
    return {"id": number, "topic": topic, "value": value, **summary(event)._asdict()}


def of_0_2_0(row: dict[str, Any]) -> dict[str, Any]:
    """Return *row* as a process of 0.2.0 appends it."""
    return {**row, **dict.fromkeys(summary({})._fields)}


def logged(*rows: dict[str, Any]) -> list[str]:
    return [each for line in sent_log.lines(rows, [r["id"] for r in rows]) for each in line]


def test_a_refusal_is_logged_with_its_codes_and_no_text() -> None:
    reasons = [{"code": "schema", "message": "secret"}, {"code": "not_json"}]

    assert logged(row(data={"reasons": reasons})) == [
        "cri.int.answers.v1 intake.submission_refused.v1 CRI-2026-000042-K"
        " for cri.in.ca-post.v1/0/7 because not_json,schema"
    ]


@pytest.mark.parametrize("subject", ["contact:ca-post:Jane Doe", "CRI-2026-1-K", "Jane", ""])
def test_a_subject_that_is_no_request_is_left_out(subject: str) -> None:
    kind = "gov.cri.intake.contact_set.v1"

    assert logged(row(type=kind, subject=subject, inreplyto="cri.in.x y/0/1")) == [
        "cri.int.answers.v1 intake.contact_set.v1"
    ]


def test_what_a_participant_wrote_inside_a_text_is_not_taken_for_the_envelope() -> None:
    hidden = json.dumps({"type": "gov.cri.not.real.v1", "subject": "CRI-2026-000001-A"})

    value = json.dumps({"data": {"issue": hidden}}).encode()
    assert logged({**of_0_2_0(row()), "value": value}) == []


def test_dead_letters_notices_heartbeats_and_what_was_not_sent_are_left_out() -> None:
    rows = [
        row("cri.dlq.routing.v1"),
        row("cri.int.notifications.v1"),
        row("cri.out.ca-post.v1", type="gov.cri.heartbeat.v1"),
        {**of_0_2_0(row()), "value": None},
        {**of_0_2_0(row()), "value": b"no JSON"},
        {**of_0_2_0(row()), "value": b"[]"},
    ]

    assert logged(*rows) == []
    assert list(sent_log.lines([row(number=5)], [4])) == []


@pytest.mark.parametrize(
    "event",
    [{}, {"subject": "contact:ca-post:Jane"}, {"inreplyto": None}, {"data": {"reasons": []}}],
)
def test_what_0_2_0_appended_is_told_as_it_was(event: dict[str, Any]) -> None:
    today = row(**event)

    assert logged(of_0_2_0(today)) == logged(today)
    assert logged(today) != []


def test_the_order_of_attributes_means_nothing() -> None:
    value = json.dumps(dict(sorted({**ABOUT, "data": {"reasons": [{"code": "schema"}]}}.items())))

    assert logged({**row(), "value": value.encode()}) == [
        "cri.int.answers.v1 intake.submission_refused.v1 CRI-2026-000042-K"
        " for cri.in.ca-post.v1/0/7 because schema"
    ]


def test_many_messages_are_several_lines() -> None:
    lines = list(sent_log.lines([row(number=n) for n in range(450)], range(450)))

    assert [len(line) for line in lines] == [200, 200, 50]
