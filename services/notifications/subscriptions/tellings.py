"""Tells subscribers news, page by page, and erases addresses that were not confirmed."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from services.notifications.batch_state import NoticeRow
from services.notifications.mail import life, mails
from services.notifications.mail.obligations import PreparedMail
from services.notifications.mail.timing import AT_ONCE
from services.notifications.messages import news_notice
from services.notifications.subscriptions import months, news, reports, store
from services.notifications.subscriptions.store import Telling
from services.notifications.subscriptions.subscriber import MONTHLY_UPDATE, SOLICITATIONS
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog import catalog
from shared.catalog.catalog import Catalog
from shared.contracts import notifications
from shared.contracts.event import derived_id
from shared.contracts.reference import Calendar
from shared.contracts.states_and_zones import is_zone
from shared.delivery import sequences
from shared.delivery.relay import outbox
from shared.mail.templates import REPORT, SOLICITATION, UPDATE, Template
from shared.process.tasks import AT_ONCE as NOW
from shared.process.tasks import LATER

Connection = PoolConnectionProxy
log = structlog.get_logger()
PAGE = 500
AWAY = HELD = timedelta(minutes=1)
"""
Kafka counts as away once a message has waited in the outbox for `AWAY`. For `HELD` after that no
news is told, because events read by then may end a subscription.
"""
NOTHING_NEW, WITHDRAWN = "nothing new", "the report is withdrawn"
_KINDS = {SOLICITATION.id: life.SOLICITATION, UPDATE.id: life.UPDATE, REPORT.id: life.REPORT}
_ANNOUNCED = "gov.cri.intake.solicitation_announced.v1"


class Told(NamedTuple):
    """What one subscriber is told: nothing without ``facts``; the mail's link ends ``matter``."""

    audience: str
    matter: str
    facts: dict[str, Any] | None


class Tellings:
    """
    Makes the mails with news that is due; several processes share the work.

    A page of subscribers is decided about in one transaction, with their mails. While Kafka is
    away, no news is told: the end of a subscription may not have been read yet.
    """

    def __init__(
        self,
        *,
        public_url: str,
        relay_wake: asyncio.Event,
        clock: BusinessClock = REAL_TIME,
        page: int = PAGE,
        away: timedelta = AWAY,
        held: timedelta = HELD,
    ) -> None:
        self._public_url = public_url
        self._relay_wake = relay_wake
        self._clock = clock
        self._page = page
        self._away, self._held = away, held
        self._held_until = 0.0
        self._catalog = catalog.CatalogCache()

    async def step(self, pool: "Pool[Any]") -> timedelta:
        """Begin the updates that are due, and tell one page."""
        async with pool.acquire() as connection, connection.transaction():
            now: datetime = await mails.read_now(connection)
            await self._begin_updates(connection, self._clock.at(now))
            telling = None
            if not await self._is_held(connection):
                telling = await store.take_telling(connection)
            if telling is not None:
                await self._tell(connection, telling, self._clock.at(now))
        if telling is None:
            return LATER
        self._relay_wake.set()
        return NOW

    async def _is_held(self, connection: "Connection[Any]") -> bool:
        """Return whether Kafka is away, or was moments ago."""
        at = asyncio.get_running_loop().time()
        if await store.is_outbox_stuck(connection, since=self._away):
            self._held_until = at + self._held.total_seconds()
            return True
        return at < self._held_until

    async def _begin_updates(self, connection: "Connection[Any]", at: datetime) -> None:
        """Note the updates that are due, one for each zone, with the catalog as it is now."""
        zones = await store.list_zones(connection)
        if not zones:
            return
        current = await self._catalog.current(connection)
        calendar = _calendar(current, at)
        for zone in zones:
            where = zone if zone is not None and is_zone(zone) else calendar.zone
            due = months.due_at(at, where, calendar)
            if due <= at:
                month = months.month_of(due, where)
                fact, about = months.fact_of(month, zone or ""), f"{month} {zone or ''}"
                telling = Telling(fact, months.KIND, about, current.version, due)
                await store.add_telling(connection, telling)

    async def _tell(self, connection: "Connection[Any]", telling: Telling, at: datetime) -> None:
        if telling.kind == months.KIND:
            told = await self._monthly(connection, telling)
            template, kind = UPDATE, months.KIND
        elif telling.kind in reports.KINDS:
            told = await self._report(connection, telling)
            template, kind = REPORT, reports.type_of(telling.kind)
        else:
            told = await self._solicitation(connection, telling)
            template, kind = SOLICITATION, _ANNOUNCED
        await _decide(connection, telling, told, template=template, kind=kind, at=at)
        last = told[-1].audience if told else telling.told_to
        ended = len(told) < self._page
        await store.move_telling(connection, telling, told_to=last, ended=ended)
        log.info("news.told", kind=telling.kind, subscribers=len(told))

    async def _solicitation(self, connection: "Connection[Any]", telling: Telling) -> list[Told]:
        before = await catalog.read_as_of(connection, telling.number - 1)
        after = await catalog.read_as_of(connection, telling.number)
        facts = news.solicitation_facts(before, after, telling.about)
        entry = after.solicitations[telling.about]
        audiences = await store.list_recipients(
            connection,
            telling,
            entry.program,
            also_monthly=entry.status == news.CANCELED,
            limit=self._page,
        )
        return [Told(audience, SOLICITATIONS, facts) for audience in audiences]

    async def _report(self, connection: "Connection[Any]", telling: Telling) -> list[Told]:
        found = await store.read_published_news(
            connection, after=0, until=telling.reported, fact=telling.fact
        )
        lines = [reports.line(each, public_url=self._public_url) for each in found]
        facts = dict(lines[0].facts) if lines else None
        audiences = await store.list_readers(connection, telling, limit=self._page)
        return [Told(audience, reports.MATTER, facts) for audience in audiences]

    async def _monthly(self, connection: "Connection[Any]", telling: Telling) -> list[Told]:
        month, _, zone = telling.about.partition(" ")
        last = await store.read_last_update(connection, month, zone)
        since = None if last is None else last.until
        before = Catalog() if last is None else await catalog.read_as_of(connection, last.number)
        after = await catalog.read_as_of(connection, telling.number)
        released = await store.read_releases(
            connection, after=None if last is None else last.released, until=telling.released
        )
        found = news.update(before, after, since=since, until=telling.due_at)
        published = await store.read_published_news(
            connection, after=0 if last is None else last.reported, until=telling.reported
        )
        found = found._replace(
            releases=news.releases(released, public_url=self._public_url),
            reports=[reports.line(each, public_url=self._public_url) for each in published],
        )
        recipients = await store.list_monthly_recipients(
            connection,
            telling,
            zone or None,
            before=self._clock.real(telling.due_at),
            limit=self._page,
        )
        words = news.month_in_words(month)
        told = []
        for each in recipients:
            lines = found.lines(each.kinds, each.program)
            wished = (MONTHLY_UPDATE, SOLICITATIONS, reports.MATTER)
            matter = next(kind for kind in wished if kind in each.kinds)
            shown = {"month": words, "lines": [line.facts for line in lines]}
            facts = shown if lines else None
            told.append(Told(each.audience, matter, facts))
        return told


def _calendar(current: Catalog, at: datetime) -> Calendar:
    rules = current.ruleset_at(at)
    return Calendar() if rules is None else current.with_calendar(rules).calendar


async def _decide(
    connection: "Connection[Any]",
    telling: Telling,
    told: Sequence[Told],
    *,
    template: Template,
    kind: str,
    at: datetime,
) -> None:
    """Write the decision about each subscriber, and prepare its mail."""
    subjects = [(notifications.TOPIC, each.audience) for each in told]
    numbers = await sequences.lock(connection, subjects)
    because = NOTHING_NEW if telling.kind == months.KIND else WITHDRAWN
    decided, prepared = [], []
    for each in told:
        mail_id = derived_id(telling.fact, f"mail:{template.id}", each.audience)
        row = NoticeRow(each.audience, telling.fact, each.audience, because=because)
        if each.facts is not None:
            row = row._replace(message_type=template.name, message_id=mail_id, because=None)
        number = numbers.next(notifications.TOPIC, each.audience)
        decided.append(news_notice(row, kind, number=number, at=at))
        if each.facts is not None:
            prepared.append(_mail(telling, each, mail_id, decided[-1].event_id, template))
    await sequences.save(connection, numbers)
    await outbox.append(connection, decided)
    if prepared:
        await mails.prepare_mails(connection, prepared)


def _mail(
    telling: Telling, told: Told, mail_id: str, notice: str, template: Template
) -> PreparedMail:
    return PreparedMail(
        mail_id=mail_id,
        fact=telling.fact,
        notice=notice,
        audience=told.audience,
        contact_id="",
        correlation=telling.fact,
        key=told.audience.encode(),
        about=f"{telling.kind}:{telling.about}",
        number=telling.number,
        kind=_KINDS[template.id],
        template=template.name,
        facts=json.dumps(told.facts, ensure_ascii=False),
        matter=told.matter,
        timing=AT_ONCE,
    )
