"""Processes a batch: loads its state, decides each event, saves the results."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications import load_plan, parse, store, waiting
from services.notifications.audiences.request import Directory
from services.notifications.audiences.request_status import ListPage, ListQuery
from services.notifications.batch_state import BatchState, ContactKey, NoticeRow
from services.notifications.decide import decide
from services.notifications.directory import EMPTY_DIRECTORY, directory_of, with_batch
from services.notifications.forgetting import store as forgetting_store
from services.notifications.forgetting.forgotten import Forgetting
from services.notifications.mail import mails, settlements
from services.notifications.mail.code_mails import prepare_codes, read_codes
from services.notifications.mail.codes import Codes
from services.notifications.mail.obligations import Obligation, is_for_requester, prepare
from services.notifications.mail.settling import Settling
from services.notifications.mail.timing import Role
from services.notifications.messages import (
    NumberNotices,
    calls_among,
    notice_id,
    number_notices,
)
from services.notifications.subscriptions import store as subscriptions
from services.notifications.subscriptions.store import Telling
from services.notifications.subscriptions.subscriber import SOLICITATIONS, audience_of
from services.notifications.subscriptions.subscribing import (
    NO_EFFECT,
    RECEIVED,
    Change,
    Subscribing,
    announcement,
    subscription_id,
)
from services.notifications.views import build_view
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog import catalog
from shared.catalog.catalog import CatalogCache
from shared.contracts import intake, notifications, reference
from shared.contracts.reporting import RELEASES_TOPIC
from shared.delivery import sequences
from shared.delivery.records import Counted, Item, Malformed, Outgoing, PassedOver, Record, Taken
from shared.delivery.relay import outbox
from shared.delivery.take_in.reader import Closing
from shared.mail.mailed import is_mailed

Connection = PoolConnectionProxy
_TAKEN = Taken("applied")
_URGENT_LANE = ".urgent"
_SENT, _NOT_NEEDED = ("notifications", "topic", "sent"), ("notifications", "none", "not_needed")
_MAILED = ("notifications", "mail", "sent")


class NotificationsReader:
    """
    Decides, once for each event and audience, whether to send a message.

    Messages, their numbers, stored answers and notices commit together; so do the mails about
    them, if *with_mail*. *with_codes* also mails codes, *with_news* tells subscribers news.
    """

    def __init__(
        self,
        clock: BusinessClock = REAL_TIME,
        *,
        with_mail: bool = False,
        with_codes: bool = False,
        with_news: bool = False,
        backups_days: int = 30,
    ) -> None:
        self._clock = clock
        self._backups_days = backups_days
        self._with_mail = with_mail
        self._with_codes = with_codes
        self._with_news = with_news
        self._catalog = CatalogCache()
        self._version = 0
        self._names = EMPTY_DIRECTORY

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return parse.parse(record)

    def unprocessable(self, record: Record) -> None:
        """Do nothing: only our own services write to these topics."""

    async def load(
        self, connection: "Connection[Any]", items: Sequence[Item], *, at: datetime
    ) -> BatchState:
        """Lock subscribers, then requests, then numbers; read the rest."""
        plan = load_plan.plan_load(items)
        subscribing = await self._lock_subscribers(connection, items, plan)
        directory = self._directory(items)
        subjects = plan.numbered_subjects(directory)
        loaded = store.Loaded()
        if plan.requests or subjects:
            loaded = await store.load_batch(connection, plan, subjects)
            if loaded.version != self._version:
                await self._read_names(connection, version=loaded.version)
                directory = self._directory(items)
        numbers = sequences.Numbers(loaded.numbers)
        needed = {*plan.numbered_subjects(directory), *loaded.working_subjects(directory)}
        # The directory just read may have new offices, or new participants without a system.
        if not needed <= loaded.numbers.keys():
            numbers = await sequences.lock(connection, needed)
        return BatchState(
            at=self._clock.at(at),
            directory=directory,
            numbers=numbers,
            requests=loaded.requests,
            published=loaded.published,
            needs=loaded.needs,
            contacts=loaded.contacts,
            answers=loaded.answers,
            repeats=loaded.repeats,
            notes_waiting=loaded.notes,
            engaged=loaded.engaged,
            settling=await _read_settling(connection, items),
            codes=await read_codes(connection, items) if self._with_codes else Codes(),
            subscribing=subscribing,
            forgetting=await _read_forgetting(connection, plan),
            backups_days=self._backups_days,
            listings=await _read_listings(connection, plan.listings, directory),
            mailed=await self._read_mailed(connection, items, plan, loaded, directory),
            files={number: await store.read_file(connection, number) for number in plan.files},
        )

    def decide(self, state: BatchState, item: Item) -> Taken:
        taken = take(state, item, number_notices)
        if self._with_mail:
            state.obligations += _obligations(state, item, taken.outgoing)
        return taken

    async def save(self, connection: "Connection[Any]", state: BatchState) -> Closing:
        await catalog.take_in(connection, state.reference)
        await forgetting_store.erase(connection, state.forgetting)
        if state.preferences_set:
            await mails.save_preferences(connection, state.preferences_set.values())
        if state.obligations:
            await _prepare_mails(connection, state)
        if state.codes.asked and self._with_codes:
            notices = [notice_id(event) for event in state.codes.asked]
            await prepare_codes(connection, state.codes, notices)
        if state.settling.settled:
            await settlements.settle_mails(connection, state.settling.settled)
        if state.calls:
            await settlements.note_calls(connection, state.calls)
        if state.subscribing.changed:
            await subscriptions.save(connection, state.subscribing.changed.values())
        if state.subscribing.mails:
            await mails.prepare_mails(connection, state.subscribing.mails)
        if state.releases:
            await subscriptions.add_releases(connection, state.releases)
        if state.public_sites:
            await subscriptions.save_public_sites(connection, state.public_sites)
        if state.published_news:
            await subscriptions.add_published_news(connection, list(state.published_news.values()))
        if self._with_news:
            await _add_news(connection, state)
        return store.save_batch(state)

    async def _lock_subscribers(
        self, connection: "Connection[Any]", items: Sequence[Item], plan: load_plan.LoadPlan
    ) -> Subscribing:
        """Lock the subscribers that *items* are about; add the subjects of events to *plan*."""
        subscribing = Subscribing(self._clock.real, self._with_mail and self._with_news)
        received = [item.message for item in items if _is_about_subscription(item.message)]
        if not received:
            return subscribing
        for found in await subscriptions.lock_subscribers(connection, received):
            subscribing.by_address[found.address] = found
            subscribing.by_id[found.subscription_id] = found
        identities = {
            subscription_id(event)
            for event in received
            if type(event) is intake.SubscriptionAskReceived
        }
        plan.notice_subjects |= {audience_of(each) for each in identities | {*subscribing.by_id}}
        return subscribing

    def _directory(self, items: Sequence[Item]) -> Directory:
        """Return the directory as last read, updated by the events in *items*."""
        events = [item.message for item in items if item.record.topic == reference.TOPIC]
        return with_batch(self._names, events) if events else self._names

    async def _read_mailed(
        self,
        connection: "Connection[Any]",
        items: Sequence[Item],
        plan: load_plan.LoadPlan,
        loaded: store.Loaded,
        directory: Directory,
    ) -> AbstractSet[ContactKey]:
        """
        Return the contacts of callers' requests that mail reaches after the whole batch.

        Mails are prepared at its end, and a contact may be set after the request that names it.
        """
        if not self._with_mail:
            return frozenset()
        named = {key for keys in plan.contacts.values() for key in keys}
        for request in loaded.requests.values():
            named |= {(request.participant, contact_id) for contact_id in request.contact_ids}
        of_callers = [key for key in named if directory.asks_for_callers(key[0])]
        if not of_callers:
            return frozenset()
        mailed = set(await mails.read_mail_contacts(connection, (), of_callers))
        for event in (item.message for item in items):
            if isinstance(event, intake.ContactSet):
                key = (event.data.participant, event.data.contact_id)
                (mailed.discard if event.data.email is None else mailed.add)(key)
        return mailed

    async def _read_names(self, connection: "Connection[Any]", *, version: int) -> None:
        """Read the directory from *version* of the catalog."""
        current = await self._catalog.current(connection, version=version)
        self._version, self._names = current.version, directory_of(current)


def take(state: BatchState, item: Item, number_notices: NumberNotices) -> Taken:
    """Apply the event in *item* to *state* and return its messages and notice."""
    event, before = item.message, len(state.notices)
    kind = type(event)
    if kind is intake.NeedStated:
        state.state_need(event)
        return _TAKEN
    if item.record.topic == RELEASES_TOPIC:
        state.publish(event)
        return _TAKEN
    if kind is intake.NoteStated:
        outgoing = waiting.take_note(state, event, _notice_key(item), number_notices)
    elif kind is intake.AnswerRepeated:
        outgoing = waiting.take_repeat(state, event, item.record.key or b"", number_notices)
    else:
        view = build_view(event, state)
        effect = NO_EFFECT
        if kind in RECEIVED:
            effect = state.subscribing.take(event, notice=notice_id(event), at=state.at)
        elif kind is intake.PersonForgotten and event.data.subscription_id is not None:
            found = state.subscribing.by_id.get(event.data.subscription_id)
            state.forgetting.end(event, found)
            effect = state.subscribing.forget(event)
        notices = [*decide(event, view), *effect.notices]
        outgoing = number_notices(state, event, notices, key=_notice_key(item), after=view.after)
        state.keep(event)
        outgoing += waiting.release(state, event, number_notices)
        if kind is intake.NoticeSettleDirected:
            outgoing += _settle(state, event)
        if effect.change is not None:
            outgoing += (_announce(state, event, effect.change),)
    decided = state.notices[before:]
    state.calls += calls_among(decided, correlation=event.correlationid)
    return Taken("applied", outgoing, counted(decided))


def _settle(state: BatchState, event: intake.NoticeSettleDirected) -> tuple[Outgoing, ...]:
    settled = state.settling.settle(event, at=state.at)
    if settled is None:
        return ()
    key, found = settled
    return (outbox.outgoing(notifications.MAIL_TOPIC, found, key=key.decode()),)


def _is_about_subscription(event: Any) -> bool:
    if type(event) is intake.PersonForgotten:
        return event.data.subscription_id is not None
    return type(event) in RECEIVED


async def _read_forgetting(connection: "Connection[Any]", plan: load_plan.LoadPlan) -> Forgetting:
    contacts = plan.contacts_set | plan.contacts_said
    return (
        await forgetting_store.read_forgotten(connection, contacts) if contacts else Forgetting()
    )


def _announce(
    state: BatchState, event: intake.SubscriptionReceived | intake.PersonForgotten, change: Change
) -> Outgoing:
    """Return what is announced of a subscription that *event* has changed."""
    announced = announcement(
        change,
        cause=event.id,
        correlation=event.correlationid,
        at=state.at,
        number=state.numbers.next(notifications.TOPIC, change.audience),
        traceparent=event.traceparent,
    )
    return outbox.outgoing(notifications.TOPIC, announced, key=change.audience)


async def _add_news(connection: "Connection[Any]", state: BatchState) -> None:
    for number, event in state.reference:
        if type(event) is reference.SolicitationAnnounced:
            telling = Telling(event.id, SOLICITATIONS, event.data.id, number, state.at)
            await subscriptions.add_telling(connection, telling)
    for news in state.published_news.values():
        about = " ".join(part for part in (news.subject, news.report) if part)
        telling = Telling(news.fact, news.kind, about, 0, state.at)
        await subscriptions.add_telling(connection, telling)


def counted(notices: Sequence[NoticeRow]) -> tuple[Counted, ...]:
    """Return the counter increments for *notices*."""
    return tuple(map(_count, notices))


def _count(notice: NoticeRow) -> Counted:
    if notice.message_id is None:
        return _NOT_NEEDED
    return _MAILED if notice.participantsequence is None else _SENT


def _notice_key(item: Item) -> bytes:
    """Return the event's own key, so that a subject's notices share a partition."""
    subject: str = item.message.subject
    if item.record.topic == reference.TOPIC or item.record.key is None:
        return subject.encode()
    return item.record.key


async def _read_listings(
    connection: "Connection[Any]", questions: set[ListQuery], directory: Directory
) -> dict[ListQuery, ListPage]:
    offices = set(directory.offices)
    listings = await store.list_known(connection, [q for q in questions if q.asker not in offices])
    for question in questions:
        if question.asker in offices:
            listings[question] = await store.list_every(connection, question)
    return listings


async def _read_settling(connection: "Connection[Any]", items: Sequence[Item]) -> Settling:
    directed = [i.message for i in items if type(i.message) is intake.NoticeSettleDirected]
    return await settlements.read_settling(connection, directed) if directed else Settling()


def _obligations(
    state: BatchState, item: Item, outgoing: Sequence[Outgoing]
) -> Iterator[Obligation]:
    """Yield an obligation for each of *outgoing* that is also mailed; *item* caused them."""
    key, lane = _notice_key(item), getattr(item.message.data, "lane", None) or ""
    notices = {m.summary.cause: m.event_id for m in outgoing if m.topic == notifications.TOPIC}
    for message in outgoing:
        kind, about, _, cause, _ = message.summary
        if not is_mailed(kind) or kind is None or cause is None or message.value is None:
            continue
        audience = (message.key or b"").decode()
        request = state.requests.get(about or "")
        named: Sequence[str] = ()
        role: Role = "office" if audience in state.directory.offices else "provider"
        made_by = request is not None and request.participant == audience
        if request is not None and made_by and is_for_requester(kind):
            named, role = request.contact_ids, "requester"
        yield Obligation(
            cause,
            notices[cause],
            audience,
            kind,
            message.value,
            key,
            named,
            role,
            is_urgent=lane.endswith(_URGENT_LANE),
        )


async def _prepare_mails(connection: "Connection[Any]", state: BatchState) -> None:
    audiences = {each.audience for each in state.obligations}
    named = {(o.audience, contact_id) for o in state.obligations for contact_id in o.contact_ids}
    known = await mails.read_mail_contacts(connection, audiences, named)
    for contact, card in state.contacts_set.items():
        is_of_caller = contact in state.callers
        if card.email is not None and (contact in named or not is_of_caller):
            known[contact] = is_of_caller
        else:
            known.pop(contact, None)
    prepared = [
        mail
        for each in state.obligations
        if (mail := prepare(each, _with_address(each, known, state.directory))) is not None
    ]
    if prepared:
        await mails.prepare_mails(connection, prepared)


def _with_address(
    obligation: Obligation, known: Mapping[ContactKey, bool], directory: Directory
) -> set[str]:
    """
    Return the contacts that may be written to: for a caller, those that the request names.

    A caller whom another request of the batch names is not among them.
    """
    audience, named = obligation.audience, obligation.contact_ids
    reached = {
        contact
        for (participant, contact), is_of_caller in known.items()
        if participant == audience and (contact in named or not is_of_caller)
    }
    of_caller = named and directory.asks_for_callers(audience)
    return reached.intersection(named) if of_caller else reached
