"""Checks messages about assessments; reporting checks the engagement and its items."""

from collections.abc import Iterator
from datetime import date, datetime

from services.intake.batch_state import Request
from services.intake.checks.fields import check_past_dates, check_years, latest_date
from services.intake.findings import Finding
from shared.contracts import assessments, refusals
from shared.contracts.assessments import AboutAssessment


def check_assessment(
    data: AboutAssessment, request: Request | None, *, participant: str, at: datetime
) -> Iterator[Finding]:
    """Yield the findings about a message of *participant* that was received *at* that moment."""
    path = "/data/engagement_id"
    if request is None:
        yield Finding(refusals.UNKNOWN_ENGAGEMENT, path)
    match data:
        case assessments.FocusArea() | assessments.Finding():
            return
        case assessments.Recommendation(due_on=due_on):
            yield from check_years({"/data/due_on": due_on})
        case assessments.Claim(done_on=done_on):
            if request is not None and request.participant != participant:
                yield Finding(refusals.NOT_YOURS, path)
            yield from _check_day("/data/done_on", done_on, at)
        case assessments.StatusProposal(on=on):
            if data.status == "withdrawn_from_report" and data.reason_code is None:
                yield Finding(refusals.STATUS_WITHOUT_REASON, "/data/reason_code")
            yield from _check_day("/data/on", on, at)
        case assessments.StatusVerification(on=on):
            if data.decision == "return" and data.reason_code is None:
                yield Finding(refusals.STATUS_WITHOUT_REASON, "/data/reason_code")
            yield from _check_day("/data/on", on, at)


def _check_day(path: str, day: date, at: datetime) -> Iterator[Finding]:
    # A date in the sender's time zone, which is unknown.
    yield from check_past_dates({path: day}, today=latest_date(at))
