"""Decisions about assessments: who may say what, statuses, and that claims stand apart."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.reporting.assessments.decide import refusal_of, told_to_provider
from services.reporting.assessments.shares import shares_of
from services.reporting.assessments.site import Site, evolve
from shared.contracts.assessments import STATUSES
from tests.examples.assessments import AGENCY, ENGAGEMENT, OFFICE, PROVIDER, message

OPENED = datetime(2026, 11, 2, tzinfo=UTC)
DAY = date(2027, 1, 31)
NEVER_LEFT = {"complete", "partially_complete", "withdrawn_from_report"}


def a_site(**changes: Any) -> Site:
    return Site(ENGAGEMENT, "CRI-2026-000001-Z", PROVIDER, AGENCY, OPENED, **changes)


def after(*messages: Any, site: Site | None = None) -> Site:
    """Return a site after *messages*, all of which are applied."""
    found = site or a_site()
    for each in messages:
        assert refusal_of(found, each) is None, each
        found = evolve(found, each)
    return found


def code_of(site: Site | None, said: Any) -> str | None:
    reason = refusal_of(site, said)
    return None if reason is None else reason.code


def recorded() -> list[Any]:
    return [message("focus_area_set"), message("finding_recorded"), message("recorded")]


def verified(status: str, *, on: str = "2027-01-19") -> list[Any]:
    """Return the messages by which a status is proposed and verified."""
    reason = "declined" if status == "withdrawn_from_report" else None
    return [
        message("proposed", status=status, reason_code=reason),
        message("verified", status=status, on=on),
    ]


def test_what_is_recorded_follows_its_area_and_its_finding() -> None:
    site = after(*recorded())

    assert site.focus_areas == {2: None}
    assert site.findings == {"2.1": 1}
    assert site.recommendations["2.1.1"].due_on == date(2027, 6, 30)
    assert site.recommendations["2.1.1"].status is None


def test_the_last_goal_of_a_focus_area_holds() -> None:
    goals = ("trust", "operations")
    site = after(*(message("focus_area_set", goal=goal) for goal in goals))

    assert site.focus_areas == {2: "operations"}


@pytest.mark.parametrize("name", ["finding_recorded", "recorded", "proposed", "verified"])
def test_nothing_is_recorded_before_what_it_belongs_to(name: str) -> None:
    assert code_of(a_site(), message(name)) == "not_recorded"


def test_an_engagement_that_is_not_assessed_is_unknown() -> None:
    assert code_of(None, message("focus_area_set")) == "unknown_engagement"


@pytest.mark.parametrize("name", ["focus_area_set", "finding_recorded", "recorded", "proposed"])
def test_only_the_provider_of_the_engagement_records_and_proposes(name: str) -> None:
    site = after(*recorded())

    assert code_of(site, message(name, participant="iacp")) == "not_yours"


@pytest.mark.parametrize("name", ["focus_area_set", "finding_recorded", "recorded", "proposed"])
def test_a_provider_records_nothing_after_its_engagement(name: str) -> None:
    site = after(*recorded(), site=a_site())
    ended = Site(**{**_fields(site), "ended_at": OPENED})

    assert code_of(ended, message(name)) == "engagement_not_open"


def test_agency_and_office_go_on_after_the_engagement() -> None:
    site = after(*recorded(), message("proposed"))
    ended = Site(**{**_fields(site), "ended_at": OPENED})

    assert after(message("claimed"), message("verified"), site=ended)


@pytest.mark.parametrize(
    ("version", "expected"), [(1, "version_not_next"), (2, None), (3, "version_not_next")]
)
@pytest.mark.parametrize("name", ["finding_recorded", "recorded"])
def test_versions_count_without_a_gap(name: str, version: int, expected: str | None) -> None:
    site = after(*recorded())

    assert code_of(site, message(name, version=version)) == expected


@pytest.mark.parametrize("status", STATUSES)
def test_a_proposed_status_holds_once_it_is_verified(status: str) -> None:
    proposed, verdict = verified(status)
    before = after(*recorded(), proposed)

    site = after(verdict, site=before)

    assert before.recommendations["2.1.1"].status is None
    assert site.recommendations["2.1.1"].status == status
    assert site.recommendations["2.1.1"].proposal is None


def told_after(site: Site, said: Any) -> Any:
    """Return what the provider is told of *said*, which is applied."""
    return told_to_provider(after(said, site=site), said)


def test_given_a_claim_the_provider_is_told_the_day_and_the_status_that_holds() -> None:
    site = after(*recorded(), *verified("in_progress"))

    told = told_after(site, message("claimed", done_on="2027-01-30"))

    assert (told.provider, told.participant) == (PROVIDER, AGENCY)
    assert (told.recommendation, told.change) == ("2.1.1", "claimed")
    assert (told.status, told.on) == ("in_progress", date(2027, 1, 30))


def test_given_a_verified_status_the_provider_is_told_it() -> None:
    proposed, verdict = verified("complete")

    told = told_after(after(*recorded(), proposed), verdict)

    assert (told.change, told.status, told.reason_code) == ("verified", "complete", None)


@pytest.mark.parametrize("before", [None, "not_started"])
def test_given_a_returned_proposal_the_provider_is_told_why_and_what_still_holds(
    before: str | None,
) -> None:
    verified_before = [] if before is None else verified(before)
    site = after(*recorded(), *verified_before, message("proposed", status="complete"))
    verdict = message("verified", status="complete", decision="return", reason_code="no_evidence")

    told = told_after(site, verdict)

    assert (told.change, told.status, told.reason_code) == ("returned", before, "no_evidence")


def test_given_a_final_status_that_goes_back_the_provider_is_told_the_new_one() -> None:
    site = after(*recorded(), *verified("complete"))
    back = message("verified", status="in_progress", decision="return", reason_code="no_evidence")

    assert told_after(site, back).status == "in_progress"


def test_what_a_provider_says_itself_is_not_told_to_it() -> None:
    site = a_site()
    for each in (*recorded(), message("proposed")):
        site = after(each, site=site)

        assert told_to_provider(site, each) is None


def test_given_an_ended_engagement_its_provider_is_told_nothing() -> None:
    site = after(*recorded(), message("proposed"))
    ended = Site(**{**_fields(site), "ended_at": OPENED})

    assert told_after(ended, message("claimed")) is None
    assert told_after(ended, message("verified")) is None


def test_a_returned_proposal_leaves_the_verified_status() -> None:
    site = after(*recorded(), *verified("not_started"), message("proposed", status="complete"))

    site = after(message("verified", status="complete", decision="return"), site=site)

    assert site.recommendations["2.1.1"].status == "not_started"
    assert site.recommendations["2.1.1"].proposal is None


@pytest.mark.parametrize("decision", ["accept", "return"])
def test_only_the_status_that_is_proposed_is_judged(decision: str) -> None:
    site = after(*recorded(), message("proposed", status="in_progress"))

    other = message("verified", status="complete", decision=decision)

    assert code_of(site, other) == "nothing_proposed"


def test_a_later_proposal_takes_the_place_of_an_earlier_one() -> None:
    site = after(*recorded(), message("proposed"), message("proposed", status="complete"))

    assert code_of(site, message("verified", status="in_progress")) == "nothing_proposed"
    assert code_of(site, message("verified", status="complete")) is None


@pytest.mark.parametrize("status", STATUSES)
def test_a_provider_goes_back_only_from_what_is_not_final(status: str) -> None:
    site = after(*recorded(), *verified(status))

    found = code_of(site, message("proposed", status="not_started"))

    if status == "withdrawn_from_report":
        assert found == "number_used"
    else:
        assert found == ("status_final" if status in NEVER_LEFT else None)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("to", STATUSES)
def test_only_the_office_goes_back_from_what_is_done(status: str, to: str) -> None:
    site = after(*recorded(), *verified(status))

    found = code_of(site, message("verified", status=to, decision="return", reason_code="audit"))

    goes_back = status in ("complete", "partially_complete") and to in (
        "in_progress",
        "not_started",
    )
    refused = "number_used" if status == "withdrawn_from_report" else "nothing_proposed"
    assert found == (None if goes_back else refused)


def test_going_back_keeps_the_reason_and_the_history() -> None:
    site = after(*recorded(), *verified("complete"))

    back = message("verified", status="in_progress", decision="return", reason_code="audit")
    site = after(back, site=site)

    statuses = site.recommendations["2.1.1"].statuses
    assert [(each.status, each.reason) for each in statuses] == [
        ("complete", None),
        ("in_progress", "audit"),
    ]


def test_a_number_never_comes_again() -> None:
    site = after(*recorded(), *verified("withdrawn_from_report"))

    said = [message("recorded", version=2), message("claimed"), message("proposed")]

    assert [code_of(site, each) for each in said] == ["number_used"] * 3


def test_e73_a_claim_stands_beside_the_status_and_counts_nowhere() -> None:
    site = after(*recorded(), *verified("in_progress"))

    site = after(message("claimed", done_on="2027-01-10"), site=site)

    shares = shares_of(site.recommendations.values(), DAY)
    assert site.recommendations["2.1.1"].claimed_on == date(2027, 1, 10)
    assert site.recommendations["2.1.1"].status == "in_progress"
    assert (shares.parts["complete"], shares.parts["in_progress"], shares.claimed) == (0, 1, 1)


def test_a_claim_of_a_completed_recommendation_changes_nothing_either() -> None:
    site = after(*recorded(), *verified("complete"), message("claimed"))

    assert site.recommendations["2.1.1"].status == "complete"


def test_e74_who_proposed_a_status_cannot_verify_it() -> None:
    own = message("proposed", participant=OFFICE, actor="staff:k7f2")
    site = evolve(after(*recorded()), own)

    same = message("verified", actor="staff:k7f2")
    another = message("verified", actor="staff:m3p9")

    assert code_of(site, same) == "second_person_needed"
    assert code_of(site, another) is None


def test_e74_a_pseudonym_of_another_participant_is_another_person() -> None:
    site = after(*recorded(), message("proposed", actor="staff:k7f2"))

    assert code_of(site, message("verified", actor="staff:k7f2")) is None


def _fields(site: Site) -> dict[str, Any]:
    return {name: getattr(site, name) for name in site.__slots__}
