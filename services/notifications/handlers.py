"""What notifications does with each batch: load, decide for each fact, save."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications import answers, decide, gather, parse, repeats, status, store
from services.notifications.audience import Decision
from services.notifications.messages import Letter, announce, send_all
from services.notifications.repeats import Answer, WaitingRepeat
from services.notifications.request import Directory, Request
from services.notifications.status import Listing
from services.notifications.working import Question, Working
from shared.catalog import catalog
from shared.catalog.catalog import CatalogCache
from shared.contracts import intake, reference, routing
from shared.contracts.event import participant_of
from shared.contracts.outbound import ContactCard
from shared.messaging import sequences
from shared.messaging.records import Item, Malformed, Outgoing, PassedOver, Record, Taken

Connection = PoolConnectionProxy


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
        directory = await self._directory(connection, items)
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
        match event:
            case intake.NeedStated():
                _state_need(state, event)
                return Taken("applied")
            case intake.AnswerRepeated():
                return Taken("applied", _repeat(state, event, item.record.key or b""))
        outgoing = announce(state, event, _decision(state, event), key=_notice_key(item))
        match event:
            case intake.RequestAccepted():
                state.created.add(event.subject)
            case intake.RequestAmended():
                state.amended.add(event.subject)
            case intake.ContactSet():
                _set_contact(state, event)
            case _ if item.record.topic == reference.TOPIC:
                state.reference.append((event.number, event))
        if type(event) in gather.ANSWERS:
            outgoing += _send_held_back(state, event.inreplyto)
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


def _decision(state: Working, event: Any) -> Decision:
    match event:
        case intake.RequestAccepted():
            return answers.accepted(event, at=state.at)
        case intake.RequestAmended():
            return answers.amended(event, state.requests[event.subject])
        case routing.MessageApplied():
            return answers.applied(event)
        case routing.MessageRefused():
            return answers.message_refused(event)
        case intake.SubmissionRefused():
            return answers.refused(event)
        case intake.StatusAsked():
            return _status(state, event)
        case intake.ContactSet():
            return answers.contact_set(event)
        case _ if isinstance(event, gather.REFERENCE):
            return answers.reference_set(event)
        case _ if isinstance(event.data, routing.RequestStateFacts):
            return _about_request(state, event)
    return answers.forwarded(event)


def _about_request(state: Working, event: routing.RequestEvent) -> Decision:
    request = state.requests[event.subject]
    if type(event) is not routing.EngagementOpened:
        return decide.decide(event, request, state.directory)
    return decide.decide(
        event,
        request,
        state.directory,
        need=state.needs_stated.get(event.subject, state.needs.get(event.subject)),
        contacts=[_card(state, request, contact_id) for contact_id in request.contact_ids],
    )


def _card(state: Working, request: Request, contact_id: str) -> ContactCard:
    key = (request.participant, contact_id)
    found = state.contacts_set.get(key) or state.contacts.get(key)
    return found or ContactCard(contact_id=contact_id)


def _status(state: Working, event: intake.StatusAsked) -> Decision:
    asker, about = event.data.participant, event.data.about
    return status.told(
        event, state.known(about), state.listing((asker, about)), state.directory, at=state.at
    )


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


def _repeat(state: Working, event: intake.AnswerRepeated, key: bytes) -> tuple[Outgoing, ...]:
    """Give the first answer again, or keep the repeat until there is one."""
    assert event.inreplyto is not None
    first = state.answers.get(event.data.of)
    if first is not None:
        return _again(state, event, first, key)
    waiting = WaitingRepeat(event.inreplyto, event.data.of, key, event.encode())
    state.held_back[event.data.of].append(waiting)
    return ()


def _again(
    state: Working, event: intake.AnswerRepeated, first: Answer, key: bytes
) -> tuple[Outgoing, ...]:
    assert event.inreplyto is not None
    letter = Letter(
        audience=participant_of(event.inreplyto),
        type=first.message_type,
        subject=first.subject,
        data=repeats.repeated(first.data),
        answer=True,
        classification="confidential",
    )
    return send_all(state, event, [letter], key=key)


def _send_held_back(state: Working, coordinate: str | None) -> tuple[Outgoing, ...]:
    """Answer the repeats that waited for the answer to the record at *coordinate*."""
    if coordinate is None:
        return ()
    kept = state.repeats.pop(coordinate, [])
    if kept:
        state.sent_late.append(coordinate)
    outgoing: tuple[Outgoing, ...] = ()
    for repeat in [*kept, *state.held_back.pop(coordinate, [])]:
        event = intake.AnswerRepeated.model_validate_json(repeat.event)
        outgoing += _again(state, event, state.answers[coordinate], repeat.key)
    return outgoing


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
