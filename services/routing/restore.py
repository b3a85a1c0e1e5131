"""
Brings a database restored from an older dump up to the events that routing has published.

Routing's own published events are folded into each request, in the order of their numbers.
Intake's events are replayed in between; one is decided only if routing has published nothing that
it caused. The matcher and the deadlines start after that.
"""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.routing import store
from services.routing.handlers import Batch, RoutingReader
from services.routing.life import capacity
from services.routing.life.decide import decide
from services.routing.life.fold import fold, is_answer, parse
from services.routing.life.late import ABOUT_CLOCKS, Key, Late, last_late
from services.routing.life.older_events import amended
from services.routing.life.outcome import DecisionOutcome, kind_of
from services.routing.life.reaching import expected
from services.routing.life.request import Request
from services.routing.restore_capacities import compute_capacities
from services.routing.rules.facts import encode_facts, request_facts
from services.routing.store import Results
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog.catalog import CatalogCache
from shared.contracts import intake, routing
from shared.contracts.event import Event
from shared.contracts.notifications import NoticeDelivered
from shared.contracts.routing import OfferMade, RoutingEvent
from shared.delivery.published import PublishedEvent
from shared.delivery.records import Item, Malformed, PassedOver, Record, Taken
from shared.delivery.restore.catch_up import fold_sequences, read_published
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in.reader import LOGGED, Closing, Reader
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_LIMIT = 1000
_AMENDED = frozenset(map(kind_of, (routing.RequestFactsChanged, routing.AmendmentCameTooLate)))
_ANSWERS = frozenset(map(kind_of, (routing.MessageApplied, routing.MessageRefused)))
Lives = Mapping[str, Sequence[PublishedEvent]]


OWN = OwnTopics(r"^cri\.int\.routing\.v1$", {routing.TOPIC: _SQL["read_published"]})


@dataclass(slots=True)
class RestoreBatch:
    """A batch, with the published events, answered declarations and numbers of its requests."""

    batch: Batch
    lives: Lives
    answered: frozenset[str]
    queue_numbers: Mapping[str, int]


class RestoreReader:
    """Replays intake's events: decides only those that routing has published nothing about."""

    def __init__(self, clock: BusinessClock = REAL_TIME) -> None:
        self._reader = RoutingReader(clock)

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return self._reader.parse(record)

    def unprocessable(self, record: Record) -> None:
        """Return nothing: there is no sender to answer, records come from our own services."""

    async def load(
        self, connection: "PoolConnectionProxy[Any]", items: Sequence[Item], *, at: datetime
    ) -> RestoreBatch:
        batch = await self._reader.load(connection, items, at=at)
        about = {item.message.subject for item in items if item.record.topic == intake.TOPIC}
        about |= {offer.tracking_number for offer in batch.unreached.values()}
        declared = [
            item.message.id for item in items if isinstance(item.message, intake.CapacityDeclared)
        ]
        led_to = await read_published(connection, declared)  # declarations also cause offers
        answered = [cause for cause, events in led_to.items() if any(map(is_answer, events))]
        return RestoreBatch(
            batch,
            lives=await _read_lives(connection, about),
            answered=frozenset(answered),
            queue_numbers=await _read_queue_numbers(connection, about),
        )

    def decide(self, restored: RestoreBatch, item: Item) -> Taken:
        """Fold the published events that *item* caused; decide it if there are none."""
        event, batch = item.message, restored.batch
        if isinstance(event, NoticeDelivered):
            return self._reached(restored, item)
        if item.record.topic != intake.TOPIC:
            return self._reader.decide(batch, item)
        if isinstance(event, intake.CapacityDeclared):
            if event.id not in restored.answered:
                return self._reader.decide(batch, item)
            batch.changes.append(
                capacity.declared(event.subject, event.data, declaration=event.id)
            )
            return Taken("applied")
        life = restored.lives.get(event.subject, ())
        if isinstance(event, intake.RequestAmended):
            return self._amend(restored, item, life)
        own = [each for each in life if each.cause == event.id]
        if isinstance(event, intake.RequestAccepted):
            return self._accept(restored, item, life, own)
        before = own[0].number if own else None
        request = self._up_to(restored, event.subject, life, before=before)
        if not own:
            if request is not batch.requests.get(event.subject):
                _add(batch, DecisionOutcome(request))
            return self._reader.decide(batch, item)
        if any(map(is_answer, own)):  # complete, except events of a later release
            queue_number = restored.queue_numbers.get(event.subject)
            _add(
                batch,
                DecisionOutcome(
                    fold(request, own, batch.rules.catalog, queue_number=queue_number)
                ),
            )
            return Taken("applied")
        # The relay stopped between the events of one decision: build the missing ones.
        declarations = {**batch.declarations, **_declarations(own)}
        outcome = decide(
            request,
            event,
            batch.rules,
            at=own[0].at,
            declarations=declarations,
            late={**batch.late, **_settled(own)},
        )
        ids = {each.id for each in own}
        _add(batch, replace(outcome, events=tuple(e for e in outcome.events if e.id not in ids)))
        return Taken("applied")

    def _accept(
        self,
        restored: RestoreBatch,
        item: Item,
        life: Sequence[PublishedEvent],
        own: Sequence[PublishedEvent],
    ) -> Taken:
        """Create the request and fold the events of its triage."""
        event, batch = item.message, restored.batch
        if not own:
            return self._reader.decide(batch, item)
        asked, catalog = event.data, batch.rules.catalog
        accepted = Request(
            tracking_number=asked.tracking_number,
            request_id=asked.request_id,
            participant=asked.participant,
            status="accepted",
            facts=encode_facts(request_facts(asked, catalog)),
            need_stated=asked.need_stated,
            traceparent=event.traceparent,
        )
        queue_number = restored.queue_numbers.get(event.subject)
        triaged = fold(accepted, own, catalog, queue_number=queue_number)
        # The decision record of a triage is computed again, and kept if it has the published hash.
        # Events are not compared: those of a later release may have more fields.
        made = decide(None, event, batch.rules, at=own[0].at)
        same = [each.hash for each in made.records] == _decision_hashes(own)
        batch.new.add(event.subject)
        _add(batch, DecisionOutcome(triaged, records=made.records if same else ()))
        return Taken("applied", counted=(("requests_accepted", triaged.lane or "none"),))

    def _amend(self, restored: RestoreBatch, item: Item, life: Sequence[PublishedEvent]) -> Taken:
        """
        Fold the published outcome of an amendment, or decide it if there is none.

        Events of the matcher and of clocks do not show whether the amendment was decided before
        them, so it is decided after all published events.
        """
        event, batch = item.message, restored.batch
        request = batch.requests.get(event.subject)
        own = [each for each in life if each.cause == event.id and each.type in _AMENDED]
        if own:
            queue_number = restored.queue_numbers.get(event.subject)
            request = self._up_to(restored, event.subject, life, before=own[0].number)
            _add(
                batch,
                DecisionOutcome(
                    fold(request, own, batch.rules.catalog, queue_number=queue_number)
                ),
            )
            return Taken("applied")
        if request is not None and any(
            each.type in _AMENDED | _ANSWERS and each.number > request.published for each in life
        ):
            # A later message about the request was decided, so this one was too, by a release
            # that published no event for amendments.
            if not request.ended:
                _add(batch, DecisionOutcome(amended(request, event.data, batch.rules)))
            return Taken("applied")
        if request is not None:
            batch.requests[event.subject] = self._up_to(restored, event.subject, life, before=None)
        return self._reader.decide(batch, item)

    def _reached(self, restored: RestoreBatch, item: Item) -> Taken:
        """Fold the request up to date; decide a delivered mail that led to no published event."""
        event, batch = item.message, restored.batch
        unreached = batch.unreached.get(event.data.offer_id or "")
        if unreached is None:
            return Taken("ignored")
        number = unreached.tracking_number
        life = restored.lives.get(number, ())
        request = self._up_to(restored, number, life, before=None)
        if request is not batch.requests[number]:
            _add(batch, DecisionOutcome(request))
        if not any(each.cause == event.id for each in life):
            return self._reader.decide(batch, item)
        del batch.unreached[unreached.offer_id]
        batch.reached.append(unreached.offer_id)
        return Taken("applied")

    def _up_to(
        self,
        restored: RestoreBatch,
        subject: str,
        life: Sequence[PublishedEvent],
        *,
        before: int | None,
    ) -> Request:
        """Return the request after its published events with numbers below *before*."""
        request = restored.batch.requests[subject]
        events = [
            each
            for each in life
            if each.number > request.published and (before is None or each.number < before)
        ]
        if not events:
            return request
        queue_number = restored.queue_numbers.get(subject)
        return fold(request, events, restored.batch.rules.catalog, queue_number=queue_number)

    async def save(
        self, connection: "PoolConnectionProxy[Any]", restored: RestoreBatch
    ) -> Closing:
        return await self._reader.save(connection, restored.batch)


class Restore:
    """Routing's part of `shared.delivery.restore.catch_up`: rules and providers come first."""

    order = (r"cri\.int\.reference\.", r"cri\.int\.intake\.", r"cri\.int\.mail\.")

    def __init__(self, clock: BusinessClock = REAL_TIME) -> None:
        self.reader: Reader[Any] = RestoreReader(clock)

    async def fold(self, connection: Any) -> None:
        """Raise the numbers of answers; note late clocks and offers; assign queue numbers."""
        await fold_sequences(connection)
        await _restore_late(connection)
        await _restore_unreached(connection)
        await connection.execute(_SQL["give_queue_numbers"])
        await connection.execute(_SQL["raise_queue_numbers"])

    async def finish(self, connection: Any) -> None:
        """Fold the remaining events, then compute the capacities from the requests."""
        catalog = await CatalogCache().current(connection)
        behind = [row[0] for row in await connection.fetch(_SQL["list_behind"])]
        for first in range(0, len(behind), _LIMIT):
            numbers = behind[first : first + _LIMIT]
            loaded = await store.load_batch(connection, requests=numbers)
            lives = await _read_lives(connection, numbers)
            queue_numbers = await _read_queue_numbers(connection, numbers)
            after = [
                fold(
                    request,
                    [each for each in lives[number] if each.number > request.published],
                    catalog,
                    queue_number=queue_numbers.get(number),
                )
                for number, request in loaded.requests.items()
            ]
            await store.save(connection, Results(after))
        await compute_capacities(connection)
        await connection.execute(_SQL["reopen_lanes"])
        await connection.execute(_SQL["forget_queue_numbers"])


def _decision_hashes(events: Sequence[PublishedEvent]) -> list[str]:
    """Return the hashes of the decision records that *events* name."""
    data = [json.loads(event.value)["data"] for event in events if event.type in LOGGED]
    return [each["decision"]["hash"] for each in data if "decision" in each]


def _declarations(events: Sequence[PublishedEvent]) -> dict[str, str]:
    """Return the declarations of lost providers that *events* name."""
    data = [json.loads(event.value)["data"] for event in events]
    return {each["provider"]: each["declaration"] for each in data if each.get("declaration")}


async def _restore_late(connection: Any) -> None:
    """Write the next announcements about clocks, by the events published since the dump."""
    late: dict[Key, Late] = {}
    async for event in _unfolded(connection, ABOUT_CLOCKS):
        late |= last_late([event])
    await store.save(connection, Results(late=list(late.values())))


async def _restore_unreached(connection: Any) -> None:
    """Note the offers published since the dump about which a mail must be delivered."""
    offers = [event async for event in _unfolded(connection, [OfferMade])]
    await store.expect_reach(connection, expected(offers))


async def _unfolded(connection: Any, types: Iterable[type[Event]]) -> AsyncIterator[RoutingEvent]:
    """
    Yield the published events of *types* that are not folded into their request.

    The others are skipped: a catch-up that was killed runs again, and may have made decisions
    after them.
    """
    async for row in connection.cursor(_SQL["read_unfolded"], list(map(kind_of, types))):
        event = parse(PublishedEvent(*row))
        if event is not None:
            yield event


def _settled(events: Sequence[PublishedEvent]) -> dict[Key, Late]:
    """Return the late clocks that *events* settle, as they were before."""
    late = last_late(event for each in events if (event := parse(each)) is not None)
    return {key: settled._replace(next_at=settled.due_at) for key, settled in late.items()}


def _add(batch: Batch, outcome: DecisionOutcome) -> None:
    batch.requests[outcome.request.tracking_number] = outcome.request
    batch.outcomes.append(outcome)


async def _read_lives(connection: Any, numbers: Any) -> Lives:
    lives: dict[str, list[PublishedEvent]] = defaultdict(list)
    for row in await connection.fetch(_SQL["read_announced_lives"], list(numbers)):
        event = PublishedEvent(*row)
        lives[event.subject].append(event)
    return lives


async def _read_queue_numbers(connection: Any, numbers: Any) -> dict[str, int]:
    return dict(await connection.fetch(_SQL["read_queue_numbers"], list(numbers)))
