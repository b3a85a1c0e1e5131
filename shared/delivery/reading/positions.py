"""The positions of this process on its assigned partitions, from the checkpoints in Postgres."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from asyncpg import Pool

from shared.delivery.reading.buffer import PARTICIPANTS
from shared.delivery.records import Record
from shared.postgres.statements import load_statements

log = structlog.get_logger()
_SQL = load_statements("shared.delivery")
_OFFSET_SECONDS = 10
MOST_ANSWERED = 10_000
"""Most unreadable or deleted records of a range that are answered; it may hold millions."""


RESTORED = "the database was restored under a running service; start it again, and it catches up"


class CannotRun(Exception):
    """The service must stop: the text says why, where and what to do."""


class Positions:
    """
    The next offset to take in of every assigned partition.

    A checkpoint that does not fit its topic raises `CannotRun`: one of another cluster, or one
    beyond the end because the topic was created again (the reason is stored until an operator
    clears it). So does a checkpoint older than what this process committed, because the database
    was restored. Records that were deleted before they were read are recorded as lost. With
    *answers_deleted*, those of participants are offered without content, so that each is answered.
    """

    def __init__(
        self,
        pool: "Pool[Any]",
        *,
        service: str,
        build: str,
        cluster_id: str,
        answers_deleted: bool = False,
    ) -> None:
        self._pool = pool
        self._service = service
        self._build = build
        self._cluster_id = cluster_id
        self._answers_deleted = answers_deleted
        self._committed: dict[TopicPartition, int] = {}
        """The last commit of this process on each partition."""
        self.expected: dict[TopicPartition, int] = {}
        """The next offset to take in, by partition; none for a partition not yet opened."""
        self.ends: dict[TopicPartition, int] = {}
        """As Kafka last answered; a fetch without records does not return them."""

    async def open(self, consumer: Any, partitions: Iterable[TopicPartition]) -> None:
        """
        Start those of *partitions* that are assigned at their checkpoints.

        If Kafka does not return the bounds of a partition (it has no leader), it starts at its
        checkpoint unchecked: the fetch will return the fault, and the others need not wait. If it
        has no checkpoint either, it stays closed.
        """
        wanted = sorted(set(partitions) & consumer.assignment())
        if not wanted:
            return
        beginnings = await _offsets(consumer.beginning_offsets, wanted)
        await self._pool.execute(
            _SQL["open_checkpoints"],
            [p.topic for p in beginnings],
            [p.partition for p in beginnings],
            self._cluster_id,
            list(beginnings.values()),
        )
        topics, numbers = [p.topic for p in wanted], [p.partition for p in wanted]
        await self._pool.execute(_SQL["clear_stop"], topics, numbers, self._build)
        committed = dict(self._committed)
        rows = await self._pool.fetch(_SQL["read_checkpoints"], topics, numbers)
        # Read after the checkpoints: another process may still move a checkpoint.
        ends = await _offsets(consumer.end_offsets, wanted)
        for row in rows:
            partition = TopicPartition(row["topic"], row["partition"])
            self._check_stop(row)
            await self._check_fits(row, end=ends.get(partition))
            _check_age(row, committed)
            beginning = beginnings.get(partition, 0)
            offset = await self._skip_lost(row, beginning)
            if partition in consumer.assignment():  # it may have been taken away meanwhile
                if offset < beginning:
                    consumer.seek_past_deleted(partition, offset, beginning)
                else:
                    consumer.seek(partition, offset)
                self.expected[partition] = offset

    def ready(self, records: Iterable[Record]) -> list[Record]:
        """Return those of *records* that are next: per partition contiguous from its position."""
        following = dict(self.expected)
        ready = []
        for record in records:
            partition = TopicPartition(record.topic, record.partition)
            if following.get(partition) == record.offset:
                following[partition] = record.offset + 1
                ready.append(record)
        return ready

    def move(self, positions: Mapping[tuple[str, int], int]) -> None:
        """Move to *positions*, the next offsets after a commit."""
        for partition, offset in positions.items():
            self.expected[TopicPartition(*partition)] = offset
            self._committed[TopicPartition(*partition)] = offset

    async def lose(self, consumer: Any, partition: TopicPartition, *, until: int) -> None:
        """Record that everything below *until* is lost, and continue there."""
        await self._lose(partition, self.expected[partition], until)
        if partition in consumer.assignment():
            consumer.seek(partition, until)
            self.expected[partition] = until

    async def check_ends(self, consumer: Any) -> None:
        """
        Raise `CannotRun` if any checkpoint of the service does not fit its partition.

        A topic that was deleted and created again ends before its old checkpoints, and a restored
        database holds older ones.
        """
        committed = dict(self._committed)  # before the checkpoints: batches go on meanwhile
        rows = await self._pool.fetch(_SQL["read_every_checkpoint"])
        checkpoints = {TopicPartition(row["topic"], row["partition"]): row for row in rows}
        # Read after the checkpoints: other processes move them.
        ends = await _offsets(consumer.end_offsets, checkpoints.keys() & readable(consumer))
        self.ends = ends
        for partition, end in ends.items():
            await self._check_fits(checkpoints[partition], end=end)
            _check_age(checkpoints[partition], committed)

    def _check_stop(self, row: Any) -> None:
        if row["stopped_by"] == self._build:
            raise CannotRun(
                f"{row['topic']}/{row['partition']} was stopped after too many failed decisions by"
                f" this same build ({self._build}); deploy another, or: continuum resume"
                f" {self._service}"
            )

    async def _check_fits(self, row: Any, *, end: int | None) -> None:
        where = f"{row['topic']}/{row['partition']}"
        if row["refused_because"] is not None:
            raise CannotRun(f"{row['refused_because']}: continuum resume {self._service}")
        if row["cluster_id"] != self._cluster_id:
            raise CannotRun(
                f"{where}: the checkpoint belongs to cluster {row['cluster_id']}, this is"
                f" {self._cluster_id}; offsets mean nothing here: restore the right one"
            )
        position = row["next_offset"]
        if end is not None and position > end:
            reason = (
                f"{where}: the checkpoint {position} is beyond the end {end}: the topic was"
                f" deleted and created again, or lost the records {end}..{position - 1};"
                " nothing is taken in until a person decides"
            )
            # Stored: before the next start the topic may grow past the checkpoint and seem to fit.
            await self._pool.execute(
                _SQL["refuse_checkpoint"], row["topic"], row["partition"], reason
            )
            raise CannotRun(f"{reason}: continuum resume {self._service}")

    async def _skip_lost(self, row: Any, beginning: int) -> int:
        """
        Record deleted records below *beginning* as lost; return the next offset to take in.

        If deleted records are answered, it is up to `MOST_ANSWERED` below *beginning*.
        """
        expected: int = row["next_offset"]
        if expected >= beginning:
            return expected
        partition = TopicPartition(row["topic"], row["partition"])
        if not (self._answers_deleted and partition.topic.startswith(PARTICIPANTS)):
            return await self._lose(partition, expected, beginning)
        answered_from = beginning - MOST_ANSWERED
        if expected < answered_from:
            expected = await self._lose(partition, expected, answered_from)
        first = await self._pool.fetchval(_SQL["note_lost_range"], *partition, expected, beginning)
        if first is not None:  # after a restart it is known already
            _log_lost(partition, first, beginning)
        return expected

    async def _lose(self, partition: TopicPartition, expected: int, until: int) -> int:
        await self._pool.execute(_SQL["record_lost_range"], *partition, expected, until)
        _log_lost(partition, expected, until)
        return until


def _log_lost(partition: TopicPartition, first: int, until: int) -> None:
    log.error(
        "records.lost",
        topic=partition.topic,
        partition=partition.partition,
        offset=first,
        until=until,
    )


async def _offsets(
    ask: Callable[[list[TopicPartition]], Awaitable[dict[TopicPartition, int]]],
    partitions: Iterable[TopicPartition],
) -> dict[TopicPartition, int]:
    """Return the offsets of the partitions that Kafka answers for; raise if there are none."""

    async def within(some: list[TopicPartition]) -> dict[TopicPartition, int]:
        async with asyncio.timeout(_OFFSET_SECONDS):
            return await ask(some)

    every = sorted(partitions)
    try:
        return await within(every)
    except (KafkaError, TimeoutError):
        each = await asyncio.gather(*(within([p]) for p in every), return_exceptions=True)
        answers = [found for found in each if not isinstance(found, BaseException)]
        if not answers or any(isinstance(found, asyncio.CancelledError) for found in each):
            raise
        return {p: offset for found in answers for p, offset in found.items()}


def readable(consumer: Any) -> set[TopicPartition]:
    """Return all partitions of the subscribed topics, including those of other processes."""
    return {
        TopicPartition(topic, number)
        for topic in consumer.subscription()
        for number in consumer.partitions_for_topic(topic) or ()
    }


def _check_age(row: Any, committed: Mapping[TopicPartition, int]) -> None:
    before = committed.get(TopicPartition(row["topic"], row["partition"]), 0)
    if row["next_offset"] < before:
        raise CannotRun(
            f"{row['topic']}/{row['partition']}: the checkpoint is {row['next_offset']}, but was"
            f" {before}: {RESTORED}"
        )
