"""I22 on small runs."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.proofs.checker.clocks import i22_clocks_add_up
from tests.proofs.checker.mutations import of_order
from tests.proofs.checker.mutations.bench import Bench
from tests.proofs.checker.mutations.catching import catch
from tests.proofs.checker.run import Record
from tests.unit.checker.test_invariants import NUMBER, event, run, wrong

OFFER = {"status": "offered", "decided": 1, "lane": "cri-tac.standard"}
WORK = {"status": "in_delivery", "decided": 1, "lane": "cri-tac.standard"}


def reference(number: int, kind: str, **data: Any) -> Record:
    body = json.loads(event(number, **data).value or b"")
    body |= {"type": f"gov.cri.intake.{kind}.v1", "subject": "reference"}
    return Record("cri.int.reference.v1", 0, number - 1, b"reference", json.dumps(body).encode())


def at(record: Record, time: str) -> Record:
    body = json.loads(record.value or b"") | {"time": time}
    return replace(record, value=json.dumps(body).encode())


RULES = [
    reference(1, "calendar_defined", id="federal", holidays=["2025-12-25", "2026-01-01"]),
    reference(2, "ruleset_approved", clocks={}, calendar={}, calendar_id="federal"),
]
CLOSED = reference(
    3,
    "calendar_defined",
    id="federal",
    holidays=["2025-12-25", "2026-01-01"],
    closures=[{"from": d, "until": d} for d in ("2025-12-24", "2025-12-26")],
)
MADE = at(
    event(1, "offer_made", **OFFER, expires_at="2025-12-31T14:00:00Z"), "2025-12-23T14:00:00Z"
)


def found(*records: Record) -> list[str]:
    return wrong(i22_clocks_add_up(run(*RULES, *records)))


def test_e51_an_offer_ends_by_the_calendar_and_a_closure_moves_it() -> None:
    dates = {"before": "2025-12-31T14:00:00Z", "due_at": "2026-01-05T14:00:00Z"}
    moved = event(2, "clock_moved", **OFFER, clock="offer_answer.standard", **dates)
    lapsed = at(event(3, "offer_lapsed", **OFFER), "2026-01-05T14:30:00Z")

    assert found(MADE) == []
    assert found(CLOSED, MADE, moved, lapsed) == []


def test_another_end_than_that_of_a_rule_set_is_noticed() -> None:
    early = event(1, "offer_made", **OFFER, expires_at="2025-12-30T14:00:00Z")

    (text,) = found(at(early, "2025-12-23T14:00:00Z"))

    assert text.startswith(f"{NUMBER}: offer_made ends offer_answer.standard at")


def test_a_lapse_before_its_time_is_noticed() -> None:
    lapsed = at(event(2, "offer_lapsed", **OFFER), "2025-12-31T13:59:00Z")

    assert found(MADE, lapsed) == [f"{NUMBER}: offer_lapsed comes before its time"]


@pytest.mark.parametrize(
    ("due", "n", "time", "expected"),
    [
        ("2026-04-01T13:00:00Z", 2, "2026-04-03T13:00:00Z", []),
        ("2026-04-01T13:00:00Z", 3, "2026-04-03T13:00:00Z", ["is not the next after 1"]),
        ("2026-04-01T13:00:00Z", 2, "2026-04-02T13:00:00Z", ["comes before its time"]),
        (
            "2026-04-01T12:00:00Z",
            2,
            "2026-04-03T13:00:00Z",
            ["is of another clock than the one that ran"],
        ),
    ],
)
def test_e52_misses_are_of_the_clock_that_ran_and_counted(
    due: str, n: int, time: str, expected: list[str]
) -> None:
    about = {**WORK, "clock": "engagement_silence", "due_at": due}
    started = event(1, "engagement_progressed", **WORK, due_at="2026-04-01T13:00:00Z")
    records = [
        at(started, "2026-03-02T14:00:00Z"),
        at(event(2, "clock_missed", **about, next_at="2026-04-03T13:00:00Z"), due),
        at(event(3, "clock_still_missed", **about, n=n, next_at="2026-04-09T13:00:00Z"), time),
    ]

    assert [text.split(" ", 2)[2] for text in found(*records)] == expected


@pytest.mark.parametrize(
    ("n", "until", "expected"),
    [
        (1, None, ["was settled"]),
        (1, "2026-04-03T13:00:00Z", []),
        (2, "2026-04-03T13:00:00Z", ["is of another clock than the one that is late"]),
    ],
)
def test_e52_a_settled_clock_is_announced_again_only_from_its_date_on(
    n: int, until: str | None, expected: list[str]
) -> None:
    about = {**WORK, "clock": "engagement_silence", "due_at": "2026-04-01T13:00:00Z"}
    again = {} if until is None else {"next_at": until}
    started = event(1, "engagement_progressed", **WORK, due_at="2026-04-01T13:00:00Z")
    missed = event(2, "clock_missed", **about, next_at="2026-04-03T13:00:00Z")
    still = event(4, "clock_still_missed", **about, n=n + 1, next_at="2026-04-09T13:00:00Z")
    records = [
        at(started, "2026-03-02T14:00:00Z"),
        at(missed, "2026-04-01T13:00:00Z"),
        at(event(3, "clock_settled", **about, n=n, **again), "2026-04-02T13:00:00Z"),
        at(still, "2026-04-03T13:00:00Z"),
    ]

    assert [text.split(" ", 2)[2] for text in found(*records)] == expected


@pytest.mark.parametrize(
    ("due", "times", "expected"),
    [
        ("2025-12-31T14:00:00Z", 1, []),
        ("2025-12-31T14:00:00Z", 2, ["comes twice"]),
        ("2025-12-30T14:00:00Z", 1, ["is of another clock than the one that runs"]),
    ],
)
def test_e46_a_clock_is_reminded_of_once(due: str, times: int, expected: list[str]) -> None:
    about = {**OFFER, "clock": "offer_answer.standard", "due_at": due}
    reminders = [
        at(event(2 + number, "clock_reminded", **about), "2025-12-30T14:00:00Z")
        for number in range(times)
    ]

    assert [text.split(" ", 2)[2] for text in found(MADE, *reminders)] == expected


AFFECTED = at(
    event(2, "engagement_affected", **WORK, cause="provider_ended", engagement_id="E1",
          rehome_by="2026-03-10T13:00:00Z"),
    "2026-03-03T14:00:00Z",
)  # fmt: skip


def test_a_clock_beside_the_silence_is_missed_by_itself() -> None:
    silence = event(1, "engagement_progressed", **WORK, due_at="2026-04-01T13:00:00Z")
    late = {
        "rehome": ("2026-03-10T13:00:00Z", "2026-03-12T13:00:00Z"),
        "engagement_silence": ("2026-04-01T13:00:00Z", "2026-04-03T13:00:00Z"),
    }
    misses = [
        at(event(number, "clock_missed", **WORK, clock=clock, due_at=due, next_at=again), due)
        for number, (clock, (due, again)) in enumerate(late.items(), 3)
    ]
    records = [at(silence, "2026-03-02T14:00:00Z"), AFFECTED, *misses]

    assert found(*records) == []


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("provider_not_registered", []),
        ("provider_suspended", ["is of a clock that does not run"]),
        ("takes_part_again", ["is of a clock that does not run"]),
    ],
)
def test_the_clock_of_a_rehoming_stops_when_the_provider_takes_part_again(
    cause: str, expected: list[str]
) -> None:
    rehome = {**WORK, "clock": "rehome", "due_at": "2026-03-10T13:00:00Z"}
    missed = event(4, "clock_missed", **rehome, next_at="2026-03-12T13:00:00Z")
    records = [
        AFFECTED,
        event(3, "engagement_affected", **WORK, cause=cause, engagement_id="E1"),
        at(missed, "2026-03-10T13:00:00Z"),
    ]

    assert [text.split(" ", 2)[2] for text in found(*records)] == expected


def test_a_move_of_another_end_is_noticed() -> None:
    dates = {"before": "2025-12-30T14:00:00Z", "due_at": "2026-01-05T14:00:00Z"}
    moved = event(2, "clock_moved", **OFFER, clock="offer_answer.standard", **dates)

    assert found(MADE, moved) == [f"{NUMBER}: clock_moved moves another end"]


@pytest.mark.parametrize(
    ("left", "due", "expected"),
    [
        (20, "2026-05-10T14:00:00Z", []),
        (19, "2026-05-09T14:00:00Z", ["has 19 days, 0:00:00 left, and runs for 20 days, 0:00:00"]),
        (20, "2026-05-11T14:00:00Z", ["has 20 days, 0:00:00 left, and runs for 21 days, 0:00:00"]),
    ],
)
def test_e49_a_paused_clock_keeps_what_it_had_left(
    left: int, due: str, expected: list[str]
) -> None:
    about = {**WORK, "clock": "engagement_silence"}
    records = [
        at(event(1, "engagement_progressed", **WORK, due_at="2026-04-30T14:00:00Z"),
           "2026-03-31T14:00:00Z"),
        at(event(2, "clock_paused", **about, left=left * 86_400.0), "2026-04-10T14:00:00Z"),
        at(event(3, "clock_resumed", **about, due_at=due), "2026-04-20T14:00:00Z"),
    ]  # fmt: skip

    assert [text.split(" ", 2)[2] for text in found(*records)] == expected


def test_a_clock_that_stands_still_is_not_missed() -> None:
    about = {**WORK, "clock": "engagement_silence"}
    records = [
        at(event(1, "engagement_progressed", **WORK, due_at="2026-04-30T14:00:00Z"),
           "2026-03-31T14:00:00Z"),
        at(event(2, "clock_paused", **about, left=20 * 86_400.0), "2026-04-10T14:00:00Z"),
        at(event(3, "clock_missed", **about, due_at="2026-04-30T14:00:00Z"),
           "2026-04-30T15:00:00Z"),
    ]  # fmt: skip

    assert [text.split(" ", 2)[2] for text in found(*records)] == [
        "is of a clock that stands still"
    ]


def test_a_pause_with_more_time_left_is_noticed_also_where_all_work_is_over() -> None:
    starts, due = "2025-12-23T14:00:00Z", "2026-01-22T14:00:00Z"
    opened = at(event(1, "engagement_opened", **WORK, due_at=due), starts)
    closed = at(event(2, "engagement_closed", **{**WORK, "status": "closed"}), starts)
    (mutation,) = [m for m in of_order.MUTATIONS if "more time left" in m.says]
    sound = run(*RULES, opened, closed)
    sound.ends = {topic: {"0": [0, len(records)]} for topic, records in sound.topics.items()}

    assert found(opened, closed) == []
    for seed in range(5):
        assert catch(mutation, Bench(sound, Random(seed))).violations
