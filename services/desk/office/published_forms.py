"""The acts of the office on statuses and on published reports. Pure."""

from collections.abc import Mapping
from typing import Any

from services.desk.office.act_form import About, ActForm, Field
from services.desk.office.report_forms import (
    NAMES_MEANT,
    PUBLIC,
    SUBSCRIBERS,
    engagement_in,
    lines_of,
    report_at,
)
from services.desk.work.assessment import Correction, Proposal, Report, Verified
from shared.contracts.assessments import StatusVerification
from shared.contracts.publications import Correction as Correcting
from shared.contracts.publications import CorrectionApproval, ReportWithdrawal

VERDICT_REASONS: Mapping[str, str] = {
    "evidence_missing": "There is no evidence",
    "evidence_differs": "The evidence shows otherwise",
    "no_longer_holds": "It does not hold any more",
    "entered_by_mistake": "It was entered by mistake",
    "other_reason": "Another reason",
}
"""Reasons of the office's own choice."""
_LONGEST = 4000
_DATE = "Give a date that is not in the future, such as 2027-04-30."
_ON = Field("on", "It holds from", _DATE, kind="date")
_WHY = "Say why, in at most 2,000 characters."
_BACK_FROM = frozenset({"complete", "partially_complete"})


def proposal_at(about: About) -> Proposal | None:
    """Return what the provider has decided for the recommendation that ``of`` names."""
    return about.assessment.proposals.get(about.of) if about.assessment else None


def verified_at(about: About) -> Verified | None:
    """Return the last status that was verified for the recommendation that ``of`` names."""
    found = about.assessment.statuses.get(about.of) if about.assessment else None
    return found[-1] if found else None


def correction_at(about: About) -> tuple[Report, int, Correction] | None:
    """Return the correction that ``of`` names, with its report and its number."""
    for report in about.assessment.reports.values() if about.assessment else ():
        for number, found in report.corrections.items():
            if of_correction(report, number) == about.of:
                return report, number, found
    return None


def of_correction(report: Report, number: int) -> str:
    """Return what names a correction in an address."""
    return f"{report.report_id}:correction:{number}"


def _cannot_verify(about: About) -> str | None:
    proposal = proposal_at(about)
    if proposal is not None and proposal.by == about.person:
        return "Another person must verify it: you proposed this status."
    if about.assessment is not None and about.person in about.assessment.drafters:
        return "Another person must do this: you drafted a report on this assessment."
    return None


def _cannot_approve(about: About) -> str | None:
    found = correction_at(about)
    if found is not None and found[2].by == about.person:
        return "Another person must approve it: you made this correction."
    return None


def _is_published(about: About) -> bool:
    report = report_at(about)
    return report is not None and report.published_at is not None and not report.is_withdrawn


def _waits(about: About) -> bool:
    found = correction_at(about)
    return found is not None and not found[2].is_approved and not found[0].is_withdrawn


def _goes_back(about: About) -> bool:
    verified = verified_at(about)
    stands = verified is not None and verified.status in _BACK_FROM
    return stands and proposal_at(about) is None


def _verify(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    proposal = proposal_at(about)
    assert proposal is not None
    status = {"recommendation": about.of, "status": proposal.status}
    return {**engagement_in(about), **status, **values}


def _back(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    status = {"recommendation": about.of, "decision": "return"}
    return {**engagement_in(about), **status, **values}


def _proposed_on(about: About) -> Mapping[str, str]:
    proposal = proposal_at(about)
    return {} if proposal is None else {"on": proposal.on.isoformat(), "decision": "accept"}


def _returned_why(values: Mapping[str, str]) -> dict[str, str]:
    if values.get("decision") == "return" and "reason_code" not in values:
        return {"reason_code": "Choose why it is returned."}
    return {}


def _correct(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    report = report_at(about)
    assert report is not None
    number = len(report.corrections) + 1
    named = {"report_id": report.report_id, "correction": number}
    return {**engagement_in(about), **named, **values}


def _approve(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    found = correction_at(about)
    assert found is not None
    named = {"report_id": found[0].report_id, "correction": found[1]}
    return {**engagement_in(about), **named, "names": lines_of(values.get("names", ""))}


def _withdraw(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    report = report_at(about)
    assert report is not None
    return {**engagement_in(about), "report_id": report.report_id, **values}


PUBLISHED: Mapping[str, ActForm] = {
    form.name: form
    for form in (
        ActForm(
            "verify",
            "Verify the status",
            "A verified status is in every report that is drafted from now on. A returned one is"
            " not: the provider decides again.",
            (),
            (
                Field(
                    "decision",
                    "Does the status hold?",
                    "Choose whether it holds.",
                    options={"accept": "Yes, it is verified", "return": "No, return it"},
                ),
                Field(
                    "reason_code",
                    "Why it is returned",
                    "Choose a reason.",
                    options=VERDICT_REASONS,
                    needed=False,
                ),
                _ON,
            ),
            StatusVerification,
            _verify,
            lambda about: proposal_at(about) is not None,
            also_wrong=_returned_why,
            barred=_cannot_verify,
            begins_as=_proposed_on,
        ),
        ActForm(
            "back",
            "Take the status back",
            "Reports that are drafted from now on show the status before it. What is published"
            " stays.",
            (),
            (
                Field(
                    "status",
                    "It goes back to",
                    "Choose the status.",
                    options={"in_progress": "In progress", "not_started": "Not started"},
                ),
                Field("reason_code", "Reason", "Choose a reason.", options=VERDICT_REASONS),
                _ON,
            ),
            StatusVerification,
            _back,
            _goes_back,
            barred=_cannot_verify,
        ),
        ActForm(
            "correct",
            "Correct the report",
            "Nothing changes in public until a second person has approved it. Then both texts and"
            " the reason stay on the page.",
            (),
            (
                Field(
                    "item",
                    "Where is the mistake?",
                    "Write a number such as 2.1, or title, or summary, in at most 10 characters.",
                    kind="line",
                    help="The number of a focus area, a finding or a recommendation, such as 2.1;"
                    " or title, or summary.",
                ),
                Field(
                    "before",
                    "The whole text that stands there now",
                    "Copy the whole text that stands there now, at most 4,000 characters.",
                    kind="words",
                    help="Copy it exactly. From the page with the text, it is here already.",
                    most=_LONGEST,
                ),
                Field(
                    "after",
                    "The whole text that should stand there",
                    "Write the whole text that should stand there, at most 4,000 characters.",
                    kind="words",
                    most=_LONGEST,
                ),
                Field("why", "Why?", _WHY, kind="words", help="This is published."),
            ),
            Correcting,
            _correct,
            _is_published,
        ),
        ActForm(
            "approve-correction",
            "Approve the correction",
            "The report is changed in public at once. Both texts and the reason stay on its page.",
            (PUBLIC, SUBSCRIBERS),
            (NAMES_MEANT,),
            CorrectionApproval,
            _approve,
            _waits,
            barred=_cannot_approve,
            places={"report_id": "names"},
        ),
        ActForm(
            "withdraw",
            "Withdraw the report",
            "Its page stays, without the text, and says that it was withdrawn and why. This cannot"
            " be undone.",
            (PUBLIC, SUBSCRIBERS),
            (Field("why", "Why?", _WHY, kind="words", help="This is published."),),
            ReportWithdrawal,
            _withdraw,
            _is_published,
        ),
    )
}
"""The acts, by the last part of their address."""
