"""Consumers and topics of these tests alone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.group import LeaveGroupRequest
from confluent_kafka.admin import NewTopic

from deploy.local.stack import Stack
from deploy.provision.broker import admin_client
from deploy.stack.kafka import ADMIN
from shared.delivery import kafka
from shared.delivery.consumer import Consumer
from shared.process.outages import TRANSIENT
from shared.process.probes import Health
from shared.process.settings import ServiceSettings
from tests.integration.delivery.ledger import LedgerReader, event, ledger

KEPT, OTHER = "cri.test.kept.v1", "cri.test.other.v1"
METADATA_SECONDS = 5


@asynccontextmanager
async def consumer(
    settings: ServiceSettings,
    pool: "asyncpg.Pool[Any]",
    reader: LedgerReader,
    *,
    build: str = "1",
    topics: str = r"^cri\.int\.intake\.v1$",
    batched_topics: Sequence[str] = (),
    failed_starts: int = 0,
) -> AsyncIterator[Consumer]:
    """Yield a consumer that runs; each of the *failed_starts* before must raise an outage."""
    running = Consumer(
        service="routing",
        topics=topics,
        reader=reader,
        settings=settings,
        pool=pool,
        health=Health(),
        wakes=[],
        build=build,
        cluster_id=await kafka.cluster_id(settings),
        batched_topics=batched_topics,
    )
    for _ in range(failed_starts):
        with pytest.raises(TRANSIENT):
            await running.start()
    await running.start()
    try:
        yield running
    finally:
        await running.stop()
        if running.fatal.done():
            running.fatal.exception()


async def until(condition: Callable[[], Any], *, within: float = 30) -> None:
    async with asyncio.timeout(within):
        while not await condition():
            await asyncio.sleep(0.02)  # Postgres and Kafka tell nobody when it holds


class Topics:
    """Topics of these tests alone, which may be deleted."""

    def __init__(self, stack: Stack, producer: AIOKafkaProducer) -> None:
        user, password = stack.kafka_login(ADMIN)
        self._admin = admin_client(stack.kafka.servers, user=user, password=password)
        self._producer = producer

    async def make(self, name: str) -> None:
        topic = NewTopic(name, num_partitions=2, replication_factor=1)
        await asyncio.to_thread(self._admin.create_topics([topic])[name].result)
        await until(lambda: self._is_there(name))

    async def delete(self, name: str) -> None:
        await asyncio.to_thread(self._admin.delete_topics([name])[name].result)
        await until(lambda: self._is_gone(name))

    async def send(self, name: str, *subjects: str) -> None:
        """Send the first event of each subject to each partition in turn."""
        for place, subject in enumerate(subjects):
            value = event(subject, 1, topic=name)
            await self._producer.send_and_wait(name, value, partition=place % 2)

    async def _is_there(self, name: str) -> bool:
        found = (await asyncio.to_thread(self._admin.list_topics, timeout=5)).topics
        return name in found and len(found[name].partitions) == 2

    async def _is_gone(self, name: str) -> bool:
        return name not in (await asyncio.to_thread(self._admin.list_topics, timeout=5)).topics

    async def remove(self) -> None:
        for name in (KEPT, OTHER):
            if not await self._is_gone(name):
                await self.delete(name)


@asynccontextmanager
async def of_both(
    settings: ServiceSettings,
    pool: "asyncpg.Pool[Any]",
    reader: LedgerReader,
    *,
    batched_topics: Sequence[str] = (),
) -> AsyncIterator[Consumer]:
    """Run a consumer of both topics, watched as in a service."""
    both = r"^cri\.test\.\w+\.v1$"
    async with consumer(
        settings, pool, reader, topics=both, batched_topics=batched_topics
    ) as running:
        watching = asyncio.create_task(running.watch())
        try:
            yield running
        finally:
            watching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching


async def holds(pool: "asyncpg.Pool[Any]", *subjects: str) -> bool:
    return {entry.split("/")[0] for entry in await ledger(pool)} == set(subjects)


async def leave(settings: ServiceSettings) -> None:
    """Let every static member leave the group, or the next test's would wait for it to expire."""
    admin = AIOKafkaAdminClient(**kafka.security(settings))
    await admin.start()
    try:
        coordinator = await admin.find_coordinator("routing")
        (described,) = await admin.describe_consumer_groups(["routing"], coordinator)
        for group in described.groups:
            for member, *_ in group[5]:
                left = await admin._send_request(LeaveGroupRequest("routing", member), coordinator)
                assert left.error_code == 0, left
    finally:
        await admin.close()
