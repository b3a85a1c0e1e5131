"""
Compares a service's own topics with its tables.

The tables of a database that was restored from an older dump lack events that the service has
published. The service would decide their causes again and publish other events under the same
numbers. It must detect that before it reads its first input or sends its first message.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import TopicAuthorizationFailedError
from asyncpg import Pool
from pydantic import AwareDatetime, BaseModel, ValidationError

from shared.delivery import kafka
from shared.delivery.published import PublishedEvent
from shared.delivery.reading.buffer import Fault
from shared.delivery.reading.fetching import NOT_AUTHORIZED, FetchingConsumer
from shared.delivery.reading.positions import RESTORED, CannotRun
from shared.delivery.records import Record
from shared.delivery.sequences import Subject
from shared.delivery.take_in.reader import LAST_NUMBER, is_name
from shared.postgres.statements import load_statements
from shared.process.settings import ServiceSettings

log = structlog.get_logger()
_SQL = load_statements("shared.delivery")
NOTE_SECONDS = 3.0
_LIST_EVERY = 20
_AT_ONCE = 5000
_WAIT_MS = 20
_FETCH_BYTES = 4_194_304
_FAULT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class OwnTopics:
    """
    The topics that a service writes, and where its tables keep the last number of each subject.

    ``names`` is a regular expression. Numbers are kept in the table ``sequences``, and for some
    topics in rows of the subjects themselves: ``rows[topic]`` is SQL that returns the last
    number of each subject of an array.
    """

    names: str
    rows: Mapping[str, str] = field(default_factory=dict)

    async def known(self, connection: Any, subjects: Sequence[Subject]) -> Mapping[Subject, int]:
        """Return the last number of each of *subjects*; no entry for a subject without events."""
        topics, names = [topic for topic, _ in subjects], [name for _, name in subjects]
        found = await connection.fetch(_SQL["read_sequences"], topics, names)
        last = {(row["topic"], row["subject"]): row["last"] for row in found}
        for topic, statement in self.rows.items():
            names = [name for of_topic, name in subjects if of_topic == topic]
            for row in await connection.fetch(statement, names):
                counted = last.get((topic, row["subject"]), 0)
                last[topic, row["subject"]] = max(counted, row["last"])
        return last


@dataclass(frozen=True, slots=True)
class Ahead:
    """The events of one partition of an own topic that the tables do not know."""

    first: PublishedEvent
    last: PublishedEvent
    count: int

    def __str__(self) -> str:
        first, last = self.first, self.last
        return (
            f"{first.topic}/{first.partition}: {self.count} events in the offsets"
            f" {first.offset}..{last.offset}, from {first.type} {first.id} of"
            f" {first.at:%Y-%m-%d %H:%M:%S} to {last.type} {last.id} of"
            f" {last.at:%Y-%m-%d %H:%M:%S}"
        )


async def ahead(
    pool: "Pool[Any]", own: OwnTopics, *, settings: ServiceSettings, turn: Callable[[], None]
) -> list[Ahead]:
    """
    Return the events that the tables do not know, for each partition of the own topics.

    Every event from the last noted offset on is compared: the tables know it if they have assigned
    its number in its subject. An event that was sent twice has a known number. Records that are no
    events are passed over.
    """
    found: dict[TopicPartition, Ahead] = {}
    async with opened(settings, own.names) as topics:
        starts = await known_to(pool)
        async for events in topics.behind(starts):
            turn()
            subjects = list({(event.topic, event.subject) for event in events})
            last = await own.known(pool, subjects)
            for event in events:
                if event.number > last.get((event.topic, event.subject), 0):
                    partition = TopicPartition(event.topic, event.partition)
                    before = found.get(partition)
                    first, count = (event, 0) if before is None else (before.first, before.count)
                    found[partition] = Ahead(first, event, count + 1)
    return [found[partition] for partition in sorted(found)]


async def known_to(pool: "Pool[Any]") -> dict[TopicPartition, int]:
    """Return the stored ends of the own topics: below them the tables know all events."""
    rows = await pool.fetch(_SQL["read_own_topics"])
    return {TopicPartition(row["topic"], row["partition"]): row["known_to"] for row in rows}


async def keep_noting(pool: "Pool[Any]", own: OwnTopics, *, settings: ServiceSettings) -> None:
    """
    Note every few seconds where the own topics end, until cancelled or something fails.

    An event was committed to the tables before it was published, and published before its offset
    is noted: every copy of the tables that holds a note also knows all events before it. Raises
    `CannotRun` if the database was restored meanwhile: only a start catches up.
    """
    noted: dict[TopicPartition, int] = {}
    while True:
        async with opened(settings, own.names) as topics:  # topics may have been added
            for _ in range(_LIST_EVERY):
                ends = await topics.ends()
                if any(noted.get(partition) != end for partition, end in ends.items()):
                    noted = await _note(pool, topics, noted)
                await asyncio.sleep(NOTE_SECONDS)


async def _note(
    pool: "Pool[Any]", topics: "_Topics", noted: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """
    Store where *topics* end now; return the stored ends.

    *noted* are the ends returned last. A stored end below them, while the topic itself is not
    shorter, shows that the database was restored: raises `CannotRun`.
    """
    held = await known_to(pool)
    ends = await topics.ends()  # read after the notes, which other replicas move
    for partition, end in ends.items():
        if held.get(partition, 0) < noted.get(partition, 0) <= end:
            raise CannotRun(
                f"{partition.topic}/{partition.partition}: the tables know the events to"
                f" {held.get(partition, 0)}, but knew those to {noted[partition]}: {RESTORED}"
            )
    moved = [partition for partition, end in ends.items() if held.get(partition) != end]
    rows = await pool.fetch(
        _SQL["note_own_topics"],
        [partition.topic for partition in moved],
        [partition.partition for partition in moved],
        [held.get(partition) for partition in moved],
        [ends[partition] for partition in moved],
    )
    return held | {TopicPartition(row["topic"], row["partition"]): row["known_to"] for row in rows}


@asynccontextmanager
async def opened(settings: ServiceSettings, names: str) -> AsyncIterator["_Topics"]:
    """Open the topics whose names match, to read them without a consumer group."""
    consumer = FetchingConsumer(
        **kafka.security(settings),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=_WAIT_MS,
        max_partition_fetch_bytes=_FETCH_BYTES,
        fetch_max_bytes=_FETCH_BYTES,
    )
    await consumer.start()
    try:
        cluster = await consumer._client.fetch_all_metadata()
        partitions = [
            TopicPartition(topic, number)
            for topic in sorted(cluster.topics())
            if re.match(names, topic)
            for number in sorted(cluster.partitions_for_topic(topic))
        ]
        # Without a group, aiokafka 0.14 looks up the leaders of one unknown topic at a time, each
        # after 100 ms: set all topics at once.
        await consumer._client.set_topics({partition.topic for partition in partitions})
        yield _Topics(consumer, partitions)
    except TopicAuthorizationFailedError as error:
        names_of_them = ", ".join(sorted(error.args[0])) if error.args else names
        raise CannotRun(
            f"{settings.kafka_user} may not read what it writes itself ({names_of_them}):"
            " provision the access list of this build's topics.yaml"
        ) from error
    finally:
        await consumer.stop()


class _Topics:
    """Open topics, and all their partitions."""

    def __init__(self, consumer: FetchingConsumer, partitions: Sequence[TopicPartition]) -> None:
        self.consumer = consumer
        self._partitions = partitions

    async def ends(self) -> dict[TopicPartition, int]:
        """Return where each partition ends now."""
        if not self._partitions:
            return {}
        ends: dict[TopicPartition, int] = await self.consumer.end_offsets(self._partitions)
        return ends

    async def beginnings(self) -> dict[TopicPartition, int]:
        """Return where each partition begins now; earlier records were deleted."""
        if not self._partitions:
            return {}
        found: dict[TopicPartition, int] = await self.consumer.beginning_offsets(self._partitions)
        return found

    async def behind(
        self, starts: Mapping[TopicPartition, int]
    ) -> AsyncIterator[Sequence[PublishedEvent]]:
        """
        Yield the events from *starts* to the present ends, in the order of each partition.

        A partition without a start is read from its beginning. So is a partition that ends before
        its start, because its topic was deleted and created again.
        """
        ends = await self.ends()
        if not ends:
            return
        beginnings = await self.beginnings()
        reading: dict[TopicPartition, int] = {}
        for partition, end in ends.items():
            start = starts.get(partition, 0)
            start = max(start if start <= end else 0, beginnings[partition])
            if start < end:
                reading[partition] = start
        self.consumer.assign(list(reading))
        for partition, start in reading.items():
            self.consumer.seek(partition, start)
        while reading:
            found = await self.consumer.look(reading, _AT_ONCE, seconds=0.5)
            for fault in found.faults:
                if fault.reason == NOT_AUTHORIZED:
                    raise TopicAuthorizationFailedError({fault.partition.topic})
                self._log_fault(fault)
                self.consumer.retry(fault.partition, fault.offset, after=_FAULT_SECONDS)
            yield [
                event for record in found.records if (event := parse_published(record)) is not None
            ]
            for record in found.records:
                reading[TopicPartition(record.topic, record.partition)] = record.offset + 1
            for partition in [p for p, position in reading.items() if position >= ends[p]]:
                del reading[partition]
                self.consumer.pause(partition)

    def _log_fault(self, fault: Fault) -> None:
        """Log a record that cannot be read; it blocks the comparison, so it is not passed over."""
        log.error(
            "partition.blocked",
            topic=fault.partition.topic,
            partition=fault.partition.partition,
            offset=fault.offset,
            reason=fault.reason,
            **{"error.type": fault.error},
        )


class _Data(BaseModel):
    head: int | None = None


class _Envelope(BaseModel):
    id: UUID
    type: str
    subject: str
    time: AwareDatetime
    causationid: str
    sequence: int | None = None
    participantsequence: int | None = None
    data: _Data = _Data()


def parse_published(record: Record) -> PublishedEvent | None:
    """
    Return the event that *record* holds; None if it has no number or is no event of ours.

    On a participant's topic the messages of that participant are numbered; a heartbeat carries
    the last number before it.
    """
    value = record.value or b""
    try:
        envelope = _Envelope.model_validate_json(value)
    except ValidationError:
        return None
    subject, number = envelope.subject, envelope.sequence
    if number is None:
        subject = record.topic.split(".")[2]
        number = envelope.participantsequence or envelope.data.head
    if number is None or number > LAST_NUMBER or not is_name(subject):
        return None  # readers reject such an event, too
    return PublishedEvent(
        record.topic,
        record.partition,
        record.offset,
        str(envelope.id),
        envelope.type,
        subject,
        number,
        envelope.causationid,
        envelope.time,
        value,
    )
