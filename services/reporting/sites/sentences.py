"""Labels of codes, and what the public reads about sites in sentences. Pure."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import quote

from services.reporting.assessments.decide import WITHDRAWN
from services.reporting.assessments.shares import COUNTED, Shares
from services.reporting.assessments.shown import LABELS
from services.reporting.sites.due import Due
from services.reporting.sites.site import Report
from shared.clocks.written import day_in_words
from shared.contracts.assessments import FINAL
from shared.contracts.published_reports import (
    PublishedClaim,
    PublishedRecommendation,
    ReportFacts,
    RescheduleFacts,
)

KINDS = {
    "goals": "Goals and objectives",
    "initial": "Initial assessment",
    "progress": "Progress report",
    "final": "Final report",
    "after_action": "After-action assessment",
    "status_update": "Status update",
}
SITE_STATUSES = {"announced": "announced", "active": "active", "ended": "ended"}
_REASONS = {
    "pending_labor_negotiation": "labor negotiations are pending",
    "under_study": "under study",
    "alternative_action": "the agency took another action",
    "declined": "the agency declined",
}
_SLIPS = {
    "fact_check_open": "the agency is still checking the facts",
    "provider_late": "the provider is late",
    "approval": "the approval takes longer",
    "legal_review": "legal review",
    "agency_asked": "the agency asked for more time",
    "other": "another reason",
}
NOTHING_YET = "no recommendations yet"


def label(code: str, labels: Mapping[str, str]) -> str:
    """Return the label of *code*; a code of a later release stays almost unchanged."""
    return labels.get(code, code.replace("_", " "))


def address(slug: str, report_id: str | None = None) -> str:
    """Return the path of a site's page, or of a report's."""
    site = f"/sites/{slug}"
    return site if report_id is None else f"{site}/{quote(report_id, safe='')}"


def title_of(report: Report) -> str:
    """Return the title of a report; one that was withdrawn is not named by its own."""
    return "A report that was withdrawn" if report.withdrawn else report.body.title


def share(shares: Shares, status: str) -> str:
    """Return the part of *status* and, if it is known, its share of the whole."""
    percent = shares.percent(status)
    part = shares.parts[status]
    return f"{part}" if percent is None else f"{part} ({percent}%)"


def counted(shares: Shares) -> str:
    """Return in one sentence how a site's recommendations stand."""
    day = f"as of {day_in_words(shares.as_of)}"
    if shares.whole == 0:
        return f"{NOTHING_YET}, {day}"
    if shares.unknown == shares.whole:
        return f"{_recommendations(shares.whole)}, status not known, {day}"
    parts = [
        f"{share(shares, status)} {LABELS[status]}" for status in COUNTED if shares.parts[status]
    ]
    if shares.unknown:
        parts.append(f"{shares.unknown} status not known")
    return f"{_recommendations(shares.whole)}: {', '.join(parts)}, {day}"


def _recommendations(count: int) -> str:
    return "1 recommendation" if count == 1 else f"{count:,} recommendations"


def status_of(each: PublishedRecommendation) -> str:
    """Return the verified status of a recommendation, or that none is known."""
    if each.status is None:
        return "status not known"
    if each.status == WITHDRAWN:
        return "withdrawn from the report"
    return label(each.status, LABELS)


def reason_of(each: PublishedRecommendation) -> str:
    """Return the stated reason for a recommendation's status; empty if there is none."""
    return label(each.reason, _REASONS) if each.reason else ""


def claim(each: PublishedClaim) -> str:
    """Return that the agency reports a recommendation as done."""
    return f"reported as done by the agency on {day_in_words(each.done_on)}, not verified"


def recommendation_due(each: PublishedRecommendation, as_of: date) -> str:
    """Return when a recommendation is due, and whether that had passed on *as_of*."""
    if each.due_on is None:
        return ""
    day = day_in_words(each.due_on)
    open_then = each.status not in FINAL and each.due_on < as_of
    return f"due {day}, not complete by {day_in_words(as_of)}" if open_then else f"due {day}"


def due(each: Due, today: date) -> str:
    """Return when a report is or was due, and what has come of it."""
    found = f"due {day_in_words(each.on)}"
    if each.is_late(today):
        return f"{found}, late"
    if each.report is None:
        return found
    days = each.days_late
    published = f"published {day_in_words(each.report.facts.published_on)}"
    if not days:
        return f"{found}, {published}"
    return f"{found}, {published}, {days} day{'' if days == 1 else 's'} late"


def moves(each: Due) -> list[str]:
    """Return each earlier due date of a report, and why it was moved."""
    found = []
    planned = [*(day.first_on for day in each.missed), each.first_on]
    for day, new in zip(each.missed, planned[1:], strict=True):
        found += [_slip(slip) for slip in day.moves]
        found.append(f"{_from_to(day.on, new)} by another plan")
    return [*found, *(_slip(slip) for slip in each.slips)]


def _slip(slip: RescheduleFacts) -> str:
    return f"{_from_to(slip.due_on, slip.new_due_on)}: {label(slip.reason, _SLIPS)}"


def _from_to(due: date, new: date) -> str:
    return f"was due {day_in_words(due)}, moved to {day_in_words(new)}"


def fact_check(facts: ReportFacts) -> str:
    """Return what came of the agency's fact check."""
    match facts.fact_check:
        case "checked":
            return "The agency checked the facts and does not dispute the report."
        case "disputed":
            return "The agency checked the facts and disputes some of them; its words stand below."
        case _:
            return "The agency was asked to check the facts; the agency did not comment."
