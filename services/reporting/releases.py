"""Publishes the release of each month, once, when it is due by the business clock."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import structlog
from asyncpg import Pool

from services.reporting import store
from services.reporting.corrections.decide import counted_again
from services.reporting.corrections.publish import correct, read_touched
from services.reporting.listed_agencies import YEAR as LIST_YEAR
from services.reporting.months import Month, due_at
from services.reporting.release import DEFINITIONS, release_published, released_figures, tables
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog.catalog import CatalogCache
from shared.contracts import intake, reference, routing
from shared.contracts.reference import Calendar
from shared.contracts.reporting import RELEASES_TOPIC, Release
from shared.delivery import sequences
from shared.delivery.relay import outbox
from shared.process import metrics
from shared.process.tasks import AT_ONCE, LATER, SOON

log = structlog.get_logger()
TOPICS = frozenset({intake.TOPIC, routing.TOPIC, reference.TOPIC})
"""The topics that a release is computed from."""
_LATER_TODAY = timedelta(seconds=30)


class Releases:
    """
    Publishes releases, one month after the other, without a gap.

    The first month is that in which the first request was accepted. A month is released on the
    third working day after it, or as soon afterwards as the log is read to the month's end. Each
    month that was missed still gets its own release. Event, row, number and the corrections of
    earlier months commit in one transaction, so that a month has one release even if the process
    dies or several processes try.
    """

    def __init__(
        self,
        *,
        update_as_of: Callable[["Pool[Any]"], Awaitable[None]],
        relay_wake: asyncio.Event,
        clock: BusinessClock = REAL_TIME,
    ) -> None:
        self._update_as_of = update_as_of
        self._relay_wake = relay_wake
        self._clock = clock
        self._catalog = CatalogCache()
        self._overdue = metrics.RELEASE_OVERDUE.labels("reporting")  # shows 0 until then

    async def publish_due(self, pool: "Pool[Any]") -> timedelta:
        """Publish the next release if it is due; return the time until it may be."""
        found = await store.read_release_state(pool)
        at = self._clock.at(found.at)
        catalog = await self._catalog.current(pool)
        rules = catalog.ruleset_at(at)
        if rules is None:
            return LATER
        calendar = catalog.with_calendar(rules).calendar
        if found.last is not None:
            month = Month.parse(found.last).next()
        elif found.first_at is not None:
            month = Month.of(found.first_at, zone=calendar.zone)
        else:
            return LATER
        due = due_at(month, calendar)
        late = max(at - due, timedelta(0))
        self._overdue.set(self._clock.pause(late).total_seconds())
        if at < due:
            return self._clock.pause(due - at)
        await self._update_as_of(pool)
        try:
            return await self._publish(pool, month, calendar)
        except asyncpg.SerializationError:  # another process has published it
            return SOON

    async def _publish(self, pool: "Pool[Any]", month: Month, calendar: Calendar) -> timedelta:
        ends_at = month.ends_at(calendar.zone)
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read"),
        ):
            known = await store.read_as_of(connection)
            if not await store.lock_releases(connection):
                return _LATER_TODAY
            last = (await store.read_release_state(connection)).last
            if last is not None and last >= str(month):
                return SOON  # another process has published it since this one looked
            if known is None or self._clock.at(known[0]) < ends_at:
                log.warning(
                    "release.waits", month=str(month), why="the log is not read to its end"
                )
                return _LATER_TODAY
            if await store.is_incomplete(connection, until=ends_at):
                log.warning("release.waits", month=str(month), why="a rebuild is needed")
                return _LATER_TODAY
            as_of, at = (self._clock.at(moment) for moment in known)
            release = await compute(
                connection, month, zone=calendar.zone, as_of=as_of, catalog=self._catalog
            )
            touched, since = await read_touched(connection, release)
            months = [release.month, *map(str, touched)]
            numbers = await sequences.lock(connection, [(RELEASES_TOPIC, one) for one in months])
            number = numbers.next(RELEASES_TOPIC, release.month)
            event = release_published(release, at=at, number=number)
            await store.save_release(connection, published=event.data, at=at)
            found = await correct(
                connection,
                touched,
                with_=release,
                since=since,
                catalog=await self._catalog.current(connection),
                at=at,
                numbers=numbers,
            )
            await outbox.append(
                connection,
                [outbox.outgoing(RELEASES_TOPIC, e, key=e.subject) for e in (event, *found)],
            )
            await sequences.save(connection, numbers)
        self._relay_wake.set()
        log.info("release.published", month=release.month, sha256=event.data.sha256)
        for one, figures in Counter(each.subject for each in found).items():
            log.info("release.corrected", month=one, figures=figures)
        return AT_ONCE


async def compute(
    connection: Any, month: Month, *, zone: str, as_of: datetime, catalog: CatalogCache
) -> Release:
    """Return the release of *month*, computed from what *connection*'s transaction sees."""
    begins_at, ends_at = month.begins_at(zone), month.ends_at(zone)
    positions, left_out = await store.read_log_position(connection, topics=TOPICS)
    counted = await store.count_month(connection, begins_at=begins_at, ends_at=ends_at)
    current = await catalog.current(connection)
    return Release(
        month=str(month),
        zone=zone,
        begins_at=begins_at,
        ends_at=ends_at,
        as_of=as_of,
        definitions=DEFINITIONS,
        positions=positions,
        left_out=left_out,
        list_year=LIST_YEAR,
        figures=released_figures(counted, current, tables(current)),
    )


async def compute_again(connection: Any, published: Release, *, is_corrected: bool) -> Release:
    """
    Return *published* with its figures computed again from the tables that *connection* sees.

    They must be the fold of the log up to the release's positions. Call it in a transaction. A
    corrected release keeps the groups of the first one, and the figures that are never corrected.
    """
    counted = await store.count_month(
        connection, begins_at=published.begins_at, ends_at=published.ends_at
    )
    catalog = await CatalogCache().current(connection)
    if is_corrected:
        return counted_again(published, counted, catalog, like=published)
    by = published.definitions["figures"]
    figures = released_figures(counted, catalog, tables(catalog, by), by)
    return published.model_copy(update={"figures": figures})
