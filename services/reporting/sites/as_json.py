"""Sites and reports as JSON: the same numbers and words as on their pages. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from services.reporting.assessments.shares import COUNTED, Shares
from services.reporting.corrections.shown import CorrectedMonth
from services.reporting.sites.definitions import VERSIONS
from services.reporting.sites.due import Due, dues_of, next_due
from services.reporting.sites.sentences import address
from services.reporting.sites.shares import by_goal, shares_of
from services.reporting.sites.site import PublicSite, Report
from services.reporting.sites.views import ShownCorrection, ShownSite
from shared.contracts.event import Facts


def sites(shown: Iterable[ShownSite], today: date) -> dict[str, Any]:
    """Return all sites, each with how its recommendations stand."""
    listed = list(shown)
    goals = by_goal(each.site.latest.body for each in listed if each.site.latest is not None)
    return {
        **_head(today),
        "sites": [_site(each, today) for each in listed],
        "recommendations_by_goal": [
            {"goal": goal, "recommendations": count} for goal, count in goals.items()
        ],
    }


def site(shown: ShownSite, today: date) -> dict[str, Any]:
    """Return a site with its due dates and all of its reports."""
    found = shown.site
    return {
        **_head(today),
        "site": _site(shown, today),
        "due": [_due(each, today) for each in dues_of(found, today)],
        "reports": [
            _report(found, each) for versions in found.reports.values() for each in versions
        ],
    }


def report(found: PublicSite, each: Report, today: date) -> dict[str, Any]:
    """Return a version of a report, with what was said about it."""
    return {**_head(today), "site": _dump(found.facts), "report": _report(found, each)}


def corrections(
    found: Sequence[ShownCorrection], months: Sequence[CorrectedMonth], today: date
) -> dict[str, Any]:
    """Return every correction of a report, and the months with corrected figures."""
    return {
        **_head(today),
        "corrections": [
            {**_dump(each.correction), "agency": each.site.facts.agency} for each in found
        ],
        "months": [
            {
                "month": each.month,
                "figures_corrected": each.figures,
                "last_corrected_at": each.corrected_at.isoformat(),
                "address": f"/releases/{each.month}.json",
            }
            for each in months
        ],
    }


def _head(today: date) -> dict[str, Any]:
    return {"as_of": today.isoformat(), "definitions": VERSIONS}


def _site(shown: ShownSite, today: date) -> dict[str, Any]:
    latest = shown.site.latest
    upcoming = next_due(dues_of(shown.site, today))
    return {
        **_dump(shown.site.facts),
        "address": shown.path,
        "state_name": shown.state,
        "provider_name": shown.provider,
        "next_due_on": None if upcoming is None else upcoming.on.isoformat(),
        "late": len(shown.late),
        "report_id": None if latest is None else latest.body.report_id,
        "sentence": shown.counted,
        **_statuses(None if latest is None else shares_of(latest.body)),
    }


def _statuses(shares: Shares | None) -> dict[str, Any]:
    """Return the shares of a report; a percentage of nothing, or of unknown counts, is null."""
    if shares is None:
        nothing: list[dict[str, Any]] = [
            {"status": status, "count": 0, "percent": None} for status in COUNTED
        ]
        return {"statuses_as_of": None, "recommendations": 0, "statuses": nothing}
    return {
        "statuses_as_of": shares.as_of.isoformat(),
        "recommendations": shares.whole,
        "status_not_known": shares.unknown,
        "reported_as_done_not_verified": shares.claimed,
        "statuses": [
            {
                "status": status,
                "count": shares.parts[status],
                "percent": None if (share := shares.percent(status)) is None else float(share),
            }
            for status in COUNTED
        ],
    }


def _report(found: PublicSite, each: Report) -> dict[str, Any]:
    """Return a version of a report; a withdrawn one without text, comments and replies."""
    facts, body = each.facts, each.body
    about = {
        "report_id": body.report_id,
        "version": body.version,
        "is_current": each is found.reports[body.report_id][-1],
        "kind": body.kind,
        "address": address(body.slug, body.report_id),
        "as_of": body.as_of.isoformat(),
        "due_on": facts.due_on and facts.due_on.isoformat(),
        "published_on": facts.published_on.isoformat(),
        "fact_check": facts.fact_check,
        "sha256": each.hash,
        "withdrawn": each.withdrawn and _dump(each.withdrawn),
    }
    if each.withdrawn is not None:
        return about
    return {
        **about,
        **_statuses(shares_of(body)),
        "published_sha256": facts.hash,
        "body": _dump(body),
        "comments": [_dump(comment) for comment in facts.comments],
        "replies": [_dump(reply) for reply in each.replies],
        "corrections": [_dump(correction) for correction in each.corrections],
    }


def _due(each: Due, today: date) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "first_due_on": each.first_on.isoformat(),
        "due_on": each.on.isoformat(),
        "moves": [_dump(slip) for slip in each.slips],
        "missed": [
            {
                "first_due_on": day.first_on.isoformat(),
                "due_on": day.on.isoformat(),
                "moves": [_dump(slip) for slip in day.moves],
            }
            for day in each.missed
        ],
        "report_id": None if each.report is None else each.report.body.report_id,
        "published_on": None
        if each.report is None
        else each.report.facts.published_on.isoformat(),
        "late": each.is_late(today),
        "days_late": each.days_late if each.report else None,
    }


def _dump(facts: Facts) -> dict[str, Any]:
    return facts.model_dump(mode="json", exclude_none=True)
