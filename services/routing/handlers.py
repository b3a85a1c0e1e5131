"""What routing does with each batch it consumes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from asyncpg.pool import PoolConnectionProxy
from pydantic import Field, TypeAdapter

from services.routing import saving, store
from services.routing.life import capacity
from services.routing.life.decide import decide
from services.routing.life.outcome import SOURCE, DecisionOutcome, kind_of
from services.routing.life.request import CapacityChange, Request
from services.routing.rules.in_force import Rules, RulesCache
from shared.catalog import catalog
from shared.catalog.catalog import CatalogCache
from shared.contracts import envelope, intake, reference
from shared.contracts.event import Event, participant_of
from shared.contracts.intake import CapacityDeclared
from shared.contracts.routing import TOPIC, AppliedFacts, DeclaredFacts, MessageApplied
from shared.delivery.records import Counted, Gate, Item, Malformed, PassedOver, Record, Taken
from shared.delivery.relay import outbox
from shared.delivery.sequences import Numbers
from shared.delivery.take_in.reader import Closing, parse_event

_INTAKE: TypeAdapter[Any] = TypeAdapter(Annotated[intake.IntakeEvent, Field(discriminator="type")])
# Before these, there is no request to be locked: one is accepted once, as its gate sees to.
_FIRST = (intake.RequestAccepted, CapacityDeclared)


@dataclass(slots=True)
class Batch:
    """What a batch works with; ``outcomes`` and ``changes`` are written when it is saved."""

    at: datetime
    rules: Rules
    requests: dict[str, Request]
    numbers: Numbers
    new: set[str] = field(default_factory=set)
    outcomes: list[DecisionOutcome] = field(default_factory=list)
    changes: list[CapacityChange] = field(default_factory=list)


class RoutingReader:
    """Takes in what intake announces: requests, what is said about them, reference data."""

    def __init__(self) -> None:
        self._catalogs = CatalogCache()
        self._rules_cache = RulesCache()

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        """Return the record as an item that waits for the reference data that it names."""
        if record.topic == reference.TOPIC:
            return parse_event(record, catalog.EVENTS)
        found = parse_event(record, _INTAKE)
        if isinstance(found, Item):
            version = getattr(found.message.data, "reference_version", 0)
            if version > 0:
                need = Gate(reference.TOPIC, reference.SUBJECT, version)
                return Item(found.record, found.message, found.key, found.gate, (need,))
        return found

    def unprocessable(self, record: Record) -> None:
        """All it reads comes from our own services."""

    async def load(
        self, connection: "PoolConnectionProxy[Any]", items: Sequence[Item], *, at: datetime
    ) -> Batch:
        """
        Lock what the items are about.

        Reference data of the batch is taken in first: what needs it may be in the same batch.
        """
        entries = [
            (item.message.number, item.message)
            for item in items
            if item.record.topic == reference.TOPIC
        ]
        await catalog.take_in(connection, entries)
        declared = {i.message.subject for i in items if isinstance(i.message, CapacityDeclared)}
        about = {
            item.message.subject
            for item in items
            if item.record.topic == intake.TOPIC and not isinstance(item.message, _FIRST)
        }
        loaded = await store.load_batch(
            connection, requests=about, subjects=[(TOPIC, provider) for provider in declared]
        )
        known = await self._catalogs.current(connection, version=loaded.version)
        rules = self._rules_cache.in_force(known, at=at)
        numbers = Numbers(loaded.numbers)
        return Batch(at=at, rules=rules, requests=loaded.requests, numbers=numbers)

    def decide(self, batch: Batch, item: Item) -> Taken:
        """Decide one item; the batch changes only when nothing was raised."""
        event = item.message
        if item.record.topic == reference.TOPIC:
            return Taken("applied")
        if isinstance(event, CapacityDeclared):
            change = capacity.declared(event.subject, event.data, declaration=event.id)
            answer = _applied(event, batch)
            batch.changes.append(change)
            return Taken("applied", (outbox.outgoing(TOPIC, answer, key=event.subject),))
        outcome = decide(batch.requests.get(event.subject), event, batch.rules, at=batch.at)
        counted: tuple[Counted, ...] = ()
        if event.subject not in batch.requests:
            batch.new.add(event.subject)
            counted = (("requests_accepted", outcome.request.lane or "none"),)
        batch.requests[event.subject] = outcome.request
        batch.outcomes.append(outcome)
        return Taken("applied", counted=counted)

    async def save(self, connection: "PoolConnectionProxy[Any]", batch: Batch) -> Closing:
        """Return how what the batch came to is written; give requests their places in lanes."""
        return await saving.close(
            connection,
            batch.outcomes,
            new=batch.new,
            changes=batch.changes,
            numbers=batch.numbers.changed,
        )


def _applied(event: CapacityDeclared, batch: Batch) -> Event:
    """Return the answer to a declaration of capacity."""
    assert event.inreplyto is not None
    facts = AppliedFacts(
        participant=participant_of(event.inreplyto),
        what="capacity.declare",
        about=event.data.provider,
        declared=DeclaredFacts(valid_until=event.data.valid_until, entries=event.data.entries),
    )
    about = envelope.caused_by(
        event,
        kind=kind_of(MessageApplied),
        source=SOURCE,
        at=batch.at,
        number=batch.numbers.next(TOPIC, event.subject),
    )
    return MessageApplied(**about, data=facts)
