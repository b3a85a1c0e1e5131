"""Renders the pages of sites, the home page and the feed. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from services.reporting.corrections.shown import CorrectedMonth, Published
from services.reporting.programs import ProgramRow
from services.reporting.render import (
    TEMPLATES,
    cards,
    month_in_words,
    program,
    solicitation,
)
from services.reporting.render import definitions as definitions_in_words
from services.reporting.sites.definitions import VERSIONS, Definition
from services.reporting.sites.feed import Entry
from services.reporting.sites.home import at_a_glance
from services.reporting.sites.sentences import address, title_of
from services.reporting.sites.shown import Sites
from services.reporting.sites.views import (
    ShownCorrection,
    ShownReport,
    ShownSite,
    goals_of,
)
from shared.contracts.reference import Solicitation


def home_page(
    published: Published | None,
    sites: Sites,
    *,
    programs: Sequence[ProgramRow],
    solicitations: Sequence[Solicitation],
    at: datetime,
    **contact: str | None,
) -> str:
    """Return the home page; *published* is the last release, if there is one."""
    values: dict[str, Any] = {"release": None}
    if published is not None:
        release = published.now
        values = {
            "release": release,
            "month": month_in_words(release.month),
            "cards": cards(release.figures),
            "definitions": definitions_in_words(release.definitions),
            "sha256": published.facts.sha256,
        }
    return _page(
        "home",
        sites,
        path="/",
        glance=at_a_glance(sites.all_shown()),
        programs=[program(row, at=at) for row in programs],
        solicitations=[solicitation(one) for one in solicitations],
        **values,
        **contact,
    )


def sites_page(shown: Sequence[ShownSite], sites: Sites, **contact: str | None) -> str:
    """Return the page of all sites."""
    return _page("sites", sites, path="/sites", sites=shown, goals=goals_of(shown), **contact)


def site_page(shown: ShownSite, sites: Sites, **contact: str | None) -> str:
    """Return the page of a site."""
    return _page("site", sites, path=shown.path, site=shown, **contact)


def report_page(shown: ShownReport, sites: Sites, **contact: str | None) -> str:
    """Return the page of a version of a report."""
    return _page("report", sites, path=shown.path, shown=shown, **contact)


def corrections_page(
    found: Sequence[ShownCorrection],
    withdrawn: Sequence[ShownReport],
    months: Sequence[CorrectedMonth],
    sites: Sites,
    **contact: str | None,
) -> str:
    """Return the page of corrections and withdrawals."""
    named = [(month_in_words(each.month), each) for each in months]
    values = {"corrections": found, "withdrawn": withdrawn, "months": named}
    return _page("corrections", sites, path="/corrections", **values, **contact)


def how_we_count_page(
    definitions: Sequence[Definition], sites: Sites, **contact: str | None
) -> str:
    """Return the page of definitions."""
    return _page("how_we_count", sites, path="/how-we-count", definitions=definitions, **contact)


def feed(entries: Sequence[Entry]) -> str:
    """Return the feed as Atom; without entries it was updated at the beginning of time."""
    updated = max((each.at for each in entries), default=datetime(1970, 1, 1, tzinfo=UTC))
    return TEMPLATES.get_template("feed.atom.j2").render(entries=entries, updated=updated)


def error_page(title: str, message: str, **contact: str | None) -> str:
    """Return the page that says why there is none."""
    return TEMPLATES.get_template("error.html.j2").render(
        path="", title=title, message=message, **contact
    )


def _page(template: str, found: Sites, *, path: str, **values: Any) -> str:
    return TEMPLATES.get_template(f"{template}.html.j2").render(
        path=path,
        today=found.today,
        versions=VERSIONS,
        address=address,
        title_of=title_of,
        **values,
    )
