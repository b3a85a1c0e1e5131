"""A real log, a service that has taken it in, and its tables computed again."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from continuum.access import Access
from continuum.rebuild.log import Log
from continuum.rebuild.run import Order, rebuild
from deploy.local.stack import Stack
from deploy.provision.broker import admin_client
from deploy.stack.kafka import ADMIN
from shared.contracts import intake, notifications, reference, reporting, routing
from shared.contracts.event import Event
from shared.delivery.kafka import partition_of
from shared.delivery.records import Record, from_kafka
from shared.delivery.take_in.reader import Reader
from shared.delivery.take_in.take_in import take_in
from shared.postgres.pool import LIMITS
from tests.examples.roles import access_to

TOPICS = {
    intake.TOPIC: 6,
    routing.TOPIC: 6,
    reference.TOPIC: 1,
    notifications.TOPIC: 6,
    notifications.MAIL_TOPIC: 6,
    reporting.TOPIC: 6,
}


@dataclass
class Rebuilt:
    """A log, and the database of a service that has taken it in."""

    service: str
    reader: Reader[Any]
    pool: "asyncpg.Pool[Any]"
    access: Access
    log: Log
    producer: Any

    async def publish(self, topic: str, event: Event | bytes) -> Record:
        """Send *event* and return it as it stands on the log."""
        value = event if isinstance(event, bytes) else event.encode()
        keyed_by = "subject" if topic == reporting.TOPIC else "correlationid"
        key = str(json.loads(value)[keyed_by]).encode()
        partition = partition_of(key, TOPICS[topic])
        told = await self.producer.send_and_wait(topic, value, key, partition)
        start, end = told.offset, told.offset + 1
        async for found in self.log.records((topic, partition), start=start, end=end):
            return from_kafka(found[0])
        raise AssertionError(f"{topic}/{partition}/{start} is not there")

    async def take_in(self, events: Iterable[tuple[str, Event | bytes]]) -> None:
        """Send *events* and have the service take them in, each partition in one batch."""
        sent: dict[tuple[str, int], list[Record]] = {}
        for topic, event in events:
            record = await self.publish(topic, event)
            sent.setdefault((topic, record.partition), []).append(record)
        for records in sent.values():
            await take_in(self.pool, self.reader, records, service=self.service)

    async def rebuild(self, **changes: Any) -> tuple[list[str], bool]:
        values: dict[str, Any] = {
            "service": self.service,
            "effects": "silently",
            "by": "someone",
            "why": "checked",
            "yes": False,
        }
        order = Order(**{**values, **changes})
        return await rebuild(self.access, self.log, order, say=print)

    async def alter(self, statement: str) -> None:
        """Do as the owner of the database what its service may not."""
        owner = await asyncpg.connect(self.access.owners[self.service])
        await owner.execute(statement)
        await owner.close()

    async def count(self, table: str) -> int:
        counted: int = await self.pool.fetchval(f"SELECT count(*) FROM {table}")
        return counted


def log_as(stack: Stack, user: str, password: str) -> Log:
    return Log(tuple(stack.kafka.servers), "SASL_PLAINTEXT", user, password)


async def empty(stack: Stack, topic: str) -> None:
    """Make *topic* anew: other tests have written there."""
    admin = admin_client(stack.kafka.servers, user=ADMIN, password=stack.kafka.password)

    async def is_there() -> bool:
        listed = await asyncio.to_thread(admin.list_topics, timeout=10)
        return topic in listed.topics

    async with asyncio.timeout(30):
        await asyncio.to_thread(admin.delete_topics([topic])[topic].result)
        while await is_there():
            await asyncio.sleep(0.05)  # Kafka tells nobody when a topic is gone
        await asyncio.to_thread(stack.provision)
        while not await is_there():
            await asyncio.sleep(0.05)  # nor when it is there


@asynccontextmanager
async def rebuilt(
    stack: Stack, dsn: str, service: str, reader: Reader[Any]
) -> AsyncIterator[Rebuilt]:
    """Open a service whose checkpoints begin where the log, which other tests write to, ends."""
    access = access_to(stack, {service: dsn})
    producer = AIOKafkaProducer(
        bootstrap_servers=stack.kafka.servers,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=ADMIN,
        sasl_plain_password=stack.kafka.password,
    )
    log = log_as(stack, ADMIN, stack.kafka.password)
    if service == "routing":
        await empty(stack, routing.TOPIC)
    await producer.start()
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=LIMITS) as pool:
        for topic, partitions in TOPICS.items():
            for partition in range(partitions):
                end = await log.end((topic, partition))
                await pool.execute(
                    "INSERT INTO checkpoints"
                    " (topic, partition, cluster_id, first_offset, next_offset)"
                    " VALUES ($1, $2, 'c', $3, $3)",
                    topic,
                    partition,
                    end,
                )
        yield Rebuilt(service, reader, pool, access, log, producer)
    await producer.stop()
