"""Computes how the recommendations of a published report stand as of its day. Pure."""

from collections import Counter
from collections.abc import Iterable

from services.reporting.assessments.decide import WITHDRAWN
from services.reporting.assessments.shares import COUNTED, Shares
from services.reporting.sites.site import findings
from shared.contracts.published_reports import ReportBody
from shared.contracts.reference import GOALS

NOT_STATED = "not_stated"
"""In place of the goal of a focus area whose provider has named none."""


def shares_of(body: ReportBody) -> Shares:
    """
    Return the shares of a report's recommendations, without those withdrawn from it.

    A status that this release does not know counts as not known.
    """
    counted = [
        each
        for finding in findings(body)
        for each in finding.recommendations
        if each.status != WITHDRAWN
    ]
    parts = Counter(each.status for each in counted)
    claimed = sum(each.claim is not None for each in counted)
    return Shares(body.as_of, len(counted), {each: parts[each] for each in COUNTED}, claimed)


def by_goal(bodies: Iterable[ReportBody]) -> dict[str, int]:
    """Return the number of recommendations by goal, without those withdrawn from a report."""
    found = dict.fromkeys((*GOALS, NOT_STATED), 0)
    for area in (area for body in bodies for area in body.focus_areas):
        goal = area.goal if area.goal in found else NOT_STATED
        found[goal or NOT_STATED] += sum(
            each.status != WITHDRAWN
            for finding in area.findings
            for each in finding.recommendations
        )
    return found
