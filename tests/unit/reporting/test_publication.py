"""Publication: what is drafted, checked, approved, published, replied to and corrected."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.reporting.assessments.decide import refusal_of
from services.reporting.assessments.site import evolve
from services.reporting.publication.body import digest
from services.reporting.publication.dates import open_days, planned_days, ten_working_days_after
from services.reporting.publication.decide import Refused
from services.reporting.publication.late import late_days
from services.reporting.publication.names import Names
from services.reporting.publication.report import Late, Publication
from services.reporting.publication.slugs import slug_of
from services.reporting.sites.texts import corrected, text_at
from shared.contracts import published_reports as public
from shared.contracts.reporting import FactCheckAskedFacts
from tests.contracts.test_samples import ANY_EVENT, SAMPLES
from tests.examples.assessments import AGENCY, OFFICE, PROVIDER
from tests.examples.assessments import message as recorded
from tests.examples.publications import (
    APPROVER,
    CALENDAR,
    DRAFTED,
    DRAFTER,
    DUE,
    LATER,
    OTHER,
    REPORT,
    SLUG,
    Reports,
    applied,
    assessed,
    code_of,
)

DEARBORN = Names(
    "CRI-2026-000002-X-E1", "Dearborn Heights Police Department", ("DHPD",), "MI8234500"
)


def known(reports: Reports) -> Publication:
    assert reports.publication is not None
    return reports.publication


def test_the_first_plan_announces_the_site_and_later_ones_do_not() -> None:
    reports = Reports()

    first = applied(reports.say("plan"))
    second = applied(reports.say("plan", kind="final", every="once", first_due_on="2028-05-31"))

    announced, planned = first
    assert isinstance(announced, public.SiteFacts)
    assert (announced.slug, announced.status, announced.opened_on) == (
        SLUG, "announced", date(2026, 6, 1),
    )  # fmt: skip
    assert planned == public.PlanFacts(
        slug=SLUG, kind="progress", every="half_year", first_due_on=date(2027, 4, 30)
    )
    assert [type(each) for each in second] == [public.PlanFacts]


def test_a_name_in_addresses_is_given_once() -> None:
    name, state = "St. Louis County Police Department", "US-MO"

    slug = slug_of(name, state, ())

    assert slug == "st-louis-county-police-department-mo"
    assert slug_of(name, state, {slug}) == f"{slug}-2"
    assert slug_of("Cañon City Police", "US-CO", ()) == "canon-city-police-co"
    assert slug_of("警察", "US-GU", ()) == "gu"


@pytest.mark.parametrize("name", ["reschedule", "draft", "checked", "approve", "withdraw"])
def test_nothing_is_drafted_or_published_before_the_site_is_announced(name: str) -> None:
    hashed: dict[str, Any] = {"hash": "0" * 64} if name in ("checked", "approve") else {}

    assert code_of(Reports().say(name, **hashed)) == "not_announced"


def test_e74_who_drafted_a_report_neither_verifies_a_status_nor_approves() -> None:
    reports = Reports()
    applied(reports.say("plan"))
    applied(reports.say("draft", participant=OFFICE, actor=DRAFTER))
    applied(reports.say("checked", hash=reports.hash))
    drafters = known(reports).drafters
    proposed = recorded("proposed", status="complete", on="2026-12-12")
    verdict = recorded("verified", status="complete", actor=DRAFTER, on="2026-12-12")
    site = evolve(reports.site, proposed)
    refused = refusal_of(site, verdict, drafters=drafters)

    assert refused is not None
    assert refused.code == "second_person_needed"
    assert refusal_of(site, verdict) is None
    approved = reports.say("approve", actor=DRAFTER, hash=reports.hash)
    assert code_of(approved) == "second_person_needed"
    assert code_of(reports.say("approve", actor=APPROVER, hash=reports.hash)) is None


def test_e74_who_verified_a_status_in_a_report_does_not_approve_it() -> None:
    reports = Reports().drafted()
    applied(reports.say("checked", hash=reports.hash))

    approved = reports.say("approve", actor="staff:a1", hash=reports.hash)

    assert code_of(approved) == "second_person_needed"


def test_a_person_of_another_participant_is_another_person() -> None:
    reports = Reports().drafted()
    applied(reports.say("checked", hash=reports.hash))

    assert code_of(reports.say("approve", actor=DRAFTER, hash=reports.hash)) is None


def test_e75_the_agency_has_ten_working_days_and_the_office_may_publish_after_that() -> None:
    reports = Reports()
    applied(reports.say("plan"))
    (asked,) = applied(reports.say("draft", at=DRAFTED, actor=DRAFTER))
    assert isinstance(asked, FactCheckAskedFacts)

    early = reports.say(
        "approve", at=DUE - timedelta(seconds=1), actor=APPROVER, hash=reports.hash
    )
    in_time = reports.say("approve", at=DUE, actor=APPROVER, hash=reports.hash)

    assert (asked.participant, asked.due_at) == (AGENCY, DUE)
    assert code_of(early) == "fact_check_open"
    published, site = applied(in_time)
    assert isinstance(published, public.ReportFacts)
    assert (published.fact_check, published.comments) == ("not_answered", [])
    assert isinstance(site, public.SiteFacts)
    assert site.status == "active"


def test_after_the_calendars_end_only_weekends_are_off() -> None:
    start = datetime(2027, 12, 27, 17, tzinfo=UTC)

    assert ten_working_days_after(start, CALENDAR) == datetime(2028, 1, 10, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("items", "words", "outcome", "comments"),
    [
        ([], {}, "checked", []),
        ([{"item": "2.1", "answer": "agree"}], {"2.1": "Well said."}, "checked", []),
        (
            [{"item": "2.1", "answer": "dispute"}, {"answer": "dispute"}],
            {"2.1": "They are in time.", "": "Too short."},
            "disputed",
            [("2.1", "They are in time."), (None, "Too short.")],
        ),
    ],
)
def test_what_the_agency_disputes_and_the_office_leaves_is_published_unchanged(
    items: list[Any], words: dict[str, str], outcome: str, comments: list[Any]
) -> None:
    reports = Reports().drafted()
    applied(
        reports.say(
            "checked", hash=reports.hash, items=items, said_=words, texts=len(words) or None
        )
    )

    published, _ = applied(reports.say("approve", actor=APPROVER, hash=reports.hash))

    assert isinstance(published, public.ReportFacts)
    assert published.fact_check == outcome
    assert [(each.item, each.words) for each in published.comments] == comments


def test_an_answer_names_what_stands_in_the_report() -> None:
    reports = Reports().drafted()

    answered = reports.say(
        "checked", hash=reports.hash, items=[{"item": "2.2", "answer": "agree"}]
    )

    assert code_of(answered) == "not_recorded"


def test_e76_an_old_version_is_not_approved() -> None:
    reports = Reports().drafted()
    second = reports.hash
    applied(reports.say("draft", version=2, actor=DRAFTER, said_={"summary": "Two."}))
    second = reports.hash
    applied(reports.say("draft", version=3, actor=DRAFTER, said_={"summary": "Three."}))
    late = DUE + timedelta(days=30)

    codes = [
        code_of(reports.say("approve", at=late, actor=APPROVER, version=version, hash=digest_))
        for version, digest_ in ((2, second), (3, second), (3, reports.hash), (3, reports.hash))
    ]

    assert codes == ["version_not_current", "version_not_current", None, "version_settled"]


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
    assert (area.title, finding.text, found.text) == (
        "Use of force", "Reports are late.", "Review them in five days.",
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


def test_e77_a_report_is_due_by_its_plan_and_may_be_rescheduled() -> None:
    reports = Reports()
    applied(reports.say("plan"))

    (moved,) = applied(reports.say("reschedule"))
    again = reports.say("reschedule", due_on="2027-05-31", new_due_on="2027-06-30")

    assert moved == public.RescheduleFacts(
        slug=SLUG, kind="progress", due_on=date(2027, 4, 30), new_due_on=date(2027, 5, 31),
        reason="legal_review",
    )  # fmt: skip
    assert code_of(again) is None
    days = open_days(known(reports), "progress")
    assert [next(days), next(days)] == [
        (date(2027, 4, 30), date(2027, 6, 30)),
        (date(2027, 10, 30), date(2027, 10, 30)),
    ]
    assert code_of(reports.say("reschedule")) == "not_planned"
    assert code_of(reports.say("reschedule", kind="final")) == "not_planned"


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (date(2027, 4, 30), []),
        (date(2027, 5, 1), [date(2027, 4, 30)]),
        (date(2027, 10, 31), [date(2027, 4, 30), date(2027, 10, 30)]),
    ],
)
def test_e77_a_report_is_late_on_the_day_after_it_was_due(today: date, days: list[date]) -> None:
    reports = Reports()
    applied(reports.say("plan"))

    assert [each.now for each in late_days(known(reports), today)] == days


def test_e77_a_day_is_told_once_and_a_new_day_again() -> None:
    reports = Reports()
    applied(reports.say("plan"))
    told = [Late(kind="progress", due_on=date(2027, 4, 30))]
    reports.publication = known(reports).model_copy(update={"late": told})

    assert late_days(known(reports), date(2027, 5, 1)) == []
    applied(reports.say("reschedule"))
    assert late_days(known(reports), date(2027, 5, 31)) == []
    (again,) = late_days(known(reports), date(2027, 6, 1))
    assert (again.first, again.now) == (date(2027, 4, 30), date(2027, 5, 31))


def test_a_published_report_is_not_late() -> None:
    assert late_days(known(Reports().published()), date(2027, 5, 1)) == []


def test_a_quarter_ends_on_the_last_day_of_a_shorter_month() -> None:
    reports = Reports()
    applied(reports.say("plan", every="quarter", first_due_on="2027-11-30"))
    days = planned_days(known(reports), "progress")

    assert [next(days) for _ in range(3)] == [
        date(2027, 11, 30), date(2028, 2, 29), date(2028, 5, 30),
    ]  # fmt: skip


def test_a_published_report_was_due_on_the_first_open_day() -> None:
    reports = Reports().published()
    first = known(reports).reports[REPORT].published
    assert first is not None

    assert first.due_on == date(2027, 4, 30)
    assert next(open_days(known(reports), "progress"))[0] == date(2027, 10, 30)
    assert code_of(reports.say("reschedule")) == "not_planned"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Officers of the DHPD were asked.", "DHPD"),
        ("In dearborn heights police department, too.", "Dearborn Heights Police Department"),
        ("See MI8234500.", "MI82345"),
        ("The DHPDX is a form.", None),
        ("An ADHPD is another.", None),
        ("Nothing of that.", None),
    ],
)
def test_e78_a_name_of_another_agency_is_confirmed_by_name(text: str, named: str | None) -> None:
    reports = Reports(others=(DEARBORN,))
    reports.texts = {**reports.texts, ("finding.record", "2.1"): text}
    reports.drafted()
    applied(reports.say("checked", hash=reports.hash))

    approved = reports.say("approve", actor=APPROVER, hash=reports.hash)

    if named is None:
        assert code_of(approved) is None
        return
    assert isinstance(approved, Refused)
    (reason,) = approved.reasons
    assert reason.code == "names_another_agency"
    assert "2.1" in reason.message
    assert named in reason.message
    confirmed = reports.say("approve", actor=APPROVER, hash=reports.hash, names=[named])
    assert code_of(confirmed) is None


def test_e78_the_agencys_own_name_may_stand_in_its_report() -> None:
    own = Names("CRI-2026-000009-X-E1", "North Miami Police Department", (), "FL0132600")
    reports = Reports(others=(own,))
    reports.texts = {**reports.texts, ("finding.record", "2.1"): "North Miami Police Department"}
    reports.drafted()
    applied(reports.say("checked", hash=reports.hash))

    assert code_of(reports.say("approve", actor=APPROVER, hash=reports.hash)) is None


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
    assert code_of(reports.say("reply", at=until)) is None
    assert code_of(reports.say("reply", at=until + timedelta(seconds=1))) == "reply_too_late"


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
    (told,) = applied(reports.say("approve_correction", actor=OTHER))

    after = known(reports).reports[REPORT].published
    assert after is not None
    assert isinstance(told, public.CorrectionFacts)
    assert (told.before, told.after) == ("Reports are late.", "Some reports are late.")
    assert told.hash == after.hash == digest(after.body) != before.hash
    assert after.body == corrected(before.body, "2.1", "Some reports are late.")
    assert code_of(reports.say("approve_correction", actor=OTHER)) == "not_recorded"


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

    (told,) = applied(reports.say("withdraw"))

    assert isinstance(told, public.WithdrawalFacts)
    assert told.why == "A mistake."
    assert code_of(reports.say("draft", version=2, actor=DRAFTER)) == "number_used"
    assert code_of(reports.say("withdraw")) == "not_published"


def test_the_next_version_of_a_published_report_takes_its_place_and_its_due_day() -> None:
    reports = Reports().published()
    applied(reports.say("draft", version=2, actor=DRAFTER, said_={"summary": "New."}))
    late = LATER + timedelta(days=60)

    (told,) = applied(
        reports.say("approve", at=late, version=2, actor=APPROVER, hash=reports.hash)
    )

    assert isinstance(told, public.ReportFacts)
    assert (told.body.version, told.body.summary, told.due_on) == (2, "New.", date(2027, 4, 30))


def test_after_the_end_the_office_reports_and_the_provider_does_not() -> None:
    reports = Reports()
    applied(reports.say("plan"))
    reports.end(LATER)

    assert code_of(reports.say("draft", actor=DRAFTER)) == "engagement_not_open"
    assert code_of(reports.say("draft", participant=OFFICE, actor=DRAFTER)) is None


def test_a_site_that_is_announced_after_its_end_has_ended() -> None:
    reports = Reports()
    reports.end(LATER)

    announced, _ = applied(reports.say("plan"))

    assert isinstance(announced, public.SiteFacts)
    assert (announced.status, announced.ended_on) == ("ended", date(2027, 1, 4))


@pytest.mark.parametrize("name", ["plan", "draft", "reply"])
def test_an_engagement_that_is_not_assessed_has_no_reports(name: str) -> None:
    reports = Reports()
    reports.site = None  # type: ignore[assignment]  # not known to reporting

    assert code_of(reports.say(name, actor=DRAFTER)) == "unknown_engagement"


def test_a_hash_is_that_of_the_canonical_body() -> None:
    sample = (SAMPLES / "log" / "reporting.report_published.v1.json").read_bytes()
    event: Any = ANY_EVENT.validate_json(sample)

    assert digest(event.data.body) == event.data.hash


def test_who_verified_is_kept() -> None:
    (verified,) = assessed().recommendations["2.1.1"].statuses

    assert verified.by == (OFFICE, "staff:a1")
    assert PROVIDER != OFFICE
