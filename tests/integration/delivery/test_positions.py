"""Where a process starts: checkpoints that other processes move, topics that go on growing."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from shared.delivery import kafka
from shared.delivery.reading.fetching import FetchingConsumer
from shared.delivery.reading.positions import CannotRun, Positions
from shared.process.settings import ServiceSettings
from tests.integration.delivery.consumers import KEPT, Topics

PLACE = TopicPartition(KEPT, 0)


class Growing(FetchingConsumer):
    """After each answer about offsets, another process takes in a record that is new then."""

    def __init__(self, pool: "asyncpg.Pool[Any]", settings: ServiceSettings) -> None:
        super().__init__(**kafka.security(settings), enable_auto_commit=False)
        self._pool = pool
        self._security = kafka.security(settings)
        self.position = 0

    async def beginning_offsets(self, partitions: Any) -> Any:
        found = await super().beginning_offsets(partitions)
        await self._grow()
        return found

    async def end_offsets(self, partitions: Any) -> Any:
        found = await super().end_offsets(partitions)
        await self._grow()
        return found

    async def _grow(self) -> None:
        async with AIOKafkaProducer(**self._security) as producer:
            sent = await producer.send_and_wait(KEPT, b"event", partition=0)
        self.position = sent.offset + 1
        await self._pool.execute("UPDATE checkpoints SET next_offset = $1", self.position)


@pytest.fixture
async def growing(
    pool: "asyncpg.Pool[Any]", any_topic: ServiceSettings, topics: Topics
) -> AsyncIterator[Growing]:
    consumer = Growing(pool, any_topic)
    await consumer.start()
    try:
        consumer.assign([PLACE])
        yield consumer
    finally:
        await consumer.stop()


async def test_a_partition_that_moves_on_while_it_is_opened_is_not_refused(
    pool: "asyncpg.Pool[Any]", any_topic: ServiceSettings, growing: Growing
) -> None:
    cluster = await kafka.cluster_id(any_topic)
    positions = Positions(pool, service="routing", build="1", cluster_id=cluster)
    await positions.open(growing, [PLACE])  # makes the checkpoint
    before = growing.position

    await positions.open(growing, [PLACE])

    assert before <= positions.expected[PLACE] <= growing.position
    assert await pool.fetchval("SELECT refused_because FROM checkpoints") is None


async def test_a_database_older_than_what_this_process_committed_stops_the_process(
    pool: "asyncpg.Pool[Any]", any_topic: ServiceSettings, topics: Topics
) -> None:
    """A process that went on would decide again, under numbers that it has given."""
    await topics.send(KEPT, "A", "of partition 1", "B")
    cluster = await kafka.cluster_id(any_topic)
    positions = Positions(pool, service="routing", build="1", cluster_id=cluster)
    set_to = "UPDATE checkpoints SET next_offset = $1"
    async with FetchingConsumer(**kafka.security(any_topic), enable_auto_commit=False) as consumer:
        consumer.assign([PLACE])
        await positions.open(consumer, [PLACE])
        await pool.execute(set_to, 2)
        positions.move({PLACE: 2})
        await positions.open(consumer, [PLACE])

        await pool.execute(set_to, 1)

        with pytest.raises(CannotRun, match="the database was restored"):
            await positions.open(consumer, [PLACE])
    assert await pool.fetchval("SELECT refused_because FROM checkpoints") is None


async def test_a_batch_that_commits_while_checkpoints_are_compared_is_no_restored_database(
    pool: "asyncpg.Pool[Any]", any_topic: ServiceSettings, topics: Topics
) -> None:
    await topics.send(KEPT, "A", "of partition 1", "B")
    cluster = await kafka.cluster_id(any_topic)
    positions = Positions(pool, service="routing", build="1", cluster_id=cluster)

    class Committing(FetchingConsumer):
        async def end_offsets(self, partitions: Any) -> Any:
            await pool.execute("UPDATE checkpoints SET next_offset = 2")
            positions.move({PLACE: 2})
            return await super().end_offsets(partitions)

    async with Committing(**kafka.security(any_topic), enable_auto_commit=False) as consumer:
        consumer.assign([PLACE])
        await positions.open(consumer, [PLACE])
        await pool.execute("UPDATE checkpoints SET next_offset = 1")
        positions = Positions(pool, service="routing", build="1", cluster_id=cluster)

        await positions.check_ends(consumer)

    assert positions.expected == {PLACE: 2}
