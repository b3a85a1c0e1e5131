"""A report is approved by another person, after its fact check, and without foreign names."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.reporting.assessments.decide import refusal_of
from services.reporting.assessments.site import evolve
from services.reporting.publication.dates import ten_working_days_after
from services.reporting.publication.decide import Refused
from services.reporting.publication.names import Names
from shared.contracts import published_reports as public
from shared.contracts.reporting import FactCheckAskedFacts, ReplyAskedFacts
from tests.examples.assessments import AGENCY, OFFICE, PROVIDER
from tests.examples.assessments import message as recorded
from tests.examples.publications import (
    APPROVER,
    CALENDAR,
    DEARBORN,
    DRAFTED,
    DRAFTER,
    DUE,
    Reports,
    applied,
    assessed,
    code_of,
    known,
)


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
    published, site, reply, _ = applied(in_time)
    assert isinstance(published, public.ReportFacts)
    assert (published.fact_check, published.comments) == ("not_answered", [])
    assert isinstance(site, public.SiteFacts)
    assert site.status == "active"
    assert isinstance(reply, ReplyAskedFacts)
    until = ten_working_days_after(DUE, CALENDAR)
    assert (reply.participant, reply.hash, reply.due_at) == (AGENCY, published.hash, until)


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

    published, *_ = applied(reports.say("approve", actor=APPROVER, hash=reports.hash))

    assert isinstance(published, public.ReportFacts)
    assert published.fact_check == outcome
    assert [(each.item, each.words) for each in published.comments] == comments


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


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Officers of the DHPD were asked.", "DHPD"),
        ("In dearborn heights police department, too.", "Dearborn Heights Police Department"),
        ("See MI8234500.", "MI82345"),
        ("In Dearborn\nHeights  Police\u00a0Department.", "Dearborn Heights Police Department"),
        ("In Dearborn Hei\u00adghts Police Department.", "Dearborn Heights Police Department"),
        ("Officers of the D\u200bHPD were asked.", "DHPD"),
        ("Deputies of Prince George\u2019s Office.", "Prince George's Office"),
        ("The Can\u0303on\u2011City Police.", "Ca\u00f1on-City Police"),
        ("The DHPDX is a form.", None),
        ("An ADHPD is another.", None),
        ("Nothing of that.", None),
    ],
)
def test_e78_a_name_of_another_agency_is_confirmed_by_name(text: str, named: str | None) -> None:
    prince_george = Names("CRI-2026-000003-X-E1", "Prince George's Office", (), None)
    canon_city = Names("CRI-2026-000004-X-E1", "Ca\u00f1on-City Police", (), None)
    reports = Reports(others=(DEARBORN, prince_george, canon_city))
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


def test_who_verified_is_kept() -> None:
    (verified,) = assessed().recommendations["2.1.1"].statuses

    assert verified.by == (OFFICE, "staff:a1")
    assert PROVIDER != OFFICE
