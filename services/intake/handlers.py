"""How intake handles a batch: what it loads, decides and saves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.intake import parse, store
from services.intake.agency_list import AgencyList
from services.intake.batch_state import BatchState, Subject
from services.intake.decide import decide
from services.intake.ended_requests import Ignored, RequestEnded, parse_routing_event
from services.intake.findings import Finding
from services.intake.list_limits import ListKey, ListUse, list_key
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
    """The state of a batch, with the last numbers and list uses as they were loaded."""

    batch: BatchState
    numbers: Mapping[Subject, int]
    list_uses: Mapping[ListKey, ListUse]


class IntakeReader:
    """Intake's `Reader`."""

    def __init__(self, *, agencies: AgencyList, office: str) -> None:
        self._agencies = agencies
        self._office = office
        self._catalog = CatalogCache()
        self._read = Registry()

    def parse(self, record: Record) -> Item | Malformed:
        """Return the message of a participant, or an event from routing's log."""
        if record.topic == routing.TOPIC:
            return parse_routing_event(record)
        message = parse.read(record.value, record.headers, _blank(record))
        reference = message.safe_reference() if isinstance(message.data, Submission) else None
        key = record.coordinate if reference is None else f"{message.participant}/{reference}"
        return Item(record, message, key)

    def unprocessable(self, record: Record) -> Item | None:
        """Return the refusal of a participant's record that intake failed to process."""
        if record.topic == routing.TOPIC:
            return None
        deleted = record.unreadable == DELETED
        reason = Finding(refusals.DELETED_UNREAD if deleted else refusals.NOT_PROCESSABLE)
        message = replace(_blank(record), id=parse.own_id(record.value), reasons=(reason,))
        return Item(record, message, record.coordinate)

    async def load(
        self, connection: "PoolConnectionProxy[Any]", items: Sequence[Item], *, at: datetime
    ) -> State:
        """Lock the requests that the items concern; read earlier records that they may repeat."""
        ended = {i.message.tracking_number for i in items if isinstance(i.message, RequestEnded)}
        messages = [item.message for item in items if isinstance(item.message, Message)]
        whole = [message for message in messages if not message.reasons]
        about = {number for message in whole if (number := tracking_number_of(message))}
        batch = BatchState(
            at=at, registry=Registry(), agencies=self._agencies, office=self._office
        )
        if about or ended:
            batch.requests = await store.lock_requests(connection, about | ended)
        if messages:
            await self._load_messages(messages, connection, batch)
        if any(isinstance(message.data, Amendment) for message in whole):
            batch.needs = await store.read_needs(connection, about)
        if keys := {key for message in whole if (key := list_key(message))}:
            batch.list_uses = await store.read_list_uses(connection, keys)
        return State(batch, dict(batch.numbers), dict(batch.list_uses))

    async def _load_messages(
        self,
        messages: Sequence[Message],
        connection: "PoolConnectionProxy[Any]",
        batch: BatchState,
    ) -> None:
        """
        Load the earlier records that *messages* may repeat, the last numbers, and the registry.

        A participant's own numbers need no lock: the batch already holds the checkpoint of its
        only topic. Reference data has one sequence for all participants, so it is locked before
        it is read.
        """
        subjects = _subjects(messages)
        shared = {(topic, subject) for topic, subject in subjects if topic == reference.TOPIC}
        await sequences.lock(connection, shared)
        before = await store.read_before(connection, messages, subjects)
        batch.by_id, batch.by_reference = before.by_id, before.by_reference
        batch.unused_counters = before.unused_counters
        batch.numbers = {subject: before.numbers.get(subject, 0) for subject in subjects}
        batch.registry = await self._registry(connection, version=before.version)

    def decide(self, state: State, item: Item) -> Taken:
        """Decide one item, then apply the decision to the state of the batch."""
        batch, message = state.batch, item.message
        if isinstance(message, RequestEnded):
            return Taken(batch.end(message.tracking_number, message.status))
        if isinstance(message, Ignored):
            return Taken("ignored")
        decision = decide(message, batch)
        outgoing = tuple(
            Outgoing(event.id, event.topic, event.key.encode(), event.value, summary=event.summary)
            for event in decision.published
        )
        batch.apply(message, decision)
        if decision.refusal_code is not None:
            return Taken("refused", outgoing, (("submissions_refused", decision.refusal_code),))
        return Taken(decision.outcome, outgoing)

    async def save(self, connection: "PoolConnectionProxy[Any]", state: State) -> None:
        """Write the results of the batch."""
        batch = state.batch
        new = batch.submissions
        if new or batch.new_ids:
            await store.insert_accepted(
                connection,
                [(message, batch.requests[number]) for number, message in new.items()],
                needs={number: batch.needs[number] for number in new.keys() & batch.changed_needs},
                new_ids=batch.new_ids,
            )
        changed = sorted(batch.changed_requests - new.keys())
        if changed:
            await store.update_requests(connection, [batch.requests[n] for n in changed])
        changed_needs = sorted(batch.changed_needs - new.keys())
        if changed_needs:
            await store.save_needs(connection, {n: batch.needs[n] for n in changed_needs})
        await stored.take_in(
            connection, [(event.number, event) for event in batch.reference_events]
        )
        given = {
            subject: last
            for subject, last in batch.numbers.items()
            if last != state.numbers[subject]
        }
        if given:
            await store.save_numbers(connection, given)
        if batch.list_uses != state.list_uses:
            await store.save_list_uses(connection, batch.list_uses)

    async def _registry(self, connection: "PoolConnectionProxy[Any]", *, version: int) -> Registry:
        """Return the registry at *version* of the catalog, from memory if it has not changed."""
        if version != self._read.version:
            self._read = _registry(await self._catalog.current(connection))
        return self._read


def _blank(record: Record) -> Message:
    """Return a message with only the coordinate, participant and time of *record*."""
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
    """Return the subjects that *messages* may publish about, accepted or refused."""
    subjects = {(ANSWERS_TOPIC, message.participant) for message in messages}
    for message in messages:
        if isinstance(message.data, Capacity):
            subjects.add((TOPIC, message.participant))
        elif isinstance(message.data, Contact):
            subjects.add((CONFIDENTIAL_TOPIC, contact_subject(message)))
        elif isinstance(message.data, _REFERENCE):
            subjects.add((reference.TOPIC, reference.SUBJECT))
    return subjects
