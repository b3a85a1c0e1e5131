"""Decides whether a message about an assessment is applied, and who is told of it. Pure."""

from collections.abc import Collection
from datetime import date
from typing import assert_never

from services.reporting.assessments.site import Person, Recommendation, Site, person_of
from shared.contracts import refusals
from shared.contracts.assessments import (
    FINAL,
    AssessmentEvent,
    FindingRecorded,
    FocusAreaSet,
    RecommendationClaimed,
    RecommendationRecorded,
    StatusProposed,
    StatusVerificationDirected,
    VerificationFacts,
    finding_of,
    focus_area_of,
)
from shared.contracts.intake import Reason
from shared.contracts.reporting import RecommendationChange, RecommendationFacts

WITHDRAWN = "withdrawn_from_report"
"""The status of a recommendation that is no longer part of the report."""
_GOES_BACK = frozenset({"complete", "partially_complete"})
_BACK_TO = frozenset({"in_progress", "not_started"})
_OF_PROVIDERS = (FocusAreaSet, FindingRecorded, RecommendationRecorded, StatusProposed)
_ENGAGEMENT, _RECOMMENDATION, _VERSION = "/engagement_id", "/recommendation", "/version"


def refusal_of(
    site: Site | None, event: AssessmentEvent, *, drafters: Collection[Person] = ()
) -> Reason | None:
    """
    Return why the message behind *event* is refused; None if it is applied.

    *drafters* have drafted reports about the site: they may not verify a status.
    """
    if site is None:
        return refusals.NOT_ASSESSED.reason(_ENGAGEMENT)
    if isinstance(event, _OF_PROVIDERS):
        if event.data.participant != site.provider:
            return refusals.NOT_YOURS.reason(_ENGAGEMENT)
        if site.ended_at is not None:
            return refusals.ASSESSMENT_ENDED.reason(_ENGAGEMENT)
    match event:
        case FocusAreaSet():
            return None
        case FindingRecorded(data=finding):
            if focus_area_of(finding.finding) not in site.focus_areas:
                return _not_recorded("focus area", "/finding")
            return _version(site.findings.get(finding.finding, 0), finding.version)
        case RecommendationRecorded(data=stated):
            known = site.recommendations.get(stated.recommendation)
            if finding_of(stated.recommendation) not in site.findings:
                return _not_recorded("finding", _RECOMMENDATION)
            if known is not None and known.status == WITHDRAWN:
                return refusals.NUMBER_USED.reason(_RECOMMENDATION)
            return _version(0 if known is None else known.version, stated.version)
        case RecommendationClaimed() | StatusProposed() | StatusVerificationDirected():
            known = site.recommendations.get(event.data.recommendation)
            if known is None:
                return _not_recorded("recommendation", _RECOMMENDATION)
            if known.status == WITHDRAWN:
                return refusals.NUMBER_USED.reason(_RECOMMENDATION)
            if isinstance(event, StatusVerificationDirected) and person_of(event) in drafters:
                return refusals.DRAFTED_REPORT.reason("")
            return _of_status(known, event)
        case _:
            assert_never(event)


def told_to_provider(site: Site, event: AssessmentEvent) -> RecommendationFacts | None:
    """
    Return what the provider is told after *event*, which was applied; None if it is nothing.

    *site* is as it is after the event. A provider whose engagement has ended is told nothing.
    """
    if site.ended_at is not None:
        return None
    match event:
        case RecommendationClaimed(data=claim):
            return _told(site, claim.recommendation, "claimed", claim.done_on)
        case StatusVerificationDirected(data=verdict):
            change: RecommendationChange = (
                "returned" if verdict.decision == "return" else "verified"
            )
            reason = verdict.reason_code if change == "returned" else None
            return _told(site, verdict.recommendation, change, verdict.on, reason)
        case _:
            return None


def _told(
    site: Site,
    recommendation: str,
    change: RecommendationChange,
    on: date,
    reason_code: str | None = None,
) -> RecommendationFacts:
    return RecommendationFacts(
        participant=site.requester,
        provider=site.provider,
        tracking_number=site.tracking_number,
        engagement_id=site.engagement_id,
        recommendation=recommendation,
        change=change,
        status=site.recommendations[recommendation].status,
        reason_code=reason_code,
        on=on,
    )


def _of_status(
    known: Recommendation,
    event: RecommendationClaimed | StatusProposed | StatusVerificationDirected,
) -> Reason | None:
    match event:
        case RecommendationClaimed():
            return None  # it stands beside the status, whatever that is
        case StatusProposed():
            is_final = known.status in FINAL
            return refusals.STATUS_FINAL.reason(_RECOMMENDATION) if is_final else None
        case StatusVerificationDirected(data=verdict):
            return _verdict(known, verdict, person_of(event))


def _verdict(known: Recommendation, verdict: VerificationFacts, by: Person) -> Reason | None:
    """
    Return why *by* cannot give *verdict*; None if *by* can.

    Without a proposal, only a complete or partially complete recommendation can be returned.
    """
    proposal = known.proposal
    if proposal is None and verdict.decision == "return":
        goes_back = known.status in _GOES_BACK and verdict.status in _BACK_TO
        return None if goes_back else refusals.NOTHING_TO_RETURN.reason("/status")
    if proposal is None or proposal.status != verdict.status:
        return refusals.NOTHING_PROPOSED.reason("/status")
    if proposal.by == by:
        return refusals.SECOND_PERSON_NEEDED.reason("")
    return None


def _version(known: int, stated: int) -> Reason | None:
    if stated == known + 1:
        return None
    return refusals.DRAFT_NOT_NEXT.reason(_VERSION, {"next": known + 1})


def _not_recorded(missing: str, path: str) -> Reason:
    return refusals.NOT_RECORDED.reason(path, {"missing": missing})
