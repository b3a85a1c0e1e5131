"""A report is drafted from what is recorded, in versions that count by one."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.reporting.publication.body import digest
from shared.contracts import published_reports as public
from tests.contracts.test_samples import ANY_EVENT, SAMPLES
from tests.examples.assessments import OFFICE
from tests.examples.publications import (
    DRAFTER,
    DUE,
    LATER,
    REPORT,
    Reports,
    applied,
    code_of,
    known,
)


@pytest.mark.parametrize("name", ["reschedule", "draft", "checked", "approve", "withdraw"])
def test_nothing_is_drafted_or_published_before_the_site_is_announced(name: str) -> None:
    hashed: dict[str, Any] = {"hash": "0" * 64} if name in ("checked", "approve") else {}

    assert code_of(Reports().say(name, **hashed)) == "not_announced"


def test_an_answer_names_what_stands_in_the_report() -> None:
    reports = Reports().drafted()

    answered = reports.say(
        "checked", hash=reports.hash, items=[{"item": "2.2", "answer": "agree"}]
    )

    assert code_of(answered) == "not_recorded"


@pytest.mark.parametrize("version", [1, 3])
def test_versions_count_by_one(version: int) -> None:
    reports = Reports().drafted()

    assert code_of(reports.say("draft", version=version, actor=DRAFTER)) == "version_not_next"


def test_a_returned_version_is_neither_answered_nor_approved_and_the_next_one_is() -> None:
    reports = Reports().drafted()
    applied(reports.say("return"))

    assert code_of(reports.say("checked", hash=reports.hash)) == "version_settled"
    late = DUE + timedelta(days=30)
    assert code_of(reports.say("approve", at=late, hash=reports.hash)) == "version_settled"
    assert code_of(reports.say("draft", version=2, actor=DRAFTER)) is None


def test_an_old_version_is_not_returned() -> None:
    reports = Reports().drafted()
    applied(reports.say("draft", version=2, actor=DRAFTER))

    assert code_of(reports.say("return", version=1)) == "version_not_current"


def test_a_fact_check_is_answered_once() -> None:
    reports = Reports().drafted()
    applied(reports.say("checked", hash=reports.hash))

    assert code_of(reports.say("checked", hash=reports.hash)) == "version_settled"


def test_a_report_holds_what_is_recorded_with_verified_statuses_and_claims() -> None:
    reports = Reports().published()
    published = known(reports).reports[REPORT].published
    assert published is not None

    (area,) = published.body.focus_areas
    (finding,) = area.findings
    (found,) = finding.recommendations
    assert (area.title, area.goal, finding.text, found.text) == (
        "Use of force", "operations", "Reports are late.", "Review them in five days.",
    )  # fmt: skip
    assert (found.status, found.reason, found.status_on) == (
        "in_progress", "under_study", date(2026, 12, 1),
    )  # fmt: skip
    assert found.claim == public.PublishedClaim(
        done_on=date(2026, 12, 9), words="The new policy is in force."
    )
    assert published.hash == digest(published.body)


def test_a_report_is_as_of_its_day() -> None:
    reports = Reports()
    applied(reports.say("plan"))
    applied(reports.say("draft", as_of="2026-11-30", actor=DRAFTER))
    body = known(reports).reports[REPORT].draft.body
    assert body is not None

    (found,) = body.focus_areas[0].findings[0].recommendations

    assert (found.status, found.claim) == (None, None)


@pytest.mark.parametrize("item", ["3", "2.2", "2.1.2"])
def test_only_what_is_recorded_is_reported(item: str) -> None:
    reports = Reports()
    applied(reports.say("plan"))

    assert code_of(reports.say("draft", items=["2.1", item], actor=DRAFTER)) == "not_recorded"


def test_a_report_is_drafted_by_the_provider_or_the_office() -> None:
    reports = Reports()
    applied(reports.say("plan"))

    assert code_of(reports.say("draft", participant="iacp", actor=DRAFTER)) == "not_yours"
    assert code_of(reports.say("draft", participant=OFFICE, actor=DRAFTER)) is None


def test_a_lost_text_is_never_published() -> None:
    reports = Reports()
    applied(reports.say("plan"))
    reports.texts = {}

    assert code_of(reports.say("draft", actor=DRAFTER)) == "not_processable"


def test_after_the_end_the_office_reports_and_the_provider_does_not() -> None:
    reports = Reports()
    applied(reports.say("plan"))
    reports.end(LATER)

    assert code_of(reports.say("draft", actor=DRAFTER)) == "engagement_not_open"
    assert code_of(reports.say("draft", participant=OFFICE, actor=DRAFTER)) is None


@pytest.mark.parametrize("name", ["plan", "draft", "reply"])
def test_an_engagement_that_is_not_assessed_has_no_reports(name: str) -> None:
    reports = Reports()
    reports.site = None  # type: ignore[assignment]  # not known to reporting

    assert code_of(reports.say(name, actor=DRAFTER)) == "unknown_engagement"


def test_a_hash_is_that_of_the_canonical_body() -> None:
    sample = (SAMPLES / "log" / "reporting.report_published.v1.json").read_bytes()
    event: Any = ANY_EVENT.validate_json(sample)

    assert digest(event.data.body) == event.data.hash
