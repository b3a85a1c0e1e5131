"""The broker allows what the design says and nothing else, asked for every principal and topic."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)
from confluent_kafka import Consumer, KafkaException
from confluent_kafka import KafkaError as ConfluentError
from confluent_kafka import TopicPartition as ConfluentTopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from deploy.local.stack import Stack
from deploy.provision.broker import admin_client


def client(stack: Stack, member: str) -> AdminClient:
    user, password = stack.kafka_login(member)
    return admin_client(stack.kafka.servers, user=user, password=password)


def login(stack: Stack, member: str, password: str | None) -> dict[str, Any]:
    user, own = stack.kafka_login(member)
    return {
        "bootstrap_servers": stack.kafka.servers,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": user,
        "sasl_plain_password": password or own,
    }


@asynccontextmanager
async def producer(
    stack: Stack, member: str, *, password: str | None = None
) -> AsyncIterator[AIOKafkaProducer]:
    sending = AIOKafkaProducer(**login(stack, member, password), enable_idempotence=True)
    try:
        await sending.start()
        yield sending
    finally:
        await sending.stop()


@asynccontextmanager
async def consumer(
    stack: Stack, member: str, topic: str, group: str | None
) -> AsyncIterator[AIOKafkaConsumer]:
    """Read a topic from its beginning, in a group or, with None, alone."""
    reading = AIOKafkaConsumer(
        *([topic] if group else []),
        **login(stack, member, None),
        group_id=group,
        auto_offset_reset="earliest",
    )
    try:
        await reading.start()
        yield reading
    finally:
        await reading.stop()


@pytest.mark.parametrize(
    ("member", "group"),
    [("intake", "routing"), ("first", "second.group"), ("first", "first"), ("first", "intake")],
)
async def test_a_group_of_another_is_refused(stack: Stack, member: str, group: str) -> None:
    first, second = (each.id for each in stack.participants[1:3])
    names = {"first": first, "second.group": f"{second}.group"}
    topic = "cri.int.reference.v1" if member == "intake" else "cri.pub.programs.v1"

    with pytest.raises(GroupAuthorizationFailedError):
        async with consumer(stack, names.get(member, member), topic, names.get(group, group)):
            pass


async def test_a_group_below_ones_own_prefix_is_let_in(stack: Stack) -> None:
    first = stack.participants[1].id

    async with consumer(stack, first, f"cri.out.{first}.v1", f"{first}.any") as joined:
        assert joined.subscription() == {f"cri.out.{first}.v1"}


async def test_a_participant_writes_its_own_topic_and_is_refused_on_others(stack: Stack) -> None:
    first, second = (each.id for each in stack.participants[1:3])
    others = [f"cri.in.{second}.v1", f"cri.out.{first}.v1", "cri.int.intake.v1"]

    async with producer(stack, first) as sending:
        await sending.send_and_wait(f"cri.in.{first}.v1", b"a value")
        for topic in others:
            with pytest.raises(TopicAuthorizationFailedError):
                await sending.send_and_wait(topic, b"a value")


async def test_a_service_is_refused_on_the_topic_of_another(stack: Stack) -> None:
    async with producer(stack, "routing") as sending:
        for topic in ("cri.int.intake.v1", "cri.dlq.intake.v1"):
            with pytest.raises(TopicAuthorizationFailedError):
                await sending.send_and_wait(topic, b"a value")


def test_a_participant_reads_neither_its_own_in_topic_nor_an_internal_one(stack: Stack) -> None:
    first, second = (each.id for each in stack.participants[1:3])
    user, password = stack.kafka_login(first)
    reading = Consumer(
        {
            "bootstrap.servers": ",".join(stack.kafka.servers),
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": user,
            "sasl.password": password,
            "group.id": f"{first}.any",
        }
    )

    reading.assign([ConfluentTopicPartition(f"cri.in.{first}.v1", 0, 0)])
    answer = reading.poll(10)
    refusals = [None if answer is None else answer.error()]
    for topic in (f"cri.out.{second}.v1", "cri.int.routing.v1"):
        refusals.append(reading.list_topics(topic, timeout=10).topics[topic].error)

    codes = [None if refusal is None else refusal.code() for refusal in refusals]
    assert codes == [ConfluentError.TOPIC_AUTHORIZATION_FAILED] * 3
    reading.close()


async def test_a_wrong_password_is_refused(stack: Stack) -> None:
    first = stack.participants[1].id

    with pytest.raises(KafkaConnectionError):
        async with producer(stack, first, password="wrong"):
            pass


def test_nothing_makes_a_topic_but_the_administrator(stack: Stack) -> None:
    for member in ("intake", stack.participants[1].id):
        speaking = client(stack, member)
        made = speaking.create_topics([NewTopic("cri.in.new.v1", 1)])

        with pytest.raises(KafkaException, match="TOPIC_AUTHORIZATION_FAILED"):
            made["cri.in.new.v1"].result()


def test_provisioning_again_changes_nothing(stack: Stack) -> None:
    changes = stack.provision()

    assert changes == type(changes)(0, 0, 0, 0, 0)
