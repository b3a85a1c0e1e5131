"""A request's stream as an operator reads it."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from continuum.decision import Decision, decision_of
from continuum.history import Facts, Line, Notice, RoutingState, render
from services.reporting.timeline import entry_of
from shared.contracts.reference import Because, Rule
from tests.examples.streams import START, EventStream

BECAUSE = Because(staff="…")
RULES = [
    Rule(id="serves", about="provider", effect="require", when=[], because=BECAUSE),
    Rule(id="conflict", about="provider", effect="exclude", when=[], because=BECAUSE),
    Rule(id="campus-fit", about="provider", effect="prefer", weight=40, when=[], because=BECAUSE),
    Rule(id="federal", about="eligibility", effect="exclude", when=[], because=BECAUSE),
]
RECORD: dict[str, Any] = {
    "kind": "match",
    "number": 2,
    "ruleset": "abc",
    "outcome": "offered",
    "provider": "iaclea",
    "because": {"staff": "IACLEA is the first of 2 candidates."},
    "not_again": ["noble"],
    "order": ["iaclea", "iacp"],
    "candidates": [
        ["fop", "-..", None, 0, 0, 0],
        ["iaclea", "m-m", 0, 3, 1, 0],
        ["iacp", "m--", 0, 9, 0, 0],
        ["mcsa", "mm-", 0, 9, 0, 0],
        ["noble", "m--", 0, 9, 0, 0],
        ["nsa", "m--", None, 0, 4, 0],
    ],
}


def test_a_decision_names_every_candidate_and_the_rules_that_matched() -> None:
    decision = decision_of(json.dumps(RECORD), at=START, rules={"abc": RULES})

    assert decision.heading == "decision 2, which provider: offered, iaclea"
    assert decision.lines == (
        "IACLEA is the first of 2 candidates.",
        "1. iaclea: score 40, room for 3, 1 under way; passes: serves, campus-fit +40",
        "2. iacp: score 0, room for 9, 0 under way; passes: serves",
        "-  fop: excluded by serves (required)",
        "-  mcsa: excluded by conflict (excluded)",
        "-  noble: was asked before",
        "-  nsa: has no room for it; passes: serves",
    )


def test_a_decision_under_an_unknown_rule_set_shows_its_verdicts() -> None:
    decision = decision_of(json.dumps(RECORD), at=START, rules={})

    assert "-  fop: has no room for it; verdicts -.. under a rule set that is not here" in (
        decision.lines
    )


def test_the_history_lists_events_decisions_and_notices_in_order() -> None:
    stream = EventStream(1)
    accepted, triaged = stream.accepted(), stream.triaged()
    lines = [line(topic, event) for topic, event in stream.events]
    decision = Decision(triaged.time, "decision 1, which program", ("CRI-TAC serves it.",))
    notices = [
        Notice(
            accepted.id,
            "ca-post",
            START,
            "gov.cri.submission.accepted.v1",
            7,
            None,
            ["c-1: refused", "c-2: accepted"],
        ),
        Notice(triaged.id, "ca-post", START, None, None, "the outcome follows"),
    ]

    text = render(
        facts(accepted.data, published=1),
        state(published=1),
        lines=lines,
        decisions=[decision],
        notices=notices,
    )

    assert [part.strip() for part in text[4:]] == [
        "waits for: the answer of iacp until 2026-03-07 15:00:00.000",
        "clock: offer_answer.standard, due 2026-03-07 15:00:00.000",
        "",
        "2026-03-02 15:01:01.000  intake         request accepted",
        "ca-post is sent: submission.accepted (its message 7), mailed to c-1: refused,"
        " mailed to c-2: accepted",
        "2026-03-02 15:02:01.000  routing        decision 1, which program",
        "CRI-TAC serves it.",
        "2026-03-02 15:02:01.000  routing        request triaged → triaged",
        "ca-post is not notified: the outcome follows",
    ]


def test_a_notice_that_must_be_told_by_a_call_says_what_became_of_it() -> None:
    stream = EventStream(1)
    accepted, triaged = stream.accepted(), stream.triaged()
    kind = "gov.cri.request.status_changed.v1"
    call = Notice(accepted.id, "desk", START, kind, 7, None, call=True)
    called = Notice(triaged.id, "desk", START, kind, 8, None, call=True, called_at=START)

    text = render(
        facts(accepted.data, published=1),
        state(published=1),
        lines=[line(topic, event) for topic, event in stream.events],
        decisions=[],
        notices=[call, called],
    )

    sent = "desk is sent: request.status_changed (its message"
    assert [part.strip() for part in text if "desk is sent" in part] == [
        f"{sent} 7), no mail reaches the agency: not called yet",
        f"{sent} 8), no mail reaches the agency: called, as said 2026-03-02 15:00:00.000",
    ]


def test_events_that_reporting_has_not_taken_in_are_reported_as_missing() -> None:
    accepted = EventStream(1).accepted()

    text = render(
        facts(accepted.data, published=1),
        state(published=2),
        lines=[],
        decisions=[],
        notices=[],
    )

    assert text[-1] == "Reporting has not taken in 3 more event(s) of it yet."


def test_a_request_that_waits_is_shown_with_its_place_and_its_queue_number() -> None:
    waits = replace(
        state(published=0), status="waiting", place=2, waits_for="no_capacity", offer_state=None
    )

    text = render(
        facts(EventStream(1).accepted().data, published=0),
        waits,
        lines=[],
        decisions=[],
        notices=[],
    )

    assert "waits for: no capacity, place 2 of its lane (queue number 48213)" in text


def test_what_is_late_is_shown_with_what_comes_next() -> None:
    request = EventStream(1).accepted().data
    late = replace(
        state(published=0),
        due_clock=None,
        late_clock="triage.standard",
        late_since=START,
        misses=2,
        next_at=START + timedelta(days=9),
    )

    text = render(facts(request, published=0), late, lines=[], decisions=[], notices=[])

    assert "late: triage.standard, was due 2026-03-02 15:00:00.000; announced 2 times" in text
    assert any(line.startswith("late: it is announced again 2026-03-11") for line in text)


def test_e52_the_ledger_of_the_clocks_follows_each_line_with_its_event() -> None:
    stream = EventStream(1)
    accepted, made = stream.accepted(), stream.offered()
    lines = [line(topic, event) for topic, event in stream.events]

    text = render(
        facts(accepted.data, published=1),
        state(published=len(lines) - 1),
        lines=lines,
        decisions=[],
        notices=[],
    )

    assert text[-3:-1] == ["", "clocks, each line with its event:"]
    begins, _, event_id = text[-1].rpartition("  ")
    assert "  offer_answer.standard: started, due " in begins
    assert event_id == f"[{made.id}]"


def line(topic: str, event: Any) -> Line:
    entry = entry_of(event, topic=topic)
    return Line(
        topic=entry.topic,
        sequence=entry.sequence,
        type=entry.type,
        at=entry.at,
        status=entry.status,
        provider=entry.provider,
        detail=entry.detail,
        event_id=entry.event_id,
        clock=entry.clock,
        due_at=entry.due_at,
    )


def facts(request: Any, *, published: int) -> Facts:
    return Facts(request.tracking_number, "ca-post", "CA-1", request, published)


def state(*, published: int) -> RoutingState:
    until = START + timedelta(days=5)
    return RoutingState(
        status="offered",
        program="cri-tac",
        lane="cri-tac.standard",
        queue_number=48_213,
        place=None,
        waits_for=None,
        published=published,
        offer_state="open",
        offer_expires_at=until,
        due_clock="offer_answer.standard",
        due_at=until,
        offered=["iacp"],
    )
