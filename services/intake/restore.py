"""
Brings a database restored from an older dump up to the events that intake has published.

Every inbound record causes an event of intake, which names the record's coordinate. The published
events are folded into the tables, and a record that caused one is not decided again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from asyncpg.pool import PoolConnectionProxy

from services.intake import store
from services.intake.batch_state import BatchState, Decision, FirstRecord, Request
from services.intake.decide import accept
from services.intake.handlers import IntakeReader, State
from services.intake.message import Message, tracking_number_of
from shared.catalog import catalog
from shared.contracts.inbound import Submission
from shared.contracts.intake import CONFIDENTIAL_TOPIC, TOPIC
from shared.delivery.published import PublishedEvent
from shared.delivery.reading.positions import CannotRun
from shared.delivery.records import Item, Malformed, Outgoing, Record, Taken
from shared.delivery.restore.catch_up import PublishedByCause, fold_sequences, read_published
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in.reader import LOGGED, Closing, Reader
from shared.postgres.statements import load_statements

log = structlog.get_logger()
_SQL = load_statements(__package__)
_REFUSED = "gov.cri.intake.submission_refused.v1"
_REPEATED = "gov.cri.intake.answer_repeated.v1"


OWN = OwnTopics(
    r"^cri\.int\.(intake|reference|answers|confidential|drafts)\.v1$",
    {TOPIC: _SQL["read_published"], CONFIDENTIAL_TOPIC: _SQL["read_confided"]},
)


@dataclass(slots=True)
class RestoreBatch:
    """A batch, the events its records caused, and the content digests of folded requests."""

    state: State
    published: PublishedByCause
    contents: dict[str, bytes] = field(default_factory=dict)


class RestoreReader:
    """Replays inbound records: decides only those that have not caused an event."""

    def __init__(self, reader: IntakeReader) -> None:
        self._reader = reader

    def parse(self, record: Record) -> Item | Malformed:
        return self._reader.parse(record)

    def unprocessable(self, record: Record) -> Item | None:
        return self._reader.unprocessable(record)

    async def load(
        self, connection: "PoolConnectionProxy[Any]", items: Sequence[Item], *, at: datetime
    ) -> RestoreBatch:
        """Load the state of a batch, and the requests that its records created."""
        state = await self._reader.load(connection, items, at=at)
        published = await read_published(connection, [item.record.coordinate for item in items])
        batch = state.batch
        created = {event.subject for events in published.values() for event in events}
        created -= batch.requests.keys()
        if created:
            batch.requests |= (await store.load_batch(connection, requests=created)).requests
        for item in items:
            if item.record.coordinate in published:
                _check_log(item.message, published[item.record.coordinate], batch)
        return RestoreBatch(state, published)

    def decide(self, restored: RestoreBatch, item: Item) -> Taken:
        """Repeat the recorded outcome of a record; decide it if none was published."""
        events = restored.published.get(item.record.coordinate)
        message, batch = item.message, restored.state.batch
        if not events:
            return self._reader.decide(restored.state, item)
        events = [event for event in events if event.type in LOGGED]
        if not events:  # only types of a later release, which has answered the sender
            return Taken("applied")
        last = events[-1]
        if last.type == _REFUSED:
            code = json.loads(last.value)["data"]["reasons"][0]["code"]
            return Taken("refused", counted=(("submissions_refused", code),))
        if last.type == _REPEATED:
            batch.apply(message, Decision("duplicate", (), json.loads(last.value)["data"]["of"]))
            return Taken("duplicate")
        if message.reasons:  # accepted by a later release, malformed to this one
            return Taken("applied")
        return Taken("applied", _complete(restored, message, events))

    async def save(
        self, connection: "PoolConnectionProxy[Any]", restored: RestoreBatch
    ) -> Closing:
        if restored.contents:
            await connection.execute(
                _SQL["restore_contents"], list(restored.contents), list(restored.contents.values())
            )
        return await self._reader.save(connection, restored.state)


class Restore:
    """
    Intake's part of `shared.delivery.restore.catch_up`.

    The program office's topic comes first: it defines the senders and the catalog.
    """

    def __init__(self, reader: IntakeReader, *, office: str) -> None:
        self.order = (rf"cri\.in\.{office}\.v1$", r"cri\.int\.", r"cri\.in\.")
        self.reader: Reader[Any] = RestoreReader(reader)

    async def fold(self, connection: Any) -> None:
        """Fold the published events into requests, needs, reference data and all numbers."""
        await fold_sequences(connection)
        await connection.execute(_SQL["fold_requests"])
        await connection.execute(_SQL["fold_needs"])
        await connection.execute(_SQL["fold_counts"])
        await connection.execute(_SQL["pass_tracking_numbers"])
        rows = await connection.fetch(_SQL["list_announced_reference"], sorted(LOGGED))
        entries = [(number, catalog.EVENTS.validate_json(value)) for number, value in rows]
        await catalog.take_in(connection, entries)

    async def finish(self, connection: Any) -> None:
        """Log how many submissions Kafka no longer has: their repetitions are not recognized."""
        count = await connection.fetchval(_SQL["count_without_content"])
        if count:
            log.error("catch_up.contents_lost", requests=count)


def _check_log(message: Any, events: Sequence[PublishedEvent], batch: BatchState) -> None:
    """Raise `CannotRun` if an event about a request was published, but none that created it."""
    number = tracking_number_of(message)
    if number and events[-1].type not in (_REFUSED, _REPEATED) and number not in batch.requests:
        raise CannotRun(
            f"{message.coordinate} was taken up for {number}, of which nothing is on the log"
        )


def _complete(
    restored: RestoreBatch, message: Message, events: Sequence[PublishedEvent]
) -> tuple[Outgoing, ...]:
    """
    Record an accepted message, and return those of its events that were never published.

    The relay may have been stopped between two topics: then one event of a message was published
    and another was not. That one is built now, under the number that it was given.
    """
    batch = restored.state.batch
    submitted = isinstance(message.data, Submission)
    if submitted:  # build its events under the tracking number that it was given
        batch.unused_counters.append(int(events[0].subject.split("-")[2]))
    decision = accept(message, batch)
    ids = {event.id for event in events}
    missing = tuple(each for each in decision.published if each.id not in ids)
    outgoing = tuple(
        Outgoing(each.id, each.topic, each.key.encode(), each.value, summary=each.summary)
        for each in missing
    )
    request = decision.request
    folded = None if request is None else batch.requests.get(request.tracking_number)
    if submitted and folded is None:  # its acceptance itself was not published
        batch.apply(message, decision)
        return outgoing
    if submitted:
        batch.unused_counters.pop()
        batch.by_reference[message.participant, message.data.reference] = FirstRecord(
            message.content, message.coordinate
        )
    # Count the numbers of the events built now; a request counts its own.
    batch.apply(message, Decision("applied", missing, decision.original))
    if request is not None and folded is not None:
        if submitted:
            restored.contents[folded.tracking_number] = message.content
        _update_folded(batch, folded, decision, {each.topic for each in missing})
    return outgoing


def _update_folded(
    batch: BatchState, folded: Request, decision: Decision, topics: set[str]
) -> None:
    """Update a *folded* request by its events on *topics*, which are published only now."""
    amended, number = decision.request, folded.tracking_number
    assert amended is not None
    if TOPIC in topics:
        batch.requests[number] = folded._replace(facts=amended.facts, published=amended.published)
        batch.changed_requests.add(number)
    if CONFIDENTIAL_TOPIC in topics:
        current = batch.requests[number]
        batch.requests[number] = current._replace(confided=amended.confided)
        batch.changed_requests.add(number)
        if decision.need is not None:
            batch.needs[number] = decision.need
            batch.changed_needs.add(number)
