"""Batches of raw records from Kafka, passed on by FastStream's subscriber."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage
from faststream.security import SASLScram512

from shared.delivery import kafka
from shared.delivery.reading.buffer import Fault
from shared.delivery.reading.fetching import FetchingConsumer
from shared.delivery.records import Record
from shared.process.backoff import Backoff
from shared.process.settings import ServiceSettings

log = structlog.get_logger()
FETCH_BYTES = 4_194_304
PARTITION_BYTES = 1_048_576
DRAIN_SECONDS = 20
"""How long a running batch may still take at a rebalance or when the service stops."""
_LOOK_SECONDS = 1.0


class Batches:
    """
    Calls *receive* with the records from *positions* on, one batch at a time.

    Records that *receive* does not take in are offered again. Offsets are neither read from Kafka
    nor committed here. *meet* gets each fault of a partition, *end* each error that must stop the
    service: if FastStream saw an exception, it would sleep and retry without logging it. After a
    batch that took all waiting records of *batched_topics*, these topics are not fetched for
    ``batch_wait_ms``, so that their records gather into the next one.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        service: str,
        topics: str,
        batched_topics: Collection[str],
        listener: ConsumerRebalanceListener,
        positions: Callable[[], Mapping[TopicPartition, int]],
        receive: Callable[[Sequence[Record]], Awaitable[None]],
        meet: Callable[[FetchingConsumer, Fault], Awaitable[None]],
        end: Callable[[BaseException], None],
    ) -> None:
        self._settings = settings
        self._positions = positions
        self._meet = meet
        self._end = end
        self._backoff = Backoff()
        self._batched_topics = frozenset(batched_topics)
        self._broker = KafkaBroker(
            settings.kafka_servers,
            security=SASLScram512(
                username=settings.kafka_user,
                password=settings.kafka_password.get_secret_value(),
                use_ssl=settings.kafka_security == "SASL_SSL",
                ssl_context=kafka.ssl_context(settings),
            ),
            logger=None,
            apply_types=False,
            graceful_timeout=DRAIN_SECONDS,
            allow_auto_create_topics=False,
            metadata_max_age_ms=settings.metadata_max_age_ms,
        )
        self._subscriber = self._broker.subscriber(
            pattern=topics,
            group_id=service,
            batch=True,
            max_records=settings.batch_records,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            listener=listener,
            parser=_unread,
            decoder=_raw_records,
            no_reply=True,
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=max(settings.session_timeout_ms // 4, 500),
            rebalance_timeout_ms=(DRAIN_SECONDS + 10) * 1000,
            max_poll_interval_ms=300_000,
            max_partition_fetch_bytes=PARTITION_BYTES,
            fetch_max_bytes=FETCH_BYTES,
            fetch_max_wait_ms=200,
            group_instance_id=settings.instance,
        )
        self._subscriber(receive)
        # Replaced: FastStream's own method sleeps after each poll without records.
        self._subscriber.get_msg = self._look  # type: ignore[method-assign]

    @property
    def consumer(self) -> Any:
        """The client's consumer; None before the start and after the stop."""
        return self._subscriber.consumer

    async def start(self) -> None:
        """Join the group; batches come once it has assigned. After a failure, start again."""
        await self._broker.connect()
        config = self._broker.config.broker_config
        assert isinstance(config.builder, partial)
        ours = {
            "batched_topics": self._batched_topics,
            "gather_seconds": self._settings.batch_wait_ms / 1000,
        }
        config.builder = partial(FetchingConsumer, **{**config.builder.keywords, **ours})
        try:
            await self._broker.start()
        except BaseException:
            await self._subscriber.stop()  # it would stay a member of the group
            raise

    async def stop(self) -> None:
        """Stop fetching and leave the group."""
        await self._broker.stop()

    def forget(self) -> None:
        """Drop all fetched records, because the assignment changes."""
        if self.consumer is not None:
            self.consumer.forget()

    async def _look(self, consumer: FetchingConsumer) -> tuple[Record, ...]:
        """Return the next records as soon as there are any; none after one second."""
        try:
            records = await self._look_once(consumer)
        except ConsumerStoppedError:
            raise
        except KafkaError as error:
            pause = self._backoff.next_delay()
            log.warning("fetch.failed", **{"error.type": type(error).__name__}, pause_s=pause)
            await asyncio.sleep(pause)
        except Exception as error:
            self._end(error)
            await asyncio.sleep(_LOOK_SECONDS)  # until the service has ended
        else:
            self._backoff.reset()
            return records
        return ()

    async def _look_once(self, consumer: FetchingConsumer) -> tuple[Record, ...]:
        most = self._settings.batch_records
        found = await consumer.look(self._positions(), most, seconds=_LOOK_SECONDS)
        for fault in found.faults:
            await self._meet(consumer, fault)
        return tuple(found.records)


async def _unread(found: tuple[Record, ...]) -> KafkaMessage:
    """
    Return FastStream's message for a batch without reading its records.

    FastStream's parser fails on headers that are null or not text, and would lose the batch.
    """
    return KafkaMessage(found, b"", consumer=FAKE_CONSUMER)


async def _raw_records(message: Any) -> Any:
    """Return the raw records for FastStream's handler."""
    return message.raw_message
