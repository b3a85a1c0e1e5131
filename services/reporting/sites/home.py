"""The home page: what the program is, what was asked, done and recommended. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.reporting.sites.sentences import KINDS, address, label
from services.reporting.sites.views import ShownSite

_SITES, _REPORTS = 8, 5
"""How many sites and reports the home page shows; it links to the others."""


@dataclass(frozen=True, slots=True)
class NewReport:
    agency: str
    title: str
    kind: str
    path: str
    published_on: date


@dataclass(frozen=True, slots=True)
class SitesAtAGlance:
    """``counts`` are labels with numbers; ``sites`` are late, or changed last."""

    counts: Sequence[tuple[str, str]]
    note: str
    sites: Sequence[ShownSite]
    more: int
    reports: Sequence[NewReport]
    late: int


def at_a_glance(shown: Sequence[ShownSite]) -> SitesAtAGlance:
    """Return what the home page shows of all sites."""
    latest = [each.latest for each in shown if each.latest is not None]
    whole = sum(each.shares.whole for each in latest)
    unknown = sum(each.shares.unknown for each in latest)
    complete = sum(each.shares.parts["complete"] for each in latest)
    reports = sum(len(_published(each)) for each in shown)
    counts = [
        (_counted(len(shown), "site"), f"{len(shown):,}"),
        (_counted(reports, "published report"), f"{reports:,}"),
        (_counted(whole, "recommendation"), f"{whole:,}"),
    ]
    if whole > unknown:
        counts.append(("verified as complete", f"{complete:,} of {whole - unknown:,}"))
    note = f"The status of {unknown:,} is not known." if unknown else ""
    newest = sorted(shown, key=_late_or_changed, reverse=True)
    return SitesAtAGlance(
        counts=counts,
        note=note,
        sites=newest[:_SITES],
        more=max(0, len(shown) - _SITES),
        reports=_newest(shown),
        late=sum(len(each.late) for each in shown),
    )


def _counted(count: int, name: str) -> str:
    return name if count == 1 else f"{name}s"


def _published(shown: ShownSite) -> list[NewReport]:
    facts = shown.site.facts
    return [
        NewReport(
            agency=facts.agency,
            title=each.body.title,
            kind=label(each.body.kind, KINDS),
            path=address(facts.slug, each.body.report_id),
            published_on=each.facts.published_on,
        )
        for each in shown.site.current
        if each.withdrawn is None
    ]


def _newest(shown: Sequence[ShownSite]) -> list[NewReport]:
    found = [each for site in shown for each in _published(site)]
    return sorted(found, key=lambda each: each.published_on, reverse=True)[:_REPORTS]


def _late_or_changed(shown: ShownSite) -> tuple[bool, date]:
    newest = shown.newest
    changed_on = shown.site.facts.opened_on if newest is None else newest.facts.published_on
    return bool(shown.late), changed_on
