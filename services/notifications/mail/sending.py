"""Sends the mails that are due: claim, send, record, each in a transaction of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from asyncpg import Pool

from services.notifications.mail import life, mails, quiet
from services.notifications.mail.address import AddressError
from services.notifications.mail.codes import is_too_late
from services.notifications.mail.compose import Letterhead, OutgoingMail, compose
from services.notifications.mail.digests import make_digest
from services.notifications.mail.events import announce
from services.notifications.mail.failures import FAILED, note_dead_address, write_to_another
from services.notifications.mail.life import Mail, Step
from services.notifications.mail.mails import ClaimedMail, HeldMail
from services.notifications.mail.outcome import Outcome
from services.notifications.mail.transport import CONNECTIONS, Transport
from services.notifications.subscriptions import linked
from services.notifications.subscriptions.bounces import end_bounced
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog.catalog import CatalogCache
from shared.clocks.written import in_zone
from shared.contracts.links import Gets, Links
from shared.contracts.reference import Calendar
from shared.contracts.services import WEB_DESK
from shared.mail.templates import OFFER, TEMPLATES, WITH_LINKS, WORDS_OF_OTHERS, render
from shared.one_time_codes import code_of
from shared.process import crash_points
from shared.process.backoff import Backoff
from shared.process.outages import TRANSIENT
from shared.process.tasks import AT_ONCE, LATER

log = structlog.get_logger()
_LOST_AT_ONCE = 100
_LEAST_KEPT_SECONDS = 1.0
_STOPPING_SECONDS = 10.0
_NOT_COMPOSED = "5.6.0"


class Mailer:
    """Sends mails that are due; several processes share the work."""

    def __init__(
        self,
        transport: Transport,
        head: Letterhead,
        *,
        public_url: str,
        relay_wake: asyncio.Event,
        clock: BusinessClock = REAL_TIME,
        owned_seconds: float = life.OWNED_SECONDS,
        code_key: bytes | None = None,
        links: Links | None = None,
    ) -> None:
        self._transport = transport
        self._head = head
        self._public_url = public_url
        self._relay_wake = relay_wake
        self._clock = clock
        self._code_key = code_key
        self._owned_seconds = owned_seconds
        self._keep_seconds = max(owned_seconds / 4, _LEAST_KEPT_SECONDS)
        self._catalog = CatalogCache()
        self._links = links
        without = frozenset() if links is not None else WITH_LINKS
        self._templates = [name for name in TEMPLATES if name not in without]

    async def step(self, pool: "Pool[Any]") -> timedelta:
        """Send some mails; return the time until the next one is due."""
        claimed, held, zone = await self._claim(pool)
        if held and not claimed:
            return AT_ONCE
        if not claimed:
            await self._lose(pool)
            async with pool.acquire() as connection:
                seconds = await mails.read_next_try(connection, templates=self._templates)
            if seconds is not None and seconds <= 0:
                await self._make_digest(pool)
            return LATER if seconds is None else timedelta(seconds=max(seconds, 0))
        crash_points.reach("mail.after_claim")
        sending = asyncio.ensure_future(self._send_all(pool, claimed, zone))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            with suppress(*TRANSIENT):  # let mails under way finish
                async with asyncio.timeout(_STOPPING_SECONDS):
                    await sending
            raise
        return AT_ONCE

    async def _claim(self, pool: "Pool[Any]") -> tuple[Sequence[ClaimedMail], int, str]:
        """
        Return some due mails that may go out now, and how many others are held until later.

        The last part is the time zone of contacts without one.
        """
        async with pool.acquire() as connection, connection.transaction():
            due = await mails.claim_mails(connection, limit=CONNECTIONS, templates=self._templates)
            zone = await self._zone(connection, due)
            held = [
                HeldMail(each.mail.mail_id, self._clock.real(hold.until), hold)
                for each in due
                if self._why_not(each) is None and (hold := self._hold(each, zone)) is not None
            ]
            await mails.hold_mails(connection, held)
        waiting = {each.mail_id for each in held}
        return [each for each in due if each.mail.mail_id not in waiting], len(held), zone

    async def _zone(self, connection: Any, due: Sequence[ClaimedMail]) -> str:
        """Return the calendar's zone, for contacts without one."""
        default = Calendar().zone
        at = [self._clock.at(each.at) for each in due if each.preference.zone is None]
        if not at:
            return default
        catalog = await self._catalog.current(connection)
        ruleset = catalog.ruleset_at(at[0])
        return default if ruleset is None else catalog.with_calendar(ruleset).calendar.zone

    def _hold(self, each: ClaimedMail, zone: str) -> quiet.Hold | None:
        return quiet.hold(
            each.matter,
            each.timing,
            each.preference,
            contact=each.mail.contact,
            zone=zone,
            since=self._clock.at(each.mail.prepared_at),
            at=self._clock.at(each.at),
        )

    async def _lose(self, pool: "Pool[Any]") -> None:
        """Announce mails whose process has ended: they may have been delivered."""
        async with pool.acquire() as connection, connection.transaction():
            lost = await mails.lose_mails(
                connection, seconds=self._owned_seconds, limit=_LOST_AT_ONCE
            )
            if not lost:
                return
            at = self._clock.at(await mails.read_now(connection))
            await announce(
                connection, [(mail, life.lost(mail, stage=None, at=at)) for mail in lost]
            )
        self._relay_wake.set()
        for mail in lost:
            _tell(mail, life.lost(mail, stage=None, at=at), None)

    async def _make_digest(self, pool: "Pool[Any]") -> None:
        if await make_digest(pool, self._clock):
            self._relay_wake.set()

    async def _send_all(
        self, pool: "Pool[Any]", claimed: Sequence[ClaimedMail], zone: str
    ) -> None:
        under_way = {each.mail.mail_id for each in claimed}
        keeping = asyncio.create_task(_keep(pool, under_way, every=self._keep_seconds))
        try:
            done = await asyncio.gather(
                *(self._send(pool, each, zone, under_way) for each in claimed),
                return_exceptions=True,
            )
        finally:
            keeping.cancel()
        for error in done:
            if isinstance(error, BaseException):
                raise error

    async def _send(
        self, pool: "Pool[Any]", each: ClaimedMail, zone: str, under_way: set[str]
    ) -> None:
        try:
            outcome = self._why_not(each) or await self._try(each, zone)
            crash_points.reach("mail.after_data_before_record")
            await _until_recorded(lambda: self._record(pool, each, outcome))
            crash_points.reach("mail.after_record")
        finally:
            under_way.discard(each.mail.mail_id)

    def _why_not(self, each: ClaimedMail) -> str | None:
        """Return why the mail is not to be sent."""
        if each.address is None:
            return life.NO_ADDRESS
        if quiet.is_switched_off(each.matter, each.timing, each.preference):
            return life.SWITCHED_OFF
        if each.kind == life.CODE and (
            self._code_key is None or is_too_late(each.mail.prepared_at, each.at)
        ):
            return life.TOO_LATE
        if each.facts_now is None:
            return life.OVERTAKEN
        return life.not_needed(each.kind, each.others)

    async def _try(self, each: ClaimedMail, zone: str) -> Outcome:
        try:
            composed = self._compose(each, zone)
        except AddressError as error:
            return Outcome("refused", "rcpt", error.status)
        except Exception as error:  # a bug: one mail fails, the others go out
            about = {"mail_id": each.mail.mail_id, "error.type": type(error).__name__}
            log.error("mail.not_composed", **about)
            return Outcome("refused", "data", _NOT_COMPOSED)
        return await self._transport.send(composed)

    def _compose(self, each: ClaimedMail, zone: str) -> OutgoingMail:
        mail = each.mail
        where = quiet.zone_of(each.preference, otherwise=zone)
        facts = in_zone(each.facts_now, where, except_for=WORDS_OF_OTHERS)
        of_list = None
        if each.kind == life.CODE:  # the code exists only in the mail
            facts = facts | {"code": self._code(each)}
        if self._links is not None and each.template in WITH_LINKS:
            kinds, cadence, program = each.gets
            today = self._clock.at(each.at).date()
            gets = Gets(tuple(kinds or ()), cadence, program, today)
            facts = linked.facts_of(self._links, mail.audience, each.matter, facts, gets)
            of_list = linked.list_of(self._links, mail.audience, each.matter)
        if self._links is not None and has_status_page(each):
            facts = facts | {"status_url": self._links.status(mail.contact, each.address or "")}
        if self._links is not None and "engagement_id" in facts:
            facts = facts | {"work_url": self._links.work(facts["engagement_id"])}
        if each.template == OFFER.name:
            facts = facts | {"page_url": self._page_of(each)}
        rendered = render(TEMPLATES[each.template], facts, public_url=self._public_url)
        return compose(
            self._head,
            mail.mail_id,
            rendered,
            recipient=each.address or "",
            at=mail.prepared_at,
            of_list=of_list,
        )

    def _page_of(self, each: ClaimedMail) -> str | None:
        """Return the link to the offer's page; None if it is answered by a system, or by phone."""
        if self._links is None or each.facts["has_system"]:
            return None
        mail = each.mail
        return self._links.offer(each.facts["offer_id"], mail.audience, mail.contact_id)

    def _code(self, each: ClaimedMail) -> str:
        assert self._code_key is not None
        about, counter = each.facts["about"], each.facts["counter"]
        return code_of(self._code_key, contact=each.mail.contact, about=about, counter=counter)

    async def _record(self, pool: "Pool[Any]", each: ClaimedMail, found: Outcome | str) -> None:
        mail = each.mail
        async with pool.acquire() as connection, connection.transaction():
            now: datetime = await mails.read_now(connection)
            at = self._clock.at(now)
            outcome = None if isinstance(found, str) else found
            if isinstance(found, str):
                step = life.cancelled(mail, found, at=at)
            else:
                step = life.tried(mail, found, now=now, at=at)
            if not await mails.record_mail(connection, mail, step, outcome):
                return  # it was announced as of unknown outcome
            await announce(connection, [(mail, step)])
            is_dead = outcome is not None and outcome.is_address_dead
            if is_dead and mail.is_to_subscriber:
                await end_bounced(connection, mail, at=at)
            elif outcome is not None and is_dead and each.address is not None:
                await note_dead_address(connection, mail, each.address, outcome.status, at=at)
            has_failed = step.state in FAILED or found == life.NO_ADDRESS
            is_alone = mail.is_to_subscriber or each.kind == life.CODE
            if has_failed and not is_alone:
                await write_to_another(connection, each, self._clock, at=at)
        if step.event is not None:
            self._relay_wake.set()
        _tell(mail, step, outcome)


def has_status_page(each: ClaimedMail) -> bool:
    """Tell whether the mail goes to somebody who asked for help at the public desk."""
    is_without_request = each.facts.get("purpose") == "confirm_address"
    return each.mail.audience == WEB_DESK and not is_without_request


async def _until_recorded(record: Callable[[], Awaitable[None]]) -> None:
    """Await *record*, again after an outage: an unrecorded outcome counts as unknown."""
    backoff = Backoff()
    async with asyncio.timeout(life.OWNED_SECONDS):
        while True:
            try:
                return await record()
            except TRANSIENT:
                await asyncio.sleep(backoff.next_delay())


async def _keep(pool: "Pool[Any]", under_way: set[str], *, every: float) -> None:
    """Keep the claims on mails that are under way until cancelled."""
    while True:
        await asyncio.sleep(every)
        with suppress(*TRANSIENT):
            async with pool.acquire() as connection:
                await mails.keep_claims(connection, under_way)


def _tell(mail: Mail, step: Step, outcome: Outcome | None) -> None:
    log.info(
        "mail.tried",
        mail_id=mail.mail_id,
        state=step.state,
        tries=mail.tries,
        stage=None if outcome is None else outcome.stage,
        status=None if outcome is None else outcome.status,
    )
