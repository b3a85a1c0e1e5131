"""Sites and reports as CSV: a row for each site, status or recommendation. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from services.reporting.assessments.shares import COUNTED
from services.reporting.csv_table import table
from services.reporting.sites.shares import shares_of
from services.reporting.sites.site import PublicSite, Report
from services.reporting.sites.views import ShownCorrection, ShownSite

_SITES = (
    "slug", "agency", "state", "provider", "site_status", "next_due", "late", "report_id", "as_of",
    "recommendations", "status", "count", "percent", "status_not_known",
    "reported_as_done_not_verified",
)  # fmt: skip
_REPORT = (
    "slug", "agency", "state", "provider", "report_id", "version", "kind", "as_of", "published_on",
    "fact_check", "sha256", "focus_area", "focus_area_title", "finding", "finding_text",
    "recommendation", "text", "due_on", "status", "reason", "status_on", "reported_as_done_on",
    "reported_words", "agency_comments", "agency_replies", "goal",
)  # fmt: skip
_CORRECTIONS = (
    "corrected_on", "slug", "agency", "report_id", "item", "before", "after", "why", "sha256",
)  # fmt: skip


def sites(shown: Iterable[ShownSite]) -> str:
    """Return a row for each site and status; a percentage of nothing is empty."""
    return table(_SITES, (row for each in shown for row in _site(each)))


def reports(found: PublicSite, reports: Iterable[Report]) -> str:
    """Return a row for each recommendation of *reports*, and one for a finding without any."""
    rows = (
        row for each in reports if each.withdrawn is None for row in _recommendations(found, each)
    )
    return table(_REPORT, rows)


def corrections(found: Iterable[ShownCorrection]) -> str:
    """Return a row for each correction of a report."""
    return table(
        _CORRECTIONS,
        (
            (
                *(each.correction.corrected_on, each.site.facts.slug, each.site.facts.agency),
                *(each.correction.report_id, each.correction.item, each.correction.before),
                *(each.correction.after, each.correction.why, each.correction.hash),
            )
            for each in found
        ),
    )


def _site(shown: ShownSite) -> Iterator[Sequence[object]]:
    facts, latest = shown.site.facts, shown.site.latest
    shares = None if latest is None else shares_of(latest.body)
    upcoming = shown.next_due.sentence if shown.next_due else ""
    about = (facts.slug, facts.agency, facts.state, facts.provider, facts.status, upcoming)
    for status in COUNTED:
        if latest is None or shares is None:
            yield (*about, len(shown.late), "", "", 0, status, 0, "", 0, 0)
            continue
        percent = shares.percent(status)
        yield (
            *(*about, len(shown.late), latest.body.report_id, shares.as_of, shares.whole, status),
            *(shares.parts[status], "" if percent is None else percent),
            *(shares.unknown, shares.claimed),
        )


def _recommendations(found: PublicSite, report: Report) -> Iterator[Sequence[object]]:
    facts, body = found.facts, report.body
    about = (
        *(facts.slug, facts.agency, facts.state, facts.provider, body.report_id, body.version),
        *(body.kind, body.as_of, report.facts.published_on, report.facts.fact_check, report.hash),
    )
    for area in body.focus_areas:
        for finding in area.findings:
            start = (*about, area.number, area.title, finding.number, finding.text)
            if not finding.recommendations:
                yield (*start, *[""] * 8, *_words(report, finding.number), area.goal or "")
            for each in finding.recommendations:
                claim = ("", "") if each.claim is None else (each.claim.done_on, each.claim.words)
                yield (
                    *(*start, each.number, each.text, each.due_on or "", each.status or ""),
                    *(each.reason or "", each.status_on or "", *claim),
                    *(*_words(report, each.number), area.goal or ""),
                )


def _words(report: Report, item: str) -> tuple[str, str]:
    """Return the agency's comments on an item, and its replies to that item."""
    comments = [each.words for each in report.facts.comments if each.item == item]
    replies = [each.text for each in report.replies if each.item == item]
    return "\n\n".join(comments), "\n\n".join(replies)
