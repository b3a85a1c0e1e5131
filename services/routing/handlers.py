"""Routing's reader: loads, decides and saves each batch of consumed records."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from asyncpg.pool import PoolConnectionProxy
from pydantic import Field, TypeAdapter

from services.routing import saving, store
from services.routing.life import capacity
from services.routing.life.capacity import Capacity
from services.routing.life.decide import decide
from services.routing.life.late import Key, Late, last_late
from services.routing.life.outcome import SOURCE, DecisionOutcome, kind_of
from services.routing.life.reaching import Unreached, delivered
from services.routing.life.request import CapacityChange, Request
from services.routing.rules.in_force import Rules, RulesCache
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog import catalog
from shared.catalog.catalog import CatalogCache
from shared.contracts import envelope, intake, reference
from shared.contracts.event import Event, sender_of
from shared.contracts.intake import CapacityDeclared, ClockSettleDirected, RequestAmended
from shared.contracts.notifications import MAIL_TOPIC, MailEvent, NoticeDelivered
from shared.contracts.routing import TOPIC, AppliedFacts, DeclaredFacts, MessageApplied
from shared.contracts.tracking import tracking_number_in
from shared.delivery.records import Counted, Gate, Item, Malformed, PassedOver, Record, Taken
from shared.delivery.relay import outbox
from shared.delivery.sequences import Numbers
from shared.delivery.take_in.reader import Closing, parse_event, passed_over

_INTAKE: TypeAdapter[Any] = TypeAdapter(
    Annotated[intake.RequestEvent | CapacityDeclared, Field(discriminator="type")]
)
_MAIL: TypeAdapter[Any] = TypeAdapter(Annotated[MailEvent, Field(discriminator="type")])
# No request is loaded for these types: the first creates it (its gate lets it pass only once), the
# second is about a provider.
_FIRST = (intake.RequestAccepted, CapacityDeclared)
_ENDING = (
    intake.EngagementCloseReported,
    intake.EngagementEndDirected,
    intake.EngagementRehomeDirected,
)


@dataclass(slots=True)
class Batch:
    """The state of one batch; `RoutingReader.save` writes ``outcomes`` and ``changes``."""

    at: datetime
    rules: Rules
    requests: dict[str, Request]
    numbers: Numbers
    declarations: dict[str, str] = field(default_factory=dict)
    capacities: dict[str, Capacity] = field(default_factory=dict)
    late: dict[Key, Late] = field(default_factory=dict)
    unreached: dict[str, Unreached] = field(default_factory=dict)
    reached: list[str] = field(default_factory=list)
    new: set[str] = field(default_factory=set)
    outcomes: list[DecisionOutcome] = field(default_factory=list)
    changes: list[CapacityChange] = field(default_factory=list)


class RoutingReader:
    """
    Takes in intake's events: requests, messages about them, and reference data.

    From the topic of mails it takes in only deliveries of mails about offers.
    """

    def __init__(self, clock: BusinessClock = REAL_TIME) -> None:
        self._clock = clock
        self._catalogs = CatalogCache()
        self._rules_cache = RulesCache()

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        """Return the record as an item that waits for the reference data that it names."""
        if record.topic == reference.TOPIC:
            return parse_event(record, catalog.EVENTS)
        if record.topic == MAIL_TOPIC:
            return _delivered(record)
        found = parse_event(record, _INTAKE)
        if isinstance(found, Item):
            version = getattr(found.message.data, "reference_version", 0)
            if version > 0:
                catalog_gate = Gate(reference.TOPIC, reference.SUBJECT, version)
                return Item(found.record, found.message, found.key, found.gate, (catalog_gate,))
        return found

    def unprocessable(self, record: Record) -> None:
        """Return nothing: there is no sender to answer, records come from our own services."""

    async def load(
        self, connection: "PoolConnectionProxy[Any]", items: Sequence[Item], *, at: datetime
    ) -> Batch:
        """
        Load and lock the requests and sequences that the items are about.

        Takes in the batch's reference data first: other items of the batch may depend on it.
        """
        entries = [
            (item.message.number, item.message)
            for item in items
            if item.record.topic == reference.TOPIC
        ]
        await catalog.take_in(connection, entries)
        at = self._clock.at(at)
        declared = {i.message.subject for i in items if isinstance(i.message, CapacityDeclared)}
        about = {
            item.message.subject
            for item in items
            if item.record.topic == intake.TOPIC and not isinstance(item.message, _FIRST)
        }
        offers = {
            item.message.data.offer_id or ""
            for item in items
            if isinstance(item.message, NoticeDelivered)
        }
        about |= {number for each in offers if (number := tracking_number_in(each))}
        loaded = await store.load_batch(
            connection,
            requests=about,
            subjects=[(TOPIC, provider) for provider in declared],
            ending={item.message.subject for item in items if isinstance(item.message, _ENDING)},
            amended={i.message.subject for i in items if isinstance(i.message, RequestAmended)},
        )
        known = await self._catalogs.current(connection, version=loaded.version)
        rules = self._rules_cache.in_force(known, at=at)
        numbers = Numbers(loaded.numbers)
        return Batch(
            at,
            rules,
            loaded.requests,
            numbers,
            loaded.declarations,
            loaded.capacities,
            await _late_clocks(connection, items),
            await store.lock_reached(connection, offers),
        )

    def decide(self, batch: Batch, item: Item) -> Taken:
        """Decide one item; if this raises, the batch is unchanged."""
        event = item.message
        if item.record.topic == reference.TOPIC:
            return Taken("applied")
        if isinstance(event, NoticeDelivered):
            return _reached(batch, event)
        if isinstance(event, CapacityDeclared):
            change = capacity.declared(event.subject, event.data, declaration=event.id)
            answer = _applied(event, batch)
            batch.changes.append(change)
            batch.declarations[event.subject] = event.id
            return Taken("applied", (outbox.outgoing(TOPIC, answer, key=event.subject),))
        outcome = decide(
            batch.requests.get(event.subject),
            event,
            batch.rules,
            at=batch.at,
            declarations=batch.declarations,
            capacities=batch.capacities,
            late=batch.late,
        )
        batch.late |= last_late(outcome.events)
        counted: tuple[Counted, ...] = ()
        if event.subject not in batch.requests:
            batch.new.add(event.subject)
            counted = (("requests_accepted", outcome.request.lane or "none"),)
        batch.requests[event.subject] = outcome.request
        batch.outcomes.append(outcome)
        return Taken("applied", counted=counted)

    async def save(self, connection: "PoolConnectionProxy[Any]", batch: Batch) -> Closing:
        """Assign queue numbers; return the statement that writes the batch."""
        await store.forget_unreached(connection, batch.reached)
        return await saving.close(
            connection,
            batch.outcomes,
            new=batch.new,
            changes=batch.changes,
            numbers=batch.numbers.changed,
        )


def _delivered(record: Record) -> Item | PassedOver | Malformed:
    """Return the delivery of a mail about an offer; pass all other events over."""
    found = parse_event(record, _MAIL)
    if isinstance(found, Item) and (
        not isinstance(found.message, NoticeDelivered) or found.message.data.offer_id is None
    ):
        return passed_over(record)
    return found


def _reached(batch: Batch, event: NoticeDelivered) -> Taken:
    """Take in a delivered mail about an offer; if it was late, the time to answer starts again."""
    unreached = batch.unreached.get(event.data.offer_id or "")
    if unreached is None:
        return Taken("ignored")
    request = batch.requests[unreached.tracking_number]
    outcome = delivered(request, event, unreached, batch.rules, at=batch.at)
    del batch.unreached[unreached.offer_id]
    batch.reached.append(unreached.offer_id)
    if outcome is not None:
        batch.requests[request.tracking_number] = outcome.request
        batch.outcomes.append(outcome)
    return Taken("applied")


async def _late_clocks(
    connection: "PoolConnectionProxy[Any]", items: Sequence[Item]
) -> dict[Key, Late]:
    """Return the late clocks of the requests for which *items* settle a clock."""
    about = [i.message.subject for i in items if isinstance(i.message, ClockSettleDirected)]
    late = await store.read_late(connection, about) if about else ()
    return {each.key: each for each in late}


def _applied(event: CapacityDeclared, batch: Batch) -> Event:
    """Return the event that answers a declaration of capacity."""
    participant = sender_of(event)
    assert participant is not None
    facts = AppliedFacts(
        participant=participant,
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
