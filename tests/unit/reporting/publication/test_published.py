"""What is published is replied to, corrected, withdrawn, and followed by a new version."""

from datetime import date, timedelta

import pytest

from services.reporting.publication.body import digest
from services.reporting.publication.dates import ten_working_days_after
from services.reporting.publication.decide import Refused
from services.reporting.sites.texts import corrected, text_at
from shared.contracts import published_reports as public
from shared.contracts.reporting import ReplyAskedFacts
from tests.examples.publications import (
    APPROVER,
    CALENDAR,
    DEARBORN,
    DRAFTER,
    LATER,
    OTHER,
    REPORT,
    Reports,
    applied,
    code_of,
    known,
)


def test_e79_a_reply_is_published_byte_for_byte() -> None:
    reports = Reports().published()
    text = "  Zwölf – “so”\r\n" + "x" * 1_785

    (stated,) = applied(reports.say("reply", said_={"text": text}, time=LATER))

    assert isinstance(stated, public.ReplyFacts)
    assert (stated.item, stated.text, stated.stated_at) == ("2.1", text, LATER)


def test_a_reply_comes_within_ten_working_days_to_what_is_published() -> None:
    reports = Reports().published()
    until = ten_working_days_after(LATER, CALENDAR)

    assert code_of(reports.say("reply", item="2.2")) == "not_recorded"
    assert code_of(reports.say("reply", participant="iacp")) == "not_yours"
    late = until + timedelta(seconds=1)
    assert code_of(reports.say("reply", at=until, time=until)) is None
    assert code_of(reports.say("reply", at=late, time=late)) == "reply_too_late"


@pytest.mark.parametrize("name", ["reply", "read"])
def test_a_calendar_defined_anew_does_not_move_the_date_that_the_agency_was_told(
    name: str,
) -> None:
    reports = Reports()
    reports.calendar = CALENDAR.model_copy(update={"holidays": [*CALENDAR.holidays, "2027-01-18"]})
    reports.published()
    until = ten_working_days_after(LATER, reports.calendar)
    reports.calendar = CALENDAR
    assert until > ten_working_days_after(LATER, CALENDAR)

    decided = reports.say(name, at=until, time=until)

    assert code_of(decided) is None
    for told in applied(decided):
        assert getattr(told, "until", until) == until
    late = until + timedelta(seconds=1)
    assert code_of(reports.say(name, at=late, time=late)) == "reply_too_late"


def test_without_a_kept_date_a_reply_comes_within_ten_working_days() -> None:
    reports = Reports().published()
    publication = known(reports)
    report = publication.reports[REPORT]
    assert report.published is not None
    older = report.published.model_copy(update={"reply_due_at": None})
    kept = {REPORT: report.model_copy(update={"published": older})}
    reports.publication = publication.model_copy(update={"reports": kept})
    until = ten_working_days_after(LATER, CALENDAR)

    assert code_of(reports.say("reply", at=until, time=until)) is None
    late = until + timedelta(seconds=1)
    assert code_of(reports.say("reply", at=late, time=late)) == "reply_too_late"


@pytest.mark.parametrize("name", ["reply", "read"])
def test_an_outage_of_ours_makes_no_reply_late(name: str) -> None:
    reports = Reports().published()
    until = ten_working_days_after(LATER, CALENDAR)

    decided = reports.say(name, at=until + timedelta(days=1), time=until)

    assert code_of(decided) is None


@pytest.mark.parametrize("name", ["reply", "correct", "approve_correction", "withdraw"])
def test_only_what_is_published_is_replied_to_corrected_and_withdrawn(name: str) -> None:
    reports = Reports().drafted()

    assert code_of(reports.say(name, actor=APPROVER)) == "not_published"
    assert code_of(reports.say(name, actor=APPROVER, report_id="other")) == "not_recorded"


def test_a_correction_needs_a_second_person_and_changes_one_place() -> None:
    reports = Reports().published()
    before = known(reports).reports[REPORT].published
    assert before is not None

    assert applied(reports.say("correct", actor=APPROVER)) == []
    assert code_of(reports.say("approve_correction", actor=APPROVER)) == "second_person_needed"
    told, _ = applied(reports.say("approve_correction", actor=OTHER))

    after = known(reports).reports[REPORT].published
    assert after is not None
    assert isinstance(told, public.CorrectionFacts)
    assert (told.before, told.after) == ("Reports are late.", "Some reports are late.")
    assert told.hash == after.hash == digest(after.body) != before.hash
    assert after.body == corrected(before.body, "2.1", "Some reports are late.")
    assert code_of(reports.say("approve_correction", actor=OTHER)) == "not_recorded"


@pytest.mark.parametrize("said", ["after", "why"])
def test_a_correction_that_adds_a_name_of_another_agency_is_confirmed_by_name(said: str) -> None:
    reports = Reports(others=(DEARBORN,)).published()
    applied(reports.say("correct", said_={said: "As in DHPD."}, actor=APPROVER))

    decided = reports.say("approve_correction", actor=OTHER)

    assert isinstance(decided, Refused)
    (reason,) = decided.reasons
    place = "2.1" if said == "after" else "why"
    assert (reason.code, reason.path) == ("names_another_agency", "/report_id")
    assert reason.message == f"A name of another agency stands in {place}: DHPD."
    assert code_of(reports.say("approve_correction", actor=OTHER, names=["dhpd"])) is None


def test_a_correction_may_repeat_a_name_that_is_published() -> None:
    reports = Reports(others=(DEARBORN,))
    reports.texts = {**reports.texts, ("finding.record", "2.1"): "The DHPD helps."}
    reports.drafted()
    applied(reports.say("checked", hash=reports.hash))
    applied(reports.say("approve", actor=APPROVER, hash=reports.hash, names=["DHPD"]))
    changed = {"before": "The DHPD helps.", "after": "The DHPD has helped."}
    applied(reports.say("correct", said_=changed, actor=APPROVER))

    assert code_of(reports.say("approve_correction", actor=OTHER)) is None


def test_a_correction_repeats_what_is_published() -> None:
    reports = Reports().published()

    assert code_of(reports.say("correct", said_={"before": "Late."})) == "not_as_published"
    assert code_of(reports.say("correct", item="2.2")) == "not_as_published"
    assert code_of(reports.say("correct", correction=2)) == "version_not_next"


@pytest.mark.parametrize("item", ["title", "summary", "2", "2.1", "2.1.1"])
def test_each_place_of_a_report_can_be_corrected(item: str) -> None:
    reports = Reports().drafted()
    body = known(reports).reports[REPORT].draft.body
    assert body is not None

    found = corrected(body, item, "Another text.")

    assert text_at(found, item) == "Another text."
    assert corrected(found, item, text_at(body, item) or "") == body


def test_a_withdrawn_report_is_not_drafted_again() -> None:
    reports = Reports().published()

    told, _ = applied(reports.say("withdraw"))

    assert isinstance(told, public.WithdrawalFacts)
    assert told.why == "A mistake."
    assert code_of(reports.say("draft", version=2, actor=DRAFTER)) == "number_used"
    assert code_of(reports.say("withdraw")) == "not_published"


def test_a_published_report_stays_of_its_kind_so_that_its_due_day_stays_kept() -> None:
    reports = Reports().published()

    other = reports.say("draft", version=2, kind="final", actor=DRAFTER)

    assert code_of(other) == "not_as_published"
    assert code_of(reports.say("draft", version=2, actor=DRAFTER)) is None


def test_what_is_not_published_may_become_a_report_of_another_kind() -> None:
    reports = Reports().drafted()

    assert code_of(reports.say("draft", version=2, kind="final", actor=DRAFTER)) is None


def test_the_next_version_of_a_published_report_takes_its_place_and_its_due_day() -> None:
    reports = Reports().published()
    applied(reports.say("draft", version=2, actor=DRAFTER, said_={"summary": "New."}))
    late = LATER + timedelta(days=60)

    told, reply, _ = applied(
        reports.say("approve", at=late, version=2, actor=APPROVER, hash=reports.hash)
    )

    assert isinstance(told, public.ReportFacts)
    assert (told.body.version, told.body.summary, told.due_on) == (2, "New.", date(2027, 4, 30))
    assert isinstance(reply, ReplyAskedFacts)
    assert (reply.version, reply.hash) == (2, told.hash)
