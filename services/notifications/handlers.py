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
from shared.delivery import sequences
from shared.delivery.records import Counted, Item, Malformed, PassedOver, Record, Taken
from shared.delivery.take_in.reader import Closing

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
        """Lock requests, then numbers; read the rest behind these locks."""
        found = gather.concerns(items)
        directory = self._directory(items)
        subjects = found.numbered(directory)
        loaded = store.Loaded()
        if found.requests or subjects:
            loaded = await store.load_batch(connection, found, subjects)
        numbers = sequences.Numbers(loaded.numbers)
        if (found.names or found.offices) and loaded.version != self._version:
            await self._read_names(connection, version=loaded.version)
            directory = self._directory(items)
            if found.offices:  # there may be more of them, whose numbers are not locked yet
                numbers = await sequences.lock(connection, found.numbered(directory))
        return Working(
            at=at,
            directory=directory,
            numbers=numbers,
            requests=loaded.requests,
            published=loaded.published,
            needs=loaded.needs,
            contacts=loaded.contacts,
            answers=loaded.answers,
            repeats=loaded.repeats,
            notes_waiting=loaded.notes,
            listings=await _read_listings(connection, found.listings, directory),
        )

    def decide(self, state: Working, item: Item) -> Taken:
        return take(state, item, announce)

    async def save(self, connection: "Connection[Any]", state: Working) -> Closing:
        await catalog.take_in(connection, state.reference)
        return store.save_batch(state)

    def _directory(self, items: Sequence[Item]) -> Directory:
        """Return the names as last read, and those in *items*."""
        said = [item.message for item in items if item.record.topic == reference.TOPIC]
        return with_batch(self._names, said) if said else self._names

    async def _read_names(self, connection: "Connection[Any]", *, version: int) -> None:
        """Read the names as of the catalog's *version*, which was just read."""
        current = await self._catalog.current(connection, version=version)
        self._version, self._names = current.version, directory_of(current)


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
