"""What the demonstration expects on the office's list about assessments in public."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from deploy.demo.office.open_work import OpenWork
from tests.examples.assessments import NUMBER
from tests.examples.decided import Decisions
from tests.examples.publications import APPROVER, DUE, LATER

SPRING = date(2027, 4, 30)


def work(decisions: Decisions) -> OpenWork:
    """Take in one topic, then the other, as a reader may."""
    found = OpenWork()
    for topic in sorted({topic for topic, _ in decisions.events}):
        for of, event in decisions.events:
            if of == topic:
                found.take(json.loads(event.encode()))
    return found


def kinds(decisions: Decisions, **more: Any) -> list[str]:
    at = LATER + timedelta(days=200)
    return sorted(each.kind for each in work(decisions).open_now(more.get("at", at)))


def test_a_draft_is_there_when_the_agency_has_not_answered_in_time() -> None:
    decisions = Decisions().drafted()

    assert kinds(decisions, at=DUE - timedelta(minutes=1)) == []
    assert kinds(decisions) == ["report_to_approve"]
    assert [each.about for each in work(decisions).open_now(LATER)] == [NUMBER]


@pytest.mark.parametrize("then", ["approve", "return"])
def test_a_draft_that_was_checked_is_there_until_it_is_decided(then: str) -> None:
    decisions = Decisions().drafted()
    decisions.say("checked")
    assert kinds(decisions, at=DUE - timedelta(minutes=1)) == ["report_to_approve"]

    decisions.say(then, actor=APPROVER)

    assert kinds(decisions) == []
    assert work(decisions).by_kind(LATER) == {"report_to_approve": 1}


def test_dates_corrections_and_statuses_are_there_until_they_are_decided() -> None:
    decisions = Decisions()
    decisions.say("proposed")
    decisions.published()
    decisions.late("progress", SPRING, at=decisions.at)
    decisions.say("correct", actor="staff:c3")
    assert kinds(decisions) == ["correction_to_approve", "late_publication", "status_to_verify"]

    decisions.say("verified")
    decisions.say("approve_correction", actor=APPROVER)
    decisions.say("reschedule")

    assert kinds(decisions) == []


def test_a_report_that_comes_late_ends_the_first_day_that_passed() -> None:
    decisions = Decisions().drafted()
    decisions.late("progress", SPRING, at=decisions.at)
    decisions.say("approve", actor=APPROVER)

    assert kinds(decisions) == []
