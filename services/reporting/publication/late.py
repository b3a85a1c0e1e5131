"""Announces that a report is late, once for each day on which one was due."""

import asyncio
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any, NamedTuple

from asyncpg import Pool

from services.reporting.assessments import store as assessments
from services.reporting.assessments.batch import SOURCE
from services.reporting.publication import store
from services.reporting.publication.dates import day_of, open_days
from services.reporting.publication.report import Late, Publication
from services.reporting.store import read_clock
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog.catalog import CatalogCache
from shared.contracts import envelope
from shared.contracts.published_reports import ReportKind
from shared.contracts.reference import Calendar
from shared.contracts.reporting import TOPIC, PublicationLate, PublicationLateFacts
from shared.delivery import sequences
from shared.delivery.relay import outbox

_TYPE = "gov.cri.reporting.publication_late.v1"
_PAUSE = timedelta(minutes=1)


class Due(NamedTuple):
    """A day on which a report was due, after all changes."""

    kind: ReportKind
    on: date


def late_days(publication: Publication, today: date) -> list[Due]:
    """
    Return the due days that have passed without a report and have not been announced.

    Nothing is due after a site has ended.
    """
    told = {(each.kind, each.due_on) for each in publication.late}
    last = min(today, publication.site.ended_on or today)
    found = []
    for kind in publication.plans:
        for day in takewhile(lambda day: day.first_on < today, open_days(publication, kind)):
            if day.on < today and day.on <= last and (kind, day.on) not in told:
                found.append(Due(kind, day.on))
    return found


class Lateness:
    """Looks for reports that are late, by the business clock."""

    def __init__(self, *, relay_wake: asyncio.Event, clock: BusinessClock = REAL_TIME) -> None:
        self._relay_wake = relay_wake
        self._clock = clock
        self._catalog = CatalogCache()

    async def tell(self, pool: "Pool[Any]") -> timedelta:
        """Announce each due day that has passed; return the time until the next look."""
        catalog = await self._catalog.current(pool)
        at = self._clock.at(await read_clock(pool))
        async with pool.acquire() as connection, connection.transaction():
            rules = catalog.ruleset_at(at)
            calendar = Calendar() if rules is None else catalog.with_calendar(rules).calendar
            names = await store.list_publications(connection)
            known = await store.lock_publications(connection, names)
            today = day_of(at, calendar)
            found = {name: days for name in known if (days := late_days(known[name], today))}
            if not found:
                return self._clock.pause(_PAUSE)
            sites = await assessments.read_sites(connection, sorted(found))
            numbers = await sequences.lock(connection, [(TOPIC, name) for name in found])
            events = []
            for name in sorted(found):
                for due in found[name]:
                    number = numbers.next(TOPIC, name)
                    events.append(_event(known[name], sites[name], due, at=at, number=number))
                late = [Late(kind=each.kind, due_on=each.on) for each in found[name]]
                changed = {"late": [*known[name].late, *late]}
                known[name] = known[name].model_copy(update=changed)
            await store.save_publications(connection, [known[name] for name in found])
            await outbox.append(
                connection, [outbox.outgoing(TOPIC, each, key=each.subject) for each in events]
            )
            await sequences.save(connection, numbers)
        self._relay_wake.set()
        return self._clock.pause(_PAUSE)


def _event(
    publication: Publication, site: Any, due: Due, *, at: datetime, number: int
) -> PublicationLate:
    cause = f"late/{publication.site.slug}/{due.kind}/{due.on}"
    about = envelope.attributes(
        kind=_TYPE,
        source=SOURCE,
        subject=site.engagement_id,
        at=at,
        cause=cause,
        correlation=cause,
        number=number,
    )
    facts = PublicationLateFacts(
        participant=site.requester,
        provider=site.provider if site.ended_at is None else None,
        tracking_number=site.tracking_number,
        engagement_id=site.engagement_id,
        kind=due.kind,
        due_on=due.on,
    )
    return PublicationLate(**about, data=facts)
