"""How the recommendations of a published report stand on its day: computed, never typed. Pure."""

from collections import Counter

from services.reporting.assessments.decide import WITHDRAWN
from services.reporting.assessments.shares import COUNTED, Shares
from services.reporting.sites.site import findings
from shared.contracts.published_reports import ReportBody


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
