"""What the client raises for all partitions, and what it cannot say of one when they open."""

import asyncio
from typing import Any

import asyncpg
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, UnsupportedCodecError
from structlog.testing import capture_logs

from shared.delivery import kafka
from shared.delivery.reading.fetching import FetchingConsumer
from shared.delivery.reading.positions import Positions
from shared.process.settings import ServiceSettings
from tests.examples.batches import batch
from tests.integration.delivery.consumers import consumer, until
from tests.integration.delivery.participants import BOTH, GOOD, DoorReader, Participants, holds

Pool = asyncpg.Pool


@pytest.mark.parametrize("error", [UnsupportedCodecError("zstd"), KafkaConnectionError("away")])
async def test_what_the_client_raises_for_everything_is_logged_and_tried_again_at_once(
    pool: "Pool[Any]",
    any_topic: ServiceSettings,
    door: Participants,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    raised = [error]
    look = FetchingConsumer.look

    async def failing(self: FetchingConsumer, *arguments: Any, **named: Any) -> Any:
        if raised:
            raise raised.pop()
        return await look(self, *arguments, **named)

    monkeypatch.setattr(FetchingConsumer, "look", failing)
    with capture_logs() as logs:
        async with consumer(any_topic, pool, DoorReader(), topics=BOTH):
            await door.send(GOOD, batch(b"other"))
            await until(lambda: holds(pool, "good/0/other"), within=4)  # FastStream: 5 s or 15 s

    (line,) = [line for line in logs if line["event"] == "fetch.failed"]
    assert line["error.type"] == type(error).__name__


async def test_a_bug_in_reading_ends_the_service(
    pool: "Pool[Any]",
    any_topic: ServiceSettings,
    door: Participants,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(FetchingConsumer, "look", broken)
    async with consumer(any_topic, pool, DoorReader(), topics=BOTH) as running:
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(asyncio.shield(running.fatal), 10)


async def test_a_partition_that_kafka_tells_nothing_of_keeps_no_other_closed(
    pool: "Pool[Any]",
    any_topic: ServiceSettings,
    door: Participants,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "shared.delivery.reading.positions._OFFSET_SECONDS", 2
    )  # waited for four times
    gone = "cri.in.test-gone.v1"
    cluster = await kafka.cluster_id(any_topic)
    positions = Positions(pool, service="routing", build="1", cluster_id=cluster)
    await pool.execute(
        "INSERT INTO checkpoints (topic, partition, cluster_id, first_offset, next_offset)"
        " VALUES ($1, 0, $2, 3, 3)",
        gone,
        cluster,
    )
    consumer = FetchingConsumer(**kafka.security(any_topic), enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(gone, 0), TopicPartition(GOOD, 0)]
        consumer.assign(places)

        await positions.open(consumer, places)

        assert positions.expected == {places[0]: 3, places[1]: 0}
        await door.send(GOOD, batch(b"other"))
        found = await consumer.look(positions.expected, 10, seconds=10)
        assert [(r.topic, r.value) for r in found.records] == [(GOOD, b"other")]
    finally:
        await consumer.stop()
