"""
Brings a restored database of intake up to what the door has published.

Every inbound record leads to an event of the door's own, which names the record as its cause. So
what is announced is folded into the tables, and a record that was answered is only remembered.
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
from shared.messaging.catch_up import Announcements, fold_sequences, read_announced
from shared.messaging.own_log import Announced, OwnTopics
from shared.messaging.positions import Refusal
from shared.messaging.reader import LOGGED, Closing, Reader
from shared.messaging.records import Item, Malformed, Outgoing, Record, Taken
from shared.postgres.statements import load_statements

log = structlog.get_logger()
_SQL = load_statements(__package__)
_REFUSED = "gov.cri.intake.submission_refused.v1"
_REPEATED = "gov.cri.intake.answer_repeated.v1"


OWN = OwnTopics(
    r"^cri\.int\.(intake|reference|answers|confidential)\.v1$",
    {TOPIC: _SQL["read_published"], CONFIDENTIAL_TOPIC: _SQL["read_confided"]},
)


@dataclass(slots=True)
class RestoreBatch:
    """A batch, what its records have led to, and the submissions whose content is filled in."""

    state: State
    announced: Announcements
    contents: dict[str, bytes] = field(default_factory=dict)


class RestoreReader:
    """Remembers a record that was answered; decides one that was not."""

    def __init__(self, reader: IntakeReader) -> None:
        self._reader = reader

    def parse(self, record: Record) -> Item | Malformed:
        return self._reader.parse(record)

    def unprocessable(self, record: Record) -> Item | None:
        return self._reader.unprocessable(record)

    async def load(
        self, connection: "PoolConnectionProxy[Any]", items: Sequence[Item], *, at: datetime
    ) -> RestoreBatch:
        """Load what a batch needs, and the requests that its records have made."""
        state = await self._reader.load(connection, items, at=at)
        found = await read_announced(connection, [item.record.coordinate for item in items])
        batch = state.batch
        made = {event.subject for events in found.values() for event in events}
        made -= batch.requests.keys()
        if made:
            batch.requests |= (await store.load_batch(connection, requests=made)).requests
        for item in items:
            if item.record.coordinate in found:
                _check(item.message, found[item.record.coordinate], batch)
        return RestoreBatch(state, found)

    def decide(self, again: RestoreBatch, item: Item) -> Taken:
        """Take an answered record as it was answered."""
        events = again.announced.get(item.record.coordinate)
        message, batch = item.message, again.state.batch
        if not events:
            return self._reader.decide(again.state, item)
        events = [event for event in events if event.type in LOGGED]
        if not events:  # a later release has decided it, which its sender knows
            return Taken("applied")
        last = events[-1]
        if last.type == _REFUSED:
            code = json.loads(last.value)["data"]["reasons"][0]["code"]
            return Taken("refused", counted=(("submissions_refused", code),))
        if last.type == _REPEATED:
            batch.apply(message, Decision("duplicate", (), json.loads(last.value)["data"]["of"]))
            return Taken("duplicate")
        if message.reasons:  # the release that accepted it knows more than this one
            return Taken("applied")
        return Taken("applied", _complete(again, message, events))

    async def save(self, connection: "PoolConnectionProxy[Any]", again: RestoreBatch) -> Closing:
        if again.contents:
            await connection.execute(
                _SQL["restore_contents"], list(again.contents), list(again.contents.values())
            )
        return await self._reader.save(connection, again.state)


class Restore:
    """
    The door's part of `shared.messaging.catch_up`.

    The program office comes first: it says who may send, and what there is.
    """

    def __init__(self, reader: IntakeReader, *, office: str) -> None:
        self.order = (rf"cri\.in\.{office}\.v1$", r"cri\.int\.", r"cri\.in\.")
        self.reader: Reader[Any] = RestoreReader(reader)

    async def fold(self, connection: Any) -> None:
        """Bring requests, words, reference data and all numbers to what is announced."""
        await fold_sequences(connection)
        await connection.execute(_SQL["fold_requests"])
        await connection.execute(_SQL["fold_needs"])
        await connection.execute(_SQL["fold_counts"])
        await connection.execute(_SQL["pass_tracking_numbers"])
        rows = await connection.fetch(_SQL["list_announced_reference"], sorted(LOGGED))
        entries = [(number, catalog.EVENTS.validate_json(value)) for number, value in rows]
        await catalog.take_in(connection, entries)

    async def finish(self, connection: Any) -> None:
        """Say what the log no longer held: with no content, a repetition is not recognized."""
        count = await connection.fetchval(_SQL["count_without_content"])
        if count:
            log.error("catch_up.contents_lost", requests=count)


def _check(message: Any, events: Sequence[Announced], batch: BatchState) -> None:
    """Raise when a record was taken up for a request that is not there: the log is broken."""
    number = tracking_number_of(message)
    if number and events[-1].type not in (_REFUSED, _REPEATED) and number not in batch.requests:
        raise Refusal(
            f"{message.coordinate} was taken up for {number}, of which nothing is on the log"
        )


def _complete(
    again: RestoreBatch, message: Message, events: Sequence[Announced]
) -> tuple[Outgoing, ...]:
    """
    Remember a message that was accepted; return those of its events that were never published.

    The relay may have been stopped between two topics: then one event of a message is on the
    log, and another is not. It is made now, under the numbers that were given out.
    """
    batch = again.state.batch
    submitted = isinstance(message.data, Submission)
    if submitted:  # the number that it was given
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
    if submitted and folded is None:  # what is on the log of it is not yet its acceptance
        batch.apply(message, decision)
        return outgoing
    if submitted:
        batch.unused_counters.pop()
        batch.by_reference[message.participant, message.data.reference] = FirstRecord(
            message.content, message.coordinate
        )
    batch.apply(message, Decision("applied", (), decision.original))
    if request is not None and folded is not None:
        if submitted:
            again.contents[folded.tracking_number] = message.content
        _bring(batch, folded, decision, {each.topic for each in missing})
    return outgoing


def _bring(batch: BatchState, folded: Request, decision: Decision, topics: set[str]) -> None:
    """Bring a request, as it was folded, up to the events on *topics* that are published now."""
    after, number = decision.request, folded.tracking_number
    assert after is not None
    if TOPIC in topics:
        batch.requests[number] = folded._replace(facts=after.facts, published=after.published)
        batch.changed_requests.add(number)
    if CONFIDENTIAL_TOPIC in topics:
        now = batch.requests[number]
        batch.requests[number] = now._replace(confided=after.confided)
        batch.changed_requests.add(number)
        if decision.need is not None:
            batch.needs[number] = decision.need
            batch.changed_needs.add(number)
