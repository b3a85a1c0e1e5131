"""What the door does with each batch: what to load, how to decide, what to save."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.intake import door, store
from services.intake.answers import contact_subject
from services.intake.decide import decide
from services.intake.endings import Ending, read_ending
from services.intake.known import Known
from services.intake.message import Message, tracking_number_of
from services.intake.registry import Registry, registry
from shared.catalog import catalog as stored
from shared.catalog.catalog import Catalog, CatalogCache
from shared.contracts import reference, routing
from shared.contracts.inbound import Amendment, Capacity, Contact, Submission
from shared.contracts.intake import ANSWERS_TOPIC, CONFIDENTIAL_TOPIC, TOPIC
from shared.messaging import outbox, sequences
from shared.messaging.records import Item, Malformed, PassedOver, Record, Taken
from shared.messaging.sequences import Numbers

_REFERENCE = (
    reference.Participant,
    reference.Program,
    reference.TopicOfHelp,
    reference.Provider,
    reference.RuleSet,
)


@dataclass(frozen=True, slots=True)
class State:
    """What a batch knows, and the numbers it has locked."""

    known: Known
    numbers: Numbers


class IntakeReader:
    """Intake's side of a batch."""

    def __init__(self, *, agencies: Mapping[str, str], office: str) -> None:
        self._agencies = agencies
        self._office = office
        self._catalog = CatalogCache()
        self._read: tuple[Catalog, Registry] = (Catalog(), Registry())

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        """Read a record: of routing's log its end, of a participant whatever it sent."""
        if record.topic == routing.TOPIC:
            return read_ending(record)
        participant = record.topic.split(".")[2]
        blank = Message(record.coordinate, participant, record.at)
        message = door.read(record.value, record.headers, blank)
        submitted = isinstance(message.data, Submission)
        key = f"{participant}/{message.reference}" if submitted else record.coordinate
        return Item(record, message, key)

    async def load(
        self, connection: "PoolConnectionProxy[Any]", items: Sequence[Item], *, at: datetime
    ) -> State:
        """Lock the requests, then the numbers, that the items concern; read what they repeat."""
        endings = {i.message.tracking_number for i in items if isinstance(i.message, Ending)}
        messages = [item.message for item in items if isinstance(item.message, Message)]
        whole = [message for message in messages if not message.reasons]
        submitted = [message for message in whole if isinstance(message.data, Submission)]
        about = {number for message in whole if (number := tracking_number_of(message))}
        requests = (
            await store.lock_requests(connection, about | endings) if about | endings else {}
        )
        numbers = await sequences.lock(connection, _subjects(messages))
        known = Known(at=at, registry=Registry(), agencies=self._agencies, office=self._office)
        known.registry = await self._current(connection)
        known.requests = requests
        known.numbers = {subject: numbers.last(*subject) for subject in _subjects(messages)}
        if whole:
            known.seen = await store.read_messages(connection, whole)
        if submitted:
            known.references = await store.read_references(connection, submitted)
            known.fresh = await store.take_tracking_numbers(connection, len(submitted))
        amended = [message for message in whole if isinstance(message.data, Amendment)]
        if amended:
            known.words = await store.read_words(connection, about)
        return State(known, numbers)

    def decide(self, state: State, item: Item) -> Taken:
        """Decide one item, and only then add what follows to the state."""
        known, message = state.known, item.message
        if isinstance(message, Ending):
            # An unknown one is of a request of another life of this database.
            ended = known.end(message.tracking_number, message.status)
            return Taken("applied" if ended else "ignored")
        decision = decide(message, known)
        outgoing = tuple(
            outbox.outgoing(published.topic, published.event, key=published.key)
            for published in decision.published
        )
        known.take(message, decision)
        return Taken(decision.outcome, outgoing)

    async def save(self, connection: "PoolConnectionProxy[Any]", state: State) -> None:
        """Write what the batch came to."""
        known = state.known
        if known.submissions:
            new = [(said, known.requests[number]) for number, said in known.submissions.items()]
            await store.insert_requests(connection, new)
        changed = sorted(known.changed - known.submissions.keys())
        if changed:
            await store.update_requests(connection, [known.requests[n] for n in changed])
        if known.taken:
            await store.insert_messages(connection, known.taken)
        if known.reworded:
            words = {number: known.words[number] for number in sorted(known.reworded)}
            await store.save_words(connection, words)
        await stored.take_in(connection, [(event.number, event) for event in known.entries])
        for subject, last in known.numbers.items():
            while state.numbers.last(*subject) < last:
                state.numbers.next(*subject)
        await sequences.save(connection, state.numbers)

    async def _current(self, connection: "PoolConnectionProxy[Any]") -> Registry:
        catalog = await self._catalog.current(connection)
        if catalog is not self._read[0]:
            self._read = (catalog, _registry(catalog))
        return self._read[1]


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
