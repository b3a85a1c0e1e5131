"""The agency reads what it may check or reply to; nobody else learns that there is a report."""

from datetime import timedelta
from typing import Any

import pytest

from services.reporting.publication.body import digest
from services.reporting.publication.dates import ten_working_days_after
from services.reporting.publication.decide import LONGEST, Context
from services.reporting.publication.evolve import evolve
from shared.contracts.reporting import ReportToldFacts
from tests.examples.assessments import AGENCY, OFFICE, PROVIDER
from tests.examples.publications import (
    APPROVER,
    CALENDAR,
    DRAFTED,
    DRAFTER,
    DUE,
    LATER,
    REPORT,
    TEXTS,
    Reports,
    applied,
    code_of,
    known,
    said,
)


def read(reports: Reports, **changes: Any) -> ReportToldFacts:
    (told,) = applied(reports.say("read", **changes))
    assert isinstance(told, ReportToldFacts)
    return told


def test_the_agency_reads_what_it_may_check_until_it_has_answered() -> None:
    reports = Reports().drafted()

    told = read(reports)

    assert (told.participant, told.stage, told.until) == (AGENCY, "fact_check", DUE)
    assert digest(told.body) == told.hash == reports.hash
    assert told.body.focus_areas[0].findings[0].text == "Reports are late."
    assert read(reports, at=LATER) == told
    applied(reports.say("checked", hash=reports.hash))
    assert code_of(reports.say("read")) == "version_settled"


def test_the_agency_reads_what_it_may_reply_to_as_it_is_published() -> None:
    reports = Reports().published()
    applied(reports.say("correct", actor=DRAFTER))
    applied(reports.say("approve_correction", actor=APPROVER))
    until = ten_working_days_after(LATER, CALENDAR)

    told = read(reports, at=until)

    assert (told.stage, told.until) == ("published", until)
    assert told.body.focus_areas[0].findings[0].text == "Some reports are late."
    assert digest(told.body) == told.hash
    after = until + timedelta(seconds=1)
    late = reports.say("read", at=after, time=after)
    assert code_of(late) == "reply_too_late"


def test_two_versions_are_read_apart() -> None:
    reports = Reports().published()
    applied(reports.say("draft", version=2, actor=DRAFTER))

    assert [read(reports, version=each).stage for each in (1, 2)] == ["published", "fact_check"]
    assert code_of(reports.say("read", version=3)) == "version_not_current"


@pytest.mark.parametrize("stage", ["unplanned", "drafted", "published"])
@pytest.mark.parametrize("who", [PROVIDER, "ohio-dps"])
def test_nobody_else_reads_a_report_or_learns_that_there_is_one(stage: str, who: str) -> None:
    reports = Reports()
    if stage != "unplanned":
        reports = reports.drafted() if stage == "drafted" else reports.published()

    of_another = reports.say("read", participant=who)
    of_none = reports.say("read", participant=who, report_id="another")

    assert code_of(of_another) == "not_recorded"
    assert of_another == of_none == reports.say("read", report_id="another")


def test_an_office_reads_the_last_version_and_the_published_one_whenever_it_asks() -> None:
    reports = Reports().drafted()
    applied(reports.say("checked", hash=reports.hash))

    checked = read(reports, participant=OFFICE)
    applied(reports.say("approve", at=LATER, actor=APPROVER, hash=reports.hash))
    applied(reports.say("correct", actor="staff:c3"))
    much_later = LATER + timedelta(days=400)
    published = read(reports, participant=OFFICE, at=much_later)

    assert (checked.participant, checked.stage) == (OFFICE, "fact_check")
    assert checked.corrections is None
    assert published.stage == "published"
    assert published.corrections is not None
    assert [each.model_dump() for each in published.corrections] == [
        {"correction": 1, "item": "2.1", "before": "Reports are late.",
         "after": "Some reports are late.", "why": "One district."},
    ]  # fmt: skip
    applied(reports.say("approve_correction", actor=APPROVER))
    assert read(reports, participant=OFFICE).corrections == []
    reports.at = LATER
    assert read(reports).corrections is None
    assert code_of(reports.say("read", participant=OFFICE, report_id="x")) == "not_recorded"


def test_what_is_returned_withdrawn_or_lost_is_not_read() -> None:
    returned = Reports().drafted()
    applied(returned.say("return"))
    withdrawn = Reports().published()
    applied(withdrawn.say("withdraw"))
    lost = Reports().drafted()
    erased = known(lost).reports[REPORT].without_drafts()
    lost.publication = known(lost).model_copy(update={"reports": {REPORT: erased}})

    codes = [code_of(each.say("read")) for each in (returned, withdrawn, lost)]
    assert codes == ["version_settled", "not_published", "not_processable"]


def test_reading_changes_nothing() -> None:
    reports = Reports().drafted()
    before = known(reports)
    event = said("read")
    context = Context(at=DRAFTED, calendar=CALENDAR, site=reports.site, publication=before)

    assert evolve(event, [], context) is before


def test_a_report_that_fits_into_no_message_is_not_drafted() -> None:
    reports = Reports()
    applied(reports.say("plan"))
    reports.texts = {**TEXTS, ("finding.record", "2.1"): "x" * LONGEST}

    refused = reports.say("draft", actor=DRAFTER)

    assert code_of(refused) == "too_long"
