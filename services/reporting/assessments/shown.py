"""What operators see of the sites of assessments: numbers and days, but no text. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.reporting.assessments.shares import COUNTED, Shares, shares_of
from services.reporting.assessments.site import Site

LABELS = {
    "complete": "complete",
    "partially_complete": "partially complete, and not going on",
    "in_progress": "in progress",
    "not_started": "not started",
}
"""Status of a recommendation → its name for people."""
COLUMNS = (
    "engagement", "provider", "as_of", "recommendations", "status", "count", "percent", "claimed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownSite:
    """A site as of a day."""

    site: Site
    shares: Shares

    @property
    def sentences(self) -> Sequence[tuple[str, str]]:
        """Each status with its share in words; one line if there is nothing to show shares of."""
        if self.shares.whole == 0 or self.shares.unknown:
            return [("recommendations", self.shares.sentence(COUNTED[0]))]
        return [(LABELS[status], self.shares.sentence(status)) for status in COUNTED]


def shown_sites(sites: Iterable[Site], as_of: date) -> list[ShownSite]:
    """Return *sites* as of the end of a day, in the order in which they were opened."""
    ordered = sorted(sites, key=lambda site: (site.opened_at, site.engagement_id))
    return [ShownSite(site, shares_of(site.recommendations.values(), as_of)) for site in ordered]


def as_json(shown: Iterable[ShownSite], as_of: date) -> dict[str, Any]:
    """Return sites as JSON; a percentage of nothing, or of unknown counts, is null."""
    return {"as_of": as_of.isoformat(), "sites": [_site(each) for each in shown]}


def _site(shown: ShownSite) -> dict[str, Any]:
    site, shares = shown.site, shown.shares
    return {
        "engagement_id": site.engagement_id,
        "tracking_number": site.tracking_number,
        "provider": site.provider,
        "opened_at": site.opened_at.isoformat(),
        "ended_at": site.ended_at and site.ended_at.isoformat(),
        "focus_areas": len(site.focus_areas),
        "findings": len(site.findings),
        "recommendations": shares.whole,
        "status_not_known": shares.unknown,
        "claimed": shares.claimed,
        "statuses": [
            {"status": status, "count": shares.parts[status], "percent": _number(shares, status)}
            for status in COUNTED
        ],
    }


def _number(shares: Shares, status: str) -> float | None:
    share: Decimal | None = shares.percent(status)
    return None if share is None else float(share)


def as_rows(shown: Iterable[ShownSite]) -> Iterable[Sequence[object]]:
    """Yield a row of `COLUMNS` for each site and status; a missing percentage is empty."""
    for each in shown:
        site, shares = each.site, each.shares
        for status in COUNTED:
            share = shares.percent(status)
            yield (
                *(site.engagement_id, site.provider, shares.as_of.isoformat(), shares.whole),
                *(status, shares.parts[status], "" if share is None else share, shares.claimed),
            )
