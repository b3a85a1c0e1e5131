"""Raw batches of a service's topics from Kafka, as FastStream's subscriber hands them over."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from itertools import chain
from typing import Any

from aiokafka import ConsumerRebalanceListener, ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage
from faststream.security import SASLScram512

from shared.messaging import kafka
from shared.runtime.settings import ServiceSettings

FETCH_BYTES = 4_194_304
DRAIN_SECONDS = 20
"""How long a batch that runs may still take when its partitions go, or the service stops."""
_LOOK_SECONDS = 1.0


class Batches:
    """
    Calls *receive* with what there is, one batch at a time.

    Offsets are never taken from Kafka nor committed here. Topics that *may_wait* are left alone
    for a moment (``batch_wait_ms``) after each look that found some: their records gather.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        service: str,
        topics: str,
        may_wait: Collection[str],
        listener: ConsumerRebalanceListener,
        receive: Callable[[Sequence[ConsumerRecord]], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._may_wait = frozenset(may_wait)
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
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_bytes=FETCH_BYTES,
            fetch_max_wait_ms=200,
            group_instance_id=settings.instance,
            check_crcs=False,
        )
        self._subscriber(receive)
        # FastStream's own sleeps after each look that found nothing, so it must look all the time.
        self._subscriber.get_msg = self._look  # type: ignore[method-assign]

    @property
    def consumer(self) -> Any:
        """The client's consumer; None before the start and after the stop."""
        return self._subscriber.consumer

    async def start(self) -> None:
        """Join the group; batches come once partitions are assigned."""
        await self._broker.start()

    async def stop(self) -> None:
        """Fetch no more, and leave the group."""
        await self._broker.stop()

    async def _look(self, consumer: Any) -> tuple[ConsumerRecord, ...]:
        """Return the next records as soon as there are any; none after a second without."""
        most = self._settings.batch_records
        found = await consumer.getmany(timeout_ms=_LOOK_SECONDS * 1000, max_records=most)
        records = tuple(chain.from_iterable(found.values()))
        if len(records) < most and any(partition.topic in self._may_wait for partition in found):
            self._let_gather(consumer)
        return records

    def _let_gather(self, consumer: Any) -> None:
        """Fetch nothing for a moment of what may wait; of others Kafka is asked meanwhile."""
        gathering = [p for p in consumer.assignment() if p.topic in self._may_wait]
        consumer.pause(*gathering)
        seconds = self._settings.batch_wait_ms / 1000

        def fetch_again() -> None:
            consumer.resume(*consumer.assignment().intersection(gathering))

        asyncio.get_running_loop().call_later(seconds, fetch_again)


async def _unread(found: tuple[ConsumerRecord, ...]) -> KafkaMessage:
    """
    Give FastStream's message for a batch without a look into its records.

    Its own parser fails on a header that is null or no text, and the batch is lost for good.
    """
    return KafkaMessage(found, b"", consumer=FAKE_CONSUMER)


async def _raw_records(message: Any) -> Any:
    """Give FastStream's handler the records as they came from Kafka."""
    return message.raw_message
