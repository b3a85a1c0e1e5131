"""Records holds are known when all is read that may set them."""

from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from shared.delivery import kafka
from shared.delivery.restore.own_log import opened
from shared.process.settings import ServiceSettings
from shared.retention.holds import ReadHolds
from tests.integration.delivery.ledger import TOPIC, event

Pool = asyncpg.Pool
NAMES = rf"^{TOPIC}$"


async def read_all(pool: "Pool[Any]", settings: ServiceSettings) -> None:
    """Let the service have read every partition to its end."""
    async with opened(settings, NAMES) as topics:
        ends = await topics.ends()
    await pool.execute("DELETE FROM checkpoints")
    await pool.executemany(
        "INSERT INTO checkpoints (topic, partition, cluster_id, first_offset, next_offset)"
        " VALUES ($1, $2, 'c', 0, $3)",
        [(*partition, end) for partition, end in ends.items()],
    )


async def test_holds_are_known_until_something_is_written_that_is_not_read(
    pool: "Pool[Any]", settings: ServiceSettings
) -> None:
    knows = ReadHolds(settings, topics=NAMES)
    await read_all(pool, settings)
    assert await knows(pool)

    async with AIOKafkaProducer(**kafka.security(settings)) as producer:
        await producer.send_and_wait(TOPIC, event("a", 1), partition=3)

    assert not await knows(pool)
    await read_all(pool, settings)
    assert await knows(pool)


async def test_before_anything_is_read_holds_are_not_known(
    pool: "Pool[Any]", settings: ServiceSettings
) -> None:
    async with AIOKafkaProducer(**kafka.security(settings)) as producer:
        await producer.send_and_wait(TOPIC, event("a", 1), partition=3)

    assert not await ReadHolds(settings, topics=NAMES)(pool)


async def test_where_there_is_no_topic_holds_are_not_known(
    pool: "Pool[Any]", settings: ServiceSettings
) -> None:
    assert not await ReadHolds(settings, topics=r"^cri\.int\.none\.v1$")(pool)
