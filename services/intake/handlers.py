"""What the door does with each batch: what to load, how to decide, what to save."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.intake import parse, store
from services.intake.agency_list import AgencyList
from services.intake.batch_state import Known, Subject
from services.intake.decide import decide
from services.intake.ended_requests import Ending, Nothing, read_ending
from services.intake.findings import Finding
from services.intake.list_limits import Listed, Listing, listing_of
from services.intake.message import Message, tracking_number_of
from services.intake.registry import Registry, registry
from services.intake.replies import contact_subject
from shared.catalog import catalog as stored
from shared.catalog.catalog import Catalog, CatalogCache
from shared.contracts import reference, refusals, routing
from shared.contracts.inbound import Amendment, Capacity, Contact, Submission
from shared.contracts.intake import ANSWERS_TOPIC, CONFIDENTIAL_TOPIC, TOPIC
from shared.messaging import sequences
from shared.messaging.records import DELETED, Item, Malformed, Outgoing, Record, Taken

_REFERENCE = (
    reference.Participant,
    reference.Program,
    reference.TopicOfHelp,
    reference.Provider,
    reference.RuleSet,
)


@dataclass(frozen=True, slots=True)
class State:
    """What a batch knows, and what of it was known before: the last numbers, the lists told."""

    known: Known
    numbers: Mapping[Subject, int]
    listed: Mapping[Listing, Listed]


class IntakeReader:
    """Intake's side of a batch."""

    def __init__(self, *, agencies: AgencyList, office: str) -> None:
        self._agencies = agencies
        self._office = office
        self._catalog = CatalogCache()
        self._read = Registry()

    def parse(self, record: Record) -> Item | Malformed:
        """Read a record: of routing's log its end, of a participant whatever it sent."""
        if record.topic == routing.TOPIC:
            return read_ending(record)
        message = parse.read(record.value, record.headers, _blank(record))
        reference = message.told_reference() if isinstance(message.data, Submission) else None
        key = record.coordinate if reference is None else f"{message.participant}/{reference}"
        return Item(record, message, key)

    def unprocessable(self, record: Record) -> Item | None:
        """Return the refusal of a participant's record that we fail to process."""
        if record.topic == routing.TOPIC:
            return None
        deleted = record.unreadable == DELETED
        reason = Finding(refusals.DELETED_UNREAD if deleted else refusals.NOT_PROCESSABLE)
        message = replace(_blank(record), id=parse.own_id(record.value), reasons=(reason,))
        return Item(record, message, record.coordinate)

    async def load(
        self, connection: "PoolConnectionProxy[Any]", items: Sequence[Item], *, at: datetime
    ) -> State:
        """Lock the requests that the items concern; read what they may repeat."""
        endings = {i.message.tracking_number for i in items if isinstance(i.message, Ending)}
        messages = [item.message for item in items if isinstance(item.message, Message)]
        whole = [message for message in messages if not message.reasons]
        about = {number for message in whole if (number := tracking_number_of(message))}
        known = Known(at=at, registry=Registry(), agencies=self._agencies, office=self._office)
        if about or endings:
            known.requests = await store.lock_requests(connection, about | endings)
        if messages:
            await self._read_for(messages, connection, known)
        if any(isinstance(message.data, Amendment) for message in whole):
            known.words = await store.read_words(connection, about)
        if listings := {asked for message in whole if (asked := listing_of(message))}:
            known.listed = await store.read_listings(connection, listings)
        return State(known, dict(known.numbers), dict(known.listed))

    async def _read_for(
        self, messages: Sequence[Message], connection: "PoolConnectionProxy[Any]", known: Known
    ) -> None:
        """
        Add to *known* what *messages* may repeat, the numbers they count on, and the registry.

        A participant's own numbers need no lock: who counts on them holds the checkpoint of its
        one topic. All who write reference data count together, and read what the last one wrote.
        """
        subjects = _subjects(messages)
        shared = {(topic, subject) for topic, subject in subjects if topic == reference.TOPIC}
        await sequences.lock(connection, shared)
        before = await store.read_before(connection, messages, subjects)
        known.seen, known.references = before.seen, before.references
        known.fresh = before.fresh
        known.numbers = {subject: before.numbers.get(subject, 0) for subject in subjects}
        known.registry = await self._registry(connection, version=before.version)

    def decide(self, state: State, item: Item) -> Taken:
        """Decide one item, and only then add what follows to the state."""
        known, message = state.known, item.message
        if isinstance(message, Ending):
            return Taken(known.end(message.tracking_number, message.status))
        if isinstance(message, Nothing):
            return Taken("ignored")
        decision = decide(message, known)
        outgoing = tuple(
            Outgoing(event.id, event.topic, event.key.encode(), event.value, summary=event.summary)
            for event in decision.published
        )
        known.take(message, decision)
        if decision.because is not None:
            return Taken("refused", outgoing, (("submissions_refused", decision.because),))
        return Taken(decision.outcome, outgoing)

    async def save(self, connection: "PoolConnectionProxy[Any]", state: State) -> None:
        """Write what the batch came to."""
        known = state.known
        new = known.submissions
        if new or known.taken:
            await store.insert_accepted(
                connection,
                [(said, known.requests[number]) for number, said in new.items()],
                words={number: known.words[number] for number in new.keys() & known.reworded},
                taken=known.taken,
            )
        changed = sorted(known.changed - new.keys())
        if changed:
            await store.update_requests(connection, [known.requests[n] for n in changed])
        reworded = sorted(known.reworded - new.keys())
        if reworded:
            await store.save_words(connection, {n: known.words[n] for n in reworded})
        await stored.take_in(connection, [(event.number, event) for event in known.entries])
        given = {
            subject: last
            for subject, last in known.numbers.items()
            if last != state.numbers[subject]
        }
        if given:
            await store.save_numbers(connection, given)
        if known.listed != state.listed:
            await store.save_listings(connection, known.listed)

    async def _registry(self, connection: "PoolConnectionProxy[Any]", *, version: int) -> Registry:
        """Return the registry of the catalog's *version*, which was just read."""
        if version != self._read.version:
            self._read = _registry(await self._catalog.current(connection))
        return self._read


def _blank(record: Record) -> Message:
    """Return who wrote *record* and where it stands; nothing of what it says."""
    return Message(record.coordinate, record.topic.split(".")[2], record.at)


def _registry(catalog: Catalog) -> Registry:
    return registry(
        catalog.version,
        participants=catalog.participants,
        topics=catalog.topics,
        programs=catalog.programs,
        providers=catalog.providers,
    )


def _subjects(messages: Sequence[Message]) -> set[tuple[str, str]]:
    """Return what is counted for *messages*, whatever becomes of them."""
    subjects = {(ANSWERS_TOPIC, message.participant) for message in messages}
    for message in messages:
        if isinstance(message.data, Capacity):
            subjects.add((TOPIC, message.participant))
        elif isinstance(message.data, Contact):
            subjects.add((CONFIDENTIAL_TOPIC, contact_subject(message)))
        elif isinstance(message.data, _REFERENCE):
            subjects.add((reference.TOPIC, reference.SUBJECT))
    return subjects
