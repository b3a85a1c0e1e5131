"""What notifications does with each batch: load, decide for each fact, save."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications import gather, parse, store, waiting
from services.notifications.audiences.known import Listing, Question
from services.notifications.audiences.request import Directory
from services.notifications.decide import decide
from services.notifications.directory import NOBODY, directory_of, with_batch
from services.notifications.messages import Announce, announce
from services.notifications.views import view_of
from services.notifications.working import NoticeRow, Working
from shared.catalog import catalog
from shared.catalog.catalog import CatalogCache
from shared.contracts import intake, reference
from shared.messaging import sequences
from shared.messaging.records import Counted, Item, Malformed, PassedOver, Record, Taken

Connection = PoolConnectionProxy
_TAKEN = Taken("applied")
_SENT, _NOT_NEEDED = ("notifications", "topic", "sent"), ("notifications", "none", "not_needed")


class NotificationsReader:
    """
    Decides, once for each fact and audience, whether to tell it.

    Messages, their numbers, the answers kept for repeats and the notices commit together.
    """

    def __init__(self) -> None:
        self._catalog = CatalogCache()
        self._version = 0
        self._names = NOBODY

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return parse.parse(record)

    def unprocessable(self, record: Record) -> None:
        """All it reads comes from our own services."""

    async def load(
        self, connection: "Connection[Any]", items: Sequence[Item], *, at: datetime
    ) -> Working:
        """Lock requests, then numbers; read the rest under those locks."""
        found = gather.concerns(items)
        directory = NOBODY
        if found.offices:  # whose numbers are to be locked with the others
            directory = await self._directory(connection, items)
        subjects = found.numbered(directory)
        locked = store.Locked()
        if found.requests or subjects:
            locked = await store.lock_batch(connection, found.requests, subjects)
        numbers = sequences.Numbers(locked.numbers)
        if len(locked.numbers) < len(subjects):
            numbers = await sequences.lock(connection, subjects)
        if directory is NOBODY and found.names:
            directory = await self._directory(connection, items, version=locked.version)
        contacts = found.contacts_of(locked.requests)
        return Working(
            at=at,
            directory=directory,
            numbers=numbers,
            requests=locked.requests,
            published=locked.published,
            needs=await store.read_needs(connection, found.opening),
            contacts=await store.read_contacts(connection, contacts),
            answers=await store.read_answers(connection, found.repeated),
            repeats=await store.read_waiting_repeats(connection, found.answered),
            notes_waiting=await store.read_waiting_notes(connection, found.settled),
            listings=await _read_listings(connection, found.listings, directory),
        )

    def decide(self, state: Working, item: Item) -> Taken:
        return take(state, item, announce)

    async def save(self, connection: "Connection[Any]", state: Working) -> None:
        if state.reference:
            await catalog.take_in(connection, state.reference)
        requests, published = state.requests, state.published
        amended = state.amended - state.created
        moved = state.moved - state.created - amended
        if state.moved or state.notices or state.numbers.changed:
            await store.save_batch(
                connection,
                at=state.at,
                created=[requests[number] for number in sorted(state.created)],
                moved=[requests[number] for number in sorted(moved)],
                published=published,
                answers=state.answered,
                numbers=state.numbers.changed,
                notices=state.notices,
            )
        if amended:
            await store.amend_requests(
                connection, [requests[number] for number in sorted(amended)], published
            )
        await store.save_needs(connection, state.needs_stated)
        await store.save_contacts(connection, state.contacts_set)
        await store.delete_waiting_repeats(connection, state.sent_late)
        waiting = [repeat for held in state.held_back.values() for repeat in held]
        await store.save_waiting_repeats(connection, waiting)
        await store.delete_waiting_notes(connection, state.notes_settled)
        await store.save_waiting_notes(connection, state.notes_held.values())

    async def _directory(
        self, connection: "Connection[Any]", items: Sequence[Item], *, version: int | None = None
    ) -> Directory:
        """Return the names as of now, or of the catalog's *version*, which was just read."""
        if version is None or version != self._version:
            current = await self._catalog.current(connection)
            if current.version != self._version:
                self._version, self._names = current.version, directory_of(current)
        said = [item.message for item in items if item.record.topic == reference.TOPIC]
        return with_batch(self._names, said) if said else self._names


def take(state: Working, item: Item, announce: Announce) -> Taken:
    """Decide the fact in *item*, keep what it says, and *announce* what it leads to."""
    event, told = item.message, len(state.notices)
    kind = type(event)
    if kind is intake.NeedStated:
        state.state_need(event)
        return _TAKEN
    if kind is intake.NoteStated:
        outgoing = waiting.take_note(state, event, _notice_key(item), announce)
    elif kind is intake.AnswerRepeated:
        outgoing = waiting.take_repeat(state, event, item.record.key or b"", announce)
    else:
        view = view_of(event, state)
        outgoing = announce(
            state, event, decide(event, view), key=_notice_key(item), after=view.after
        )
        state.keep(event)
        outgoing += waiting.release(state, event, announce)
    return Taken("applied", outgoing, counted(state.notices[told:]))


def counted(notices: Sequence[NoticeRow]) -> tuple[Counted, ...]:
    """Return what is counted of *notices*."""
    return tuple(_SENT if notice.message_id is not None else _NOT_NEEDED for notice in notices)


def _notice_key(item: Item) -> bytes:
    """Keep the notices of one subject in one partition: under the key of the facts themselves."""
    subject: str = item.message.subject
    if item.record.topic == reference.TOPIC or item.record.key is None:
        return subject.encode()
    return item.record.key


async def _read_listings(
    connection: "Connection[Any]", questions: set[Question], directory: Directory
) -> dict[Question, Listing]:
    offices = set(directory.offices)
    listings = await store.list_known(connection, [q for q in questions if q.asker not in offices])
    for question in questions:
        if question.asker in offices:
            listings[question] = await store.list_every(connection, question)
    return listings
