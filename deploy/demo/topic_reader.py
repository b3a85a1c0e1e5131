"""Reads topics from their beginning, as a member of no group."""

import json
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer


class TopicReader:
    """Reads on from where it is, up to the present end."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    async def read_on(self) -> list[tuple[str, Any]]:
        """Return (topic, message) of all records up to the present ends; wait briefly for some."""
        found: list[tuple[str, Any]] = []
        ends = await self._consumer.end_offsets(self._consumer.assignment())
        while True:
            batches = await self._consumer.getmany(timeout_ms=500)
            for place, records in batches.items():
                found += [(place.topic, json.loads(record.value)) for record in records]
            if all([await self._consumer.position(at) >= end for at, end in ends.items()]):
                return found


@asynccontextmanager
async def reading(
    topics: Collection[str], servers: Sequence[str], *, user: str, password: str
) -> AsyncIterator[TopicReader]:
    """Read *topics* with the login of a service."""
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=list(servers),
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=user,
        sasl_plain_password=password,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        yield TopicReader(consumer)
    finally:
        await consumer.stop()
