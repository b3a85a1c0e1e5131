"""Finds the names of other agencies in a report. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.reporting.publication.body import places_of
from services.reporting.publication.report import Publication
from shared.contracts.published_reports import ReportBody

_ORI_PREFIX = 7


class Names(NamedTuple):
    """By what a report about another agency is found out: its name, initials, ORI."""

    engagement_id: str
    agency: str
    aliases: tuple[str, ...]
    ori: str | None


class Named(NamedTuple):
    """A name of another agency, and where it stands."""

    place: str
    name: str


def names_of(publication: Publication) -> Names:
    """Return the names of a site's agency."""
    site = publication.site
    return Names(site.engagement_id, site.agency, tuple(publication.aliases), publication.ori)


def others_named(body: ReportBody, own: Names, others: Iterable[Names]) -> Iterator[Named]:
    """
    Yield where *body* holds a name of one of *others*, once for each name.

    Names are whole words, full ones in any case; of an ORI, the first seven characters count. What
    the agency itself is called is not the name of another.
    """
    ours = {name.casefold() for name in (own.agency, *own.aliases)}
    wanted: dict[str, re.Pattern[str]] = {}
    for each in others:
        for name in (each.agency, *each.aliases):
            if name.casefold() not in ours:
                case = re.IGNORECASE if " " in name else 0
                wanted[name] = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", case)
        if each.ori is not None and not (own.ori or "").startswith(each.ori[:_ORI_PREFIX]):
            wanted[each.ori[:_ORI_PREFIX]] = re.compile(rf"(?<!\w){each.ori[:_ORI_PREFIX]}")
    for name, pattern in sorted(wanted.items()):
        for place in places_of(body):
            if pattern.search(place.text):
                yield Named(place.name, name)
                break
