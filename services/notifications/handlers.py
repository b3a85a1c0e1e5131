"""What notifications does with each batch: load, decide for each fact, save."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications import gather, parse, repeating, status, store
from services.notifications.facts import decision_of
from services.notifications.messages import announce
from services.notifications.request import Directory
from services.notifications.status import Listing
from services.notifications.working import Question, Working
from shared.catalog import catalog
from shared.catalog.catalog import CatalogCache
from shared.contracts import intake, reference
from shared.contracts.outbound import ContactCard
from shared.messaging import sequences
from shared.messaging.records import Item, Malformed, PassedOver, Record, Taken

Connection = PoolConnectionProxy
NOBODY = Directory({}, {}, ())
_TAKEN = Taken("applied")


class NotificationsReader:
    """
    Decides, once for each fact and audience, whether to tell it.

    Messages, their numbers, the answers kept for repeats and the notices commit together.
    """

    def __init__(self) -> None:
        self._catalog = CatalogCache()
        self._names: tuple[int, Directory] | None = None

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return parse.parse(record)

    async def load(
        self, connection: "Connection[Any]", items: Sequence[Item], *, at: datetime
    ) -> Working:
        """Lock requests, then numbers; read the rest under those locks."""
        named = gather.named(items)
        directory = await self._directory(connection, items) if named else NOBODY
        concerned = gather.tracking_numbers(items)
        requests, published = await store.lock_requests(connection, concerned)
        numbers = await sequences.lock(connection, gather.numbered(items, directory))
        opening = gather.opened(items)
        contact_keys = gather.contacts(items, requests, opening)
        repeated, answered = gather.repeated(items), gather.answered(items)
        return Working(
            at=at,
            directory=directory,
            numbers=numbers,
            requests=requests,
            published=published,
            needs=await store.read_needs(connection, opening) if opening else {},
            contacts=await store.read_contacts(connection, contact_keys) if contact_keys else {},
            answers=await store.read_answers(connection, repeated) if repeated else {},
            repeats=await store.read_waiting_repeats(connection, answered) if answered else {},
            listings=await _read_listings(connection, gather.listings(items), directory),
        )

    def decide(self, state: Working, item: Item) -> Taken:
        event = item.message
        kind = type(event)  # and not `match`: pydantic makes isinstance slow
        if kind is intake.NeedStated:
            _state_need(state, event)
            return _TAKEN
        if kind is intake.AnswerRepeated:
            return Taken("applied", repeating.repeat(state, event, item.record.key or b""))
        outgoing = announce(state, event, decision_of(event, state), key=_notice_key(item))
        if kind is intake.RequestAccepted:
            state.created.add(event.subject)
        elif kind is intake.RequestAmended:
            state.amended.add(event.subject)
        elif kind is intake.ContactSet:
            _set_contact(state, event)
        elif item.record.topic == reference.TOPIC:
            state.reference.append((event.number, event))
        if kind in gather.ANSWERS:
            outgoing += repeating.send_held_back(state, event.inreplyto)
        return Taken("applied", outgoing)

    async def save(self, connection: "Connection[Any]", state: Working) -> None:
        if state.reference:
            await catalog.take_in(connection, state.reference)
        requests, published = state.requests, state.published
        for write, numbers in (
            (store.create_requests, state.created),
            (store.amend_requests, state.amended - state.created),
            (store.save_states, state.moved - state.created - state.amended),
        ):
            await write(connection, [requests[number] for number in sorted(numbers)], published)
        await store.save_needs(connection, state.needs_stated)
        await store.save_contacts(connection, state.contacts_set)
        await store.save_answers(connection, state.answered)
        await store.save_notices(connection, state.notices)
        await store.delete_waiting_repeats(connection, state.sent_late)
        waiting = [repeat for held in state.held_back.values() for repeat in held]
        await store.save_waiting_repeats(connection, waiting)
        await sequences.save(connection, state.numbers)

    async def _directory(self, connection: "Connection[Any]", items: Sequence[Item]) -> Directory:
        current = await self._catalog.current(connection)
        if self._names is None or self._names[0] != current.version:
            self._names = (current.version, gather.directory_of(current))
        said = [item.message for item in items if item.record.topic == reference.TOPIC]
        return gather.with_batch(self._names[1], said) if said else self._names[1]


def _notice_key(item: Item) -> bytes:
    """Keep the notices of one subject in one partition: under the key of the facts themselves."""
    subject: str = item.message.subject
    if item.record.topic == reference.TOPIC or item.record.key is None:
        return subject.encode()
    return item.record.key


def _state_need(state: Working, event: intake.NeedStated) -> None:
    ids = {"request_id", "tracking_number"}
    state.needs_stated[event.subject] = event.data.model_dump_json(exclude=ids, exclude_none=True)


def _set_contact(state: Working, event: intake.ContactSet) -> None:
    card = ContactCard(**event.data.model_dump(exclude={"participant", "zone"}))
    state.contacts_set[event.data.participant, event.data.contact_id] = card


async def _read_listings(
    connection: "Connection[Any]", questions: set[Question], directory: Directory
) -> dict[Question, Listing]:
    listings: dict[Question, Listing] = {}
    for offers_only in (False, True):
        about = status.LISTS[0] if offers_only else status.LISTS[1]
        askers = {asker for asker, asked in questions if asked == about}
        offices = askers & set(directory.offices)
        known = await store.list_known(
            connection, [(asker, offers_only) for asker in sorted(askers - offices)]
        )
        listings.update({(asker, about): found for (asker, _), found in known.items()})
        if offices:
            every = await store.list_every(connection, offers_only=offers_only)
            listings.update(dict.fromkeys([(office, about) for office in offices], every))
    return listings
