"""The broker limits each participant and unpacks what it sends, and shows it before it is used."""

import gzip
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.admin import (
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from deploy.local.stack import Stack
from deploy.provision.broker import admin_client
from deploy.provision.quota_requests import alter, describe
from deploy.stack.kafka import ADMIN
from tests.proofs.chaos.login import login

_HEADER = 61
"""Bytes of a batch before its records."""


@pytest.fixture
async def admin(stack: Stack) -> AsyncIterator[AIOKafkaAdminClient]:
    user, password = stack.kafka_login(ADMIN)
    client = AIOKafkaAdminClient(
        bootstrap_servers=stack.kafka.servers,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=user,
        sasl_plain_password=password,
    )
    await client.start()
    yield client
    await client.close()


def limits(stack: Stack) -> dict[str, dict[str, float]]:
    return {user: quota.limits() for user, quota in stack.quotas.items()}


def codecs_of(folder: Path) -> Iterator[int]:
    """Yield the codec of each batch that a broker has stored for a partition; 0 is none."""
    for segment in sorted(folder.glob("*.log")):
        stored, at = segment.read_bytes(), 0
        while at + _HEADER <= len(stored) and (length := int.from_bytes(stored[at + 8 : at + 12])):
            yield stored[at + 22] & 7
            at += 12 + length


async def test_a_provisioned_stack_shows_every_quota_on_every_broker(
    stack: Stack, admin: AIOKafkaAdminClient
) -> None:
    assert await describe(admin) == [limits(stack)]


def test_a_participant_is_told_its_quota(stack: Stack) -> None:
    accesses = stack.connection.participants

    for access in accesses.values():
        assert access.quota is not None
        assert access.quota.producer_byte_rate == 1_048_576


async def test_a_participant_that_sends_too_fast_is_slowed_down_and_loses_nothing(
    stack: Stack, admin: AIOKafkaAdminClient
) -> None:
    first = stack.participants[1].id
    throttled: list[Any] = []
    refused: list[KafkaError] = []
    await alter(admin, {first: {"producer_byte_rate": 16_384.0}})
    try:
        producer = Producer({**login(stack, first), "throttle_cb": throttled.append})

        def told(error: KafkaError | None, _: Message) -> None:
            refused.extend([error] if error else [])

        # Kafka looks at some ten seconds: so much at once is a little beyond them.
        for _ in range(25):
            producer.produce(f"cri.in.{first}.v1", b"x" * 10_000, on_delivery=told)
            producer.flush(10)
    finally:
        await alter(admin, {first: limits(stack)[first]})

    assert throttled
    assert refused == []


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_a_batch_of_any_codec_is_taken_and_stored_unpacked(stack: Stack, codec: str) -> None:
    first = stack.participants[2].id
    told: list[KafkaError | None] = []
    producer = Producer({**login(stack, first), "compression.codec": codec, "linger.ms": 50})

    for _ in range(20):
        producer.produce(
            f"cri.in.{first}.v1",
            b"the same again " * 50,
            on_delivery=lambda error, _: told.append(error),
        )
    producer.flush(10)

    assert told == [None] * 20
    folder = stack.state / "kafka" / "node-1" / "data" / f"cri.in.{first}.v1-0"
    assert set(codecs_of(folder)) == {0}


def test_a_batch_that_is_too_large_once_unpacked_is_refused_by_the_broker(stack: Stack) -> None:
    first = stack.participants[2].id
    told: list[KafkaError | None] = []
    value = b" " * 40 * 2**20
    producer = Producer(
        {**login(stack, first), "compression.codec": "gzip", "message.max.bytes": 100 * 2**20}
    )

    producer.produce(f"cri.in.{first}.v1", value, on_delivery=lambda error, _: told.append(error))
    producer.flush(20)

    assert len(gzip.compress(value)) < 100_000
    [error] = told
    assert error is not None
    assert error.code() == KafkaError.MSG_SIZE_TOO_LARGE


def test_a_topic_that_exists_is_brought_to_its_settings(stack: Stack) -> None:
    topic = f"cri.in.{stack.participants[3].id}.v1"
    admin = admin_client(stack.kafka.servers, user=ADMIN, password=stack.kafka.password)
    older = ConfigEntry(
        "compression.type", "producer", incremental_operation=AlterConfigOpType.SET
    )
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[older])
    for future in admin.incremental_alter_configs([resource]).values():
        future.result()

    changes = stack.provision()

    assert changes.settings == 1
    (described,) = admin.describe_configs([ConfigResource(ResourceType.TOPIC, topic)]).values()
    assert described.result()["compression.type"].value == "uncompressed"
