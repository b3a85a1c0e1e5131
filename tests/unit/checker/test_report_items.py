"""The checker comes to the same work about reports as the desk, by its own fold of the log."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from services.desk.work import sites
from services.desk.work.assessment import Said
from services.desk.work.reports import items_of
from tests.examples.assessments import ENGAGEMENT
from tests.examples.decided import Decisions
from tests.proofs.checker.fold_reports import open_items
from tests.proofs.checker.run import Record, Run

SPRING = date(2027, 4, 30)


def checked() -> Decisions:
    decisions = Decisions().drafted()
    decisions.say("checked", items=[{"item": "2.1", "answer": "dispute"}])
    return decisions


def late() -> Decisions:
    decisions = Decisions().drafted()
    decisions.late("progress", SPRING, at=decisions.at)
    return decisions


def moved() -> Decisions:
    decisions = late()
    decisions.say("reschedule")
    return decisions


def planned_again() -> Decisions:
    decisions = late()
    decisions.say("plan", first_due_on="2027-09-30")
    return decisions


def one_planned_again() -> Decisions:
    decisions = Decisions()
    decisions.say("plan", every="once")
    decisions.at = datetime(2027, 5, 10, 15, tzinfo=UTC)
    decisions.late("progress", SPRING, at=decisions.at)
    decisions.say("plan", every="once", first_due_on="2027-09-30")
    return decisions


def corrected() -> Decisions:
    decisions = Decisions().published()
    decisions.say("correct", actor="staff:c3")
    decisions.say("approve_correction", is_refused=True)
    return decisions


def withdrawn() -> Decisions:
    decisions = corrected()
    decisions.say("withdraw")
    return decisions


def proposed() -> Decisions:
    decisions = Decisions()
    decisions.say("proposed")
    decisions.say("verified", is_refused=True)
    return decisions


def verified() -> Decisions:
    decisions = proposed()
    decisions.say("verified", decision="return")
    return decisions


LIVES = (
    checked,
    late,
    moved,
    planned_again,
    one_planned_again,
    corrected,
    withdrawn,
    proposed,
    verified,
)


def run(decisions: Decisions) -> Run:
    topics: dict[str, list[Record]] = {}
    for topic, event in decisions.events:
        records = topics.setdefault(topic, [])
        records.append(Record(topic, 0, len(records), b"k", event.encode()))
    return Run(topics=topics, ends={}, tables={})


def by_the_desk(decisions: Decisions) -> set[str]:
    said: dict[str, Said] = {}
    for _, event in decisions.events:
        if (each := sites.said_by(event)) is not None:
            before = said.get(each.event_id)
            said[each.event_id] = each if before is None else before.completed(each)
    items = items_of(ENGAGEMENT, said.values())
    return {item_id for item_id, (_, closed) in items.items() if closed is None}


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_both_come_to_the_same_items(life: Callable[[], Decisions]) -> None:
    decisions = life()

    assert open_items(run(decisions)) == by_the_desk(decisions)


def test_there_is_something_to_compare() -> None:
    found = [open_items(run(life())) for life in LIVES]

    assert {item.partition(":")[0] for each in found for item in each} == {
        "report_to_approve", "late_publication", "correction_to_approve", "status_to_verify",
    }  # fmt: skip
