"""Folds stored public events into the sites that pages show; reads each event once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from services.reporting.sites import store
from services.reporting.sites.site import PublicSite, folded
from services.reporting.sites.store import EventRow
from services.reporting.sites.views import ShownSite, shown_site
from shared.catalog.catalog import Catalog
from shared.contracts.published_reports import PublicationEvent
from shared.contracts.reference import Calendar

_EVENTS: TypeAdapter[Any] = TypeAdapter(PublicationEvent)
_UNION, _ = get_args(PublicationEvent)
_TYPES = frozenset(
    name for model in get_args(_UNION) for name in get_args(model.model_fields["type"].annotation)
)


@dataclass(frozen=True, slots=True)
class Sites:
    """
    The sites by slug on ``today``, their events, and the names of providers by id.

    What a page shows of a site is computed on first use, and again only after a change: otherwise
    each page that lists all sites would cost as much as all of their reports.
    """

    today: date
    sites: Mapping[str, PublicSite]
    events: Sequence[PublicationEvent]
    providers: Mapping[str, str]
    _shown: dict[str, ShownSite] = field(default_factory=dict, repr=False, compare=False)

    def shown(self, slug: str) -> ShownSite:
        """Return a site for its page."""
        site, found = self.sites[slug], self._shown.get(slug)
        if found is None or found.site is not site:
            found = self._shown[slug] = shown_site(site, self.today, self.providers)
        return found

    def all_shown(self) -> list[ShownSite]:
        """Return all sites for their page, by the agency's name."""
        found = [self.shown(slug) for slug in self.sites]
        return sorted(found, key=lambda each: (each.site.facts.agency, each.site.facts.slug))


class SitesCache:
    """Folds the sites; reads only events that are new, all of them once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._sites: dict[str, PublicSite] = {}
        self._events: list[PublicationEvent] = []
        self._last: Sites | None = None

    async def current(self, connection: Any, *, catalog: Catalog, at: datetime) -> Sites:
        """Return the sites as they are at *at*."""
        rows = await store.read_site_events(connection, after=self._numbers)
        self._take_in(rows)
        providers = {id_: each.name for id_, each in catalog.participants.items()}
        day = _day(catalog, at)
        last, shown = self._last, dict[str, ShownSite]()
        if last is not None and (last.today, last.providers) == (day, providers):
            shown = last._shown
        self._last = Sites(day, dict(self._sites), tuple(self._events), providers, shown)
        return self._last

    def _take_in(self, rows: Sequence[EventRow]) -> None:
        for row in rows:
            if json.loads(row.value)["type"] in _TYPES:  # skip types of a later release
                event = _EVENTS.validate_json(row.value)
                self._sites[row.slug] = folded([event], self._sites.get(row.slug))
                self._events.append(event)
            self._numbers[row.slug] = row.number  # set last, so that a failure skips no event


def _day(catalog: Catalog, at: datetime) -> date:
    """Return the day of *at* in the zone of the working days."""
    rules = catalog.ruleset_at(at)
    calendar = Calendar() if rules is None else catalog.with_calendar(rules).calendar
    return at.astimezone(ZoneInfo(calendar.zone)).date()
