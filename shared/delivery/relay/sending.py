"""Sends rows of the outbox to Kafka: one batch per partition, in order, stopping at a failure."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, UnknownTopicOrPartitionError
from asyncpg import Record as Row

from shared.delivery import kafka
from shared.delivery.relay.outbox import decode_headers
from shared.delivery.traces import Places
from shared.process import crash_points
from shared.process.settings import ServiceSettings

log = structlog.get_logger()
BATCH_BYTES = 262_144
MESSAGE_BYTES = 2_097_152
DEAD_LETTER_BYTES = 3_145_728
_CLOSE_SECONDS = 5


async def new_producer(settings: ServiceSettings) -> AIOKafkaProducer:
    """Return an idempotent producer that has started, as the service's own user."""
    producer = AIOKafkaProducer(
        **kafka.security(settings),
        enable_idempotence=True,
        acks="all",
        max_batch_size=BATCH_BYTES,
        max_request_size=DEAD_LETTER_BYTES + 65_536,
        request_timeout_ms=15_000,
    )
    try:
        await producer.start()
    except BaseException:  # also if cancelled: a half-started producer keeps its sockets
        await close(producer)
        raise
    return producer


async def close(producer: AIOKafkaProducer) -> None:
    """
    Close *producer*, also if cancelled meanwhile: its sockets would stay open.

    Gives up after five seconds if messages can no longer be sent.
    """
    stopping = asyncio.create_task(producer.stop())
    try:
        await asyncio.wait([stopping], timeout=_CLOSE_SECONDS)
    except asyncio.CancelledError:
        await asyncio.wait([stopping], timeout=_CLOSE_SECONDS)
        raise
    finally:
        if not stopping.done() or isinstance(stopping.exception(), KafkaError):
            stopping.cancel()
            log.warning("relay.producer_abandoned")


async def send(
    producer: AIOKafkaProducer, rows: Sequence[Row], places: Places | None
) -> tuple[list[int], Exception | None]:
    """
    Send *rows* in order, each partition by itself; return acknowledged ids and first failure.

    *places*, if given, gets the partition and offset of each acknowledged row.
    """
    by_partition: dict[tuple[str, int], list[Row]] = defaultdict(list)
    try:
        for row in rows:
            partitions = await _partitions(producer, row["topic"])
            number = kafka.partition_of(row["key"], partitions)
            by_partition[row["topic"], number].append(row)
            _check_size(row)
    except KafkaError as error:
        return [], error
    sends = []
    for (topic, number), found in by_partition.items():
        sends.append(asyncio.create_task(_send_partition(producer, topic, number, found, places)))
    sent: list[int] = []
    failure: Exception | None = None
    for acknowledged, problem in await asyncio.gather(*sends):
        sent += acknowledged
        failure = failure or problem
    return sent, failure


async def _partitions(producer: AIOKafkaProducer, topic: str) -> int:
    """
    Return how many partitions *topic* has.

    Raises `UnknownTopicOrPartitionError` only if the cluster answers that the topic is unknown.
    """
    found = producer.client.cluster.partitions_for_topic(topic)
    if found is None:
        everything = await producer.client.fetch_all_metadata()
        if topic not in everything.topics():
            raise UnknownTopicOrPartitionError(topic)
        found = await producer.partitions_for(topic)
    return len(found)


def _check_size(row: Row) -> None:
    dead = row["topic"].startswith("cri.dlq.")
    limit = DEAD_LETTER_BYTES if dead else MESSAGE_BYTES
    if len(row["value"] or b"") + len(row["key"] or b"") + len(row["headers"]) > limit - 1024:
        raise MessageSizeTooLargeError(f"{row['topic']}: over {limit} bytes")


async def _send_partition(
    producer: AIOKafkaProducer,
    topic: str,
    partition: int,
    rows: Sequence[Row],
    places: Places | None,
) -> tuple[list[int], Exception | None]:
    """Send *rows* of one partition in order; stop at the first batch that fails."""
    sent: list[int] = []
    position = 0
    while position < len(rows):
        batch = producer.create_batch()
        ids = []
        while position < len(rows):
            row = rows[position]
            metadata = batch.append(
                timestamp=None,
                key=row["key"],
                value=row["value"],
                headers=decode_headers(row["headers"]) if row["headers"] else [],
            )
            if metadata is None:
                break
            ids.append(row["id"])
            position += 1
        batch.close()
        try:
            future = await producer.send_batch(batch, topic, partition=partition)
            crash_points.reach_soon("relay.after_send_before_ack")
            metadata = await future
        except KafkaError as error:
            return sent, error
        sent += ids
        if places is not None:
            places.update(_places(ids, partition, metadata.offset))
    return sent, None


def _places(ids: Sequence[int], partition: int, first: int) -> Places:
    """Return partition and offset of *ids*; -1 for a batch that Kafka already had."""
    return {
        identity: (partition, first + number if first >= 0 else first)
        for number, identity in enumerate(ids)
    }
