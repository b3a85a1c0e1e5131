"""Who drafted a report and the agency are told what becomes of it."""

import pytest

from services.reporting.publication.report import Report
from shared.contracts.event import Facts
from shared.contracts.reporting import ReportStatusFacts, ReturnReasonFacts
from tests.examples.assessments import AGENCY, ENGAGEMENT, NUMBER, OFFICE, PROVIDER
from tests.examples.publications import APPROVER, DRAFTER, OTHER, REPORT, Reports, applied, known


def status_in(facts: list[Facts]) -> ReportStatusFacts:
    (status,) = [each for each in facts if isinstance(each, ReportStatusFacts)]
    return status


def test_a_return_is_told_with_its_words_to_the_participant_that_drafted_the_version() -> None:
    reports = Reports().drafted()

    reason, status = applied(reports.say("return", actor=APPROVER))

    assert reason == ReturnReasonFacts(
        participant=PROVIDER,
        tracking_number=NUMBER,
        engagement_id=ENGAGEMENT,
        report_id=REPORT,
        version=1,
        why="Old.",
    )
    assert status == ReportStatusFacts(
        participant=AGENCY,
        drafted_by=PROVIDER,
        tracking_number=NUMBER,
        engagement_id=ENGAGEMENT,
        report_id=REPORT,
        version=1,
        status="returned",
    )


def test_the_drafter_is_who_drafted_the_version_and_not_the_last_to_join() -> None:
    reports = Reports().drafted()
    applied(reports.say("draft", version=2, participant=OFFICE, actor=OTHER))
    by_office = status_in(applied(reports.say("return", version=2, actor=APPROVER)))
    applied(reports.say("draft", version=3, actor=DRAFTER))

    by_provider = status_in(applied(reports.say("return", version=3, actor=APPROVER)))

    assert (by_office.drafted_by, by_provider.drafted_by) == (OFFICE, PROVIDER)


def test_the_drafter_of_a_version_kept_by_an_earlier_build_is_the_last_to_join() -> None:
    report = known(Reports().drafted()).reports[REPORT]
    before = report.model_dump(mode="json", exclude={"draft": {"by"}})

    kept = Report.model_validate(before)

    assert kept.draft.by is None
    assert kept.drafter == report.drafter == (PROVIDER, DRAFTER)


@pytest.mark.parametrize(
    ("name", "status"), [("approve_correction", "corrected"), ("withdraw", "withdrawn")]
)
def test_what_becomes_of_a_published_report_is_told(name: str, status: str) -> None:
    reports = Reports().published()
    applied(reports.say("correct", actor=APPROVER))

    told = status_in(applied(reports.say(name, actor=OTHER)))

    assert (told.status, told.version, told.drafted_by) == (status, 1, PROVIDER)


def test_the_drafter_is_told_that_the_report_is_published() -> None:
    reports = Reports().drafted()
    applied(reports.say("checked", hash=reports.hash))

    told = status_in(applied(reports.say("approve", actor=APPROVER, hash=reports.hash)))

    assert (told.status, told.version, told.texts) == ("published", 1, None)
