"""How intake handles a batch: what it loads, decides and saves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from asyncpg.pool import PoolConnectionProxy

from services.intake import store
from services.intake.agency_list import AgencyList
from services.intake.assessments import assessment_subjects
from services.intake.batch_state import BatchState, Subject
from services.intake.contacts import contact_subject
from services.intake.decide import decide
from services.intake.ended_requests import Ignored, RequestEnded, parse_routing_event
from services.intake.findings import Finding
from services.intake.forgetting import forgotten_subject, said_subject
from services.intake.list_limits import ListKey, ListUse
from services.intake.message import Message, tracking_number_of
from services.intake.parse import message_id, parse_message
from services.intake.registry import Registry, registry
from services.intake.settlements import settlement_subject
from services.intake.subscriptions import AboutSubscription, subscription_subject
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog import catalog as stored
from shared.catalog.catalog import CatalogCache
from shared.contracts import reference, refusals, routing
from shared.contracts.assessments import AboutAssessment
from shared.contracts.inbound import (
    Capacity,
    CodeToSend,
    Contact,
    Forgetting,
    NoticeSettlement,
    Preference,
    Submission,
)
from shared.contracts.intake import ANSWERS_TOPIC, CONFIDENTIAL_TOPIC, TOPIC
from shared.contracts.publications import AboutPublication
from shared.delivery.records import DELETED, Item, Malformed, Outgoing, Record, Taken
from shared.delivery.take_in.reader import Closing

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class State:
    """The state of a batch, with the last numbers and list uses as they were loaded."""

    batch: BatchState
    numbers: Mapping[Subject, int]
    list_uses: Mapping[ListKey, ListUse]


class IntakeReader:
    """Intake's `Reader`."""

    def __init__(
        self, *, agencies: AgencyList, office: str, clock: BusinessClock = REAL_TIME
    ) -> None:
        self._clock = clock
        self._agencies = agencies
        self._office = office
        self._catalog = CatalogCache()
        self._read = Registry()

    def parse(self, record: Record) -> Item | Malformed:
        """Return the message of a participant, or an event from routing's log."""
        if record.topic == routing.TOPIC:
            return parse_routing_event(record)
        message = parse_message(record.value, record.headers, self._blank(record))
        reference = message.safe_reference() if isinstance(message.data, Submission) else None
        key = record.coordinate if reference is None else f"{message.participant}/{reference}"
        return Item(record, message, key)

    def unprocessable(self, record: Record) -> Item | None:
        """Return the refusal of a participant's record that intake failed to process."""
        if record.topic == routing.TOPIC:
            return None
        deleted = record.unreadable == DELETED
        reason = Finding(refusals.DELETED_UNREAD if deleted else refusals.NOT_PROCESSABLE)
        message = replace(self._blank(record), id=message_id(record.value), reasons=(reason,))
        return Item(record, message, record.coordinate)

    async def load(
        self, connection: "PoolConnectionProxy[Any]", items: Sequence[Item], *, at: datetime
    ) -> State:
        """
        Lock the requests that the items concern; read earlier records that they may repeat.

        The numbers of the answers to a sender need no lock: the batch already holds the checkpoint
        of its only topic. Those of an assessment are read behind the lock on its request. All
        others are locked, before the registry is read: several participants may send messages
        about the same subject. Of a person to forget, requests on hold are loaded, too: their
        contacts must not be forgotten.
        """
        ended = {i.message.tracking_number for i in items if isinstance(i.message, RequestEnded)}
        messages = [item.message for item in items if isinstance(item.message, Message)]
        about = {
            number
            for message in messages
            if not message.reasons and (number := tracking_number_of(message))
        }
        guarded, shared = _guarded_subjects(messages), _shared_subjects(messages)
        forgets = any(isinstance(message.data, Forgetting) for message in messages)
        if forgets:
            about |= self._read.held_requests
        loaded = store.Loaded()
        if messages or ended:
            loaded = await store.load_batch(
                connection, messages, requests=about | ended, shared=shared, guarded=guarded
            )
        if messages and loaded.version != self._read.version:
            self._read = await self._registry(connection, version=loaded.version)
            held = self._read.held_requests - about if forgets else ()
            if held:
                more = await store.load_batch(connection, requests=held)
                loaded.requests.update(more.requests)
        batch = BatchState(
            at=self._clock.at(at),
            registry=self._read,
            agencies=self._agencies,
            office=self._office,
            by_id=loaded.by_id,
            by_reference=loaded.by_reference,
            requests=loaded.requests,
            needs=loaded.needs,
            numbers={subject: loaded.numbers.get(subject, 0) for subject in guarded | shared},
            unused_counters=loaded.unused_counters,
            list_uses=loaded.list_uses,
        )
        return State(batch, dict(batch.numbers), dict(batch.list_uses))

    def decide(self, state: State, item: Item) -> Taken:
        """Decide one item, then apply the decision to the state of the batch."""
        batch, message = state.batch, item.message
        if isinstance(message, RequestEnded):
            return Taken(batch.end(message.tracking_number, message.status, at=message.at))
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

    async def save(self, connection: "PoolConnectionProxy[Any]", state: State) -> Closing:
        """Write reference data; return the statement that writes the other results."""
        batch = state.batch
        await stored.take_in(
            connection, [(event.number, event) for event in batch.reference_events]
        )
        return store.save_batch(
            batch,
            numbers=_changed(state.numbers, batch.numbers),
            list_uses=_changed(state.list_uses, batch.list_uses),
        )

    async def _registry(self, connection: "PoolConnectionProxy[Any]", *, version: int) -> Registry:
        """Return the registry as of the catalog's *version*, which was just read."""
        catalog = await self._catalog.current(connection, version=version)
        return registry(
            catalog.version,
            participants=catalog.participants,
            topics=catalog.topics,
            programs=catalog.programs,
            providers=catalog.providers,
            calendars=catalog.calendars,
            staff=catalog.staff,
            solicitations=catalog.solicitations,
            agencies=catalog.agencies,
            holds=catalog.holds,
        )

    def _blank(self, record: Record) -> Message:
        """Return a message with only the coordinate, participant and business time of *record*."""
        participant = record.topic.split(".")[2]
        return Message(record.coordinate, participant, self._clock.at(record.at))


def _changed(before: Mapping[Key, Value], after: Mapping[Key, Value]) -> dict[Key, Value]:
    return {key: value for key, value in after.items() if value != before.get(key)}


def _guarded_subjects(messages: Sequence[Message]) -> set[Subject]:
    """Return the subjects whose numbers a checkpoint or the lock on a request guards."""
    subjects = {(ANSWERS_TOPIC, message.sender) for message in messages}
    for message in messages:
        if isinstance(message.data, AboutAssessment | AboutPublication):
            subjects |= assessment_subjects(message)
    return subjects


def _shared_subjects(messages: Sequence[Message]) -> set[Subject]:
    """
    Return the other subjects that *messages* may publish about.

    Every office may settle the same mail and forget the same person. Contacts and capacity are a
    participant's own, but the public desk may speak for it.
    """
    subjects: set[Subject] = set()
    for message in messages:
        if isinstance(message.data, Capacity):
            subjects.add((TOPIC, message.participant))
        elif isinstance(message.data, Contact | Preference | CodeToSend):
            subjects.add((CONFIDENTIAL_TOPIC, contact_subject(message)))
        elif isinstance(message.data, NoticeSettlement):
            subjects.add((CONFIDENTIAL_TOPIC, settlement_subject(message)))
        elif isinstance(message.data, AboutSubscription):
            subjects.add((CONFIDENTIAL_TOPIC, subscription_subject(message)))
        elif isinstance(message.data, Forgetting):
            subjects.add((TOPIC, forgotten_subject(message.data)))
            subjects.add((CONFIDENTIAL_TOPIC, said_subject(message.data)))
        elif isinstance(message.data, reference.Entry):
            subjects.add((reference.TOPIC, reference.SUBJECT))
    return subjects
