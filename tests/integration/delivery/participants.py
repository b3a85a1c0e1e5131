"""Participants' topics of these tests alone, what is put on them, and who reads them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import NotLeaderForPartitionError, UnknownTopicOrPartitionError
from aiokafka.protocol.produce import ProduceRequest
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from deploy.local.stack import Stack
from deploy.provision.broker import admin_client
from deploy.stack.kafka import ADMIN
from shared.delivery import kafka
from shared.delivery.records import DELETED, Item, Record, Taken
from shared.process.settings import ServiceSettings
from tests.integration.delivery.consumers import until
from tests.integration.delivery.ledger import LedgerReader, State, ledger

BAD, GOOD = "cri.in.test-bad.v1", "cri.in.test-good.v1"
BOTH = r"^cri\.in\.test-\w+\.v1$"
OWN = "cri.test.own.v1"
_DESCRIBE = AclOperation.DESCRIBE


class DoorReader(LedgerReader):
    """Writes down the value of each record, or how it was answered without having been read."""

    def parse(self, record: Record) -> Item:
        return Item(record, record.value, record.coordinate)

    def unprocessable(self, record: Record) -> Item:
        answer = b"deleted" if record.unreadable == DELETED else b"not_processable"
        return Item(record, answer, record.coordinate)

    def decide(self, state: State, item: Item) -> Taken:
        name = item.record.topic.split(".")[2].removeprefix("test-")
        state.entries.append(f"{name}/{item.record.offset}/{(item.message or b'').decode()}")
        is_refused = item.message in (b"not_processable", b"deleted")
        return Taken("refused" if is_refused else "applied")


class Participants:
    """The topics, and batches put on them byte for byte."""

    def __init__(self, stack: Stack, client: AIOKafkaClient) -> None:
        user, password = stack.kafka_login(ADMIN)
        self._stack = stack
        self._admin = admin_client(stack.kafka.servers, user=user, password=password)
        self._client = client

    async def make(self, *names: str) -> None:
        await self.remove(*names)
        config = {
            "compression.type": "producer",
            "max.message.bytes": "2097152",
            "message.timestamp.type": "LogAppendTime",
        }
        topics = [
            NewTopic(n, num_partitions=1, replication_factor=1, config=config) for n in names
        ]
        for made in self._admin.create_topics(topics).values():
            await asyncio.to_thread(made.result)
        await until(lambda: self._are_there(names))

    async def remove(self, *names: str) -> None:
        there = await self._listed()
        if gone := [name for name in names if name in there]:
            for deleted in self._admin.delete_topics(gone).values():
                await asyncio.to_thread(deleted.result)
            await until(lambda: self._are_gone(gone))

    async def send(self, topic: str, *batches: bytes) -> int:
        """Put *batches* on *topic* as they are; return the first offset of the last one."""
        offset = -1
        for data in batches:
            async with asyncio.timeout(30):
                while (found := await self._send(topic, data)) is None:
                    await self._client.force_metadata_update()  # the topic is new
            offset = found
        return offset

    async def _send(self, topic: str, data: bytes) -> int | None:
        """Return the offset of the batch's first record; None if its leader is not known yet."""
        leader = self._client.cluster.leader_for_partition(TopicPartition(topic, 0))
        if leader is None:
            self._client.add_topic(topic)
            return None
        request = ProduceRequest(None, -1, 10_000, [(topic, [(0, data)])])
        response = await self._client.send(leader, request)
        ((_, ((_, code, offset, *_),)),) = response.topics
        if code in (UnknownTopicOrPartitionError.errno, NotLeaderForPartitionError.errno):
            return None
        assert code == 0, code
        return int(offset)

    async def delete_records(self, topic: str, *, before: int) -> None:
        place = Place(topic, 0, before)
        await asyncio.to_thread(self._admin.delete_records([place])[place].result)

    def replace_on_disk(self, topic: str, old: bytes, new: bytes) -> None:
        """Change bytes of the log behind the broker's back, as a bad disk does."""
        assert len(old) == len(new)
        folder = self._stack.state / "kafka" / "node-1" / "data" / f"{topic}-0"
        with (folder / f"{0:020}.log").open("r+b") as log:
            place = log.read().index(old)
            log.seek(place)
            log.write(new)

    async def allow(self, user: str, topic: str) -> None:
        rules = [self._rule(user, topic, what) for what in (AclOperation.READ, _DESCRIBE)]
        for made in self._admin.create_acls(rules).values():
            await asyncio.to_thread(made.result)

    async def forbid_reading(self, user: str, topic: str) -> None:
        rule = self._rule(user, topic, AclOperation.READ, of=AclBindingFilter)
        for gone in self._admin.delete_acls([rule]).values():
            await asyncio.to_thread(gone.result)

    def _rule(self, user: str, topic: str, what: AclOperation, of: Any = AclBinding) -> Any:
        return of(
            ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, f"User:{user}", "*", what,
            AclPermissionType.ALLOW,
        )  # fmt: skip

    async def _listed(self) -> Any:
        return (await asyncio.to_thread(self._admin.list_topics, timeout=5)).topics

    async def _are_there(self, names: Sequence[str]) -> bool:
        there = await self._listed()
        return all(name in there and len(there[name].partitions) == 1 for name in names)

    async def _are_gone(self, names: Sequence[str]) -> bool:
        return not set(names) & set(await self._listed())


@asynccontextmanager
async def participants(stack: Stack, settings: ServiceSettings) -> AsyncIterator[Participants]:
    client = AIOKafkaClient(**kafka.security(settings))
    await client.bootstrap()
    topics = Participants(stack, client)
    await topics.make(BAD, GOOD, OWN)
    try:
        yield topics
    finally:
        await topics.remove(BAD, GOOD, OWN)
        await client.close()


async def holds(pool: "asyncpg.Pool[Any]", *entries: str) -> bool:
    return set(entries) <= set(await ledger(pool))
