"""The participant that integrators are shown goes on after its topic has deleted messages."""

import importlib.util
import json
from itertools import count, islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from confluent_kafka import Producer, TopicPartition
from pydantic import SecretStr

from deploy.local.stack import Stack
from deploy.provision.broker import admin_client
from deploy.stack.kafka import ADMIN
from services.notifications.oldest_messages import OldestMessages
from shared.process.settings import ServiceSettings
from tests.proofs.chaos.login import login

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "participant.py"
_participants = count(4)


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("participant", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Told:
    """One participant's topic, as notifications writes it and Kafka deletes it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.participant = stack.participants[next(_participants)].id
        self.topic = f"cri.out.{self.participant}.v1"
        self._producer = Producer(login(stack, "notifications"))

    def message(self, number: int) -> None:
        self._write("request.status_changed", {}, participantsequence=f"{number:020d}")

    def heartbeat(self, head: int, **data: int) -> None:
        self._write("heartbeat", {"head": head, **data})

    def delete_before(self, offset: int) -> None:
        user, password = self.stack.kafka_login(ADMIN)
        admin = admin_client(self.stack.kafka.servers, user=user, password=password)
        for future in admin.delete_records([TopicPartition(self.topic, 0, offset)]).values():
            future.result()

    def reader(self, example: ModuleType, *, last: int) -> Any:
        connection = {
            "bootstrap_servers": self.stack.kafka.servers,
            "security": {"protocol": "SASL_PLAINTEXT", "mechanism": "SCRAM-SHA-512"},
            "participants": {
                self.participant: {
                    "username": self.participant,
                    "password": self.stack.kafka_login(self.participant)[1],
                    "in": f"cri.in.{self.participant}.v1",
                    "out": self.topic,
                    "group_prefix": f"{self.participant}.",
                }
            },
        }
        return example.Participant(connection, self.participant, last=last)

    def _write(self, kind: str, data: Any, **more: str) -> None:
        message = {
            "id": "8c1d5b0e-9d67-4b35-9a0e-0a2f3b8a5a11",
            "type": f"gov.cri.{kind}.v1",
            "subject": self.participant,
            "time": "2026-11-29T00:00:00Z",
            "causationid": "x",
            "data": data,
            **more,
        }
        self._producer.produce(self.topic, json.dumps(message).encode())
        self._producer.flush(10)


@pytest.fixture
def told(stack: Stack) -> Told:
    return Told(stack)


def numbers(messages: Any, wanted: int) -> list[int]:
    return [int(each["participantsequence"]) for each in islice(messages, wanted)]


def test_messages_deleted_before_they_were_read_are_named_and_the_rest_is_read(
    told: Told, example: ModuleType
) -> None:
    for number in range(1, 9):
        told.message(number)
    told.delete_before(5)

    reader = told.reader(example, last=2)

    assert numbers(reader.messages(within=10), 3) == [6, 7, 8]
    assert reader.lost == [(3, 5)]
    reader.close()


def test_a_heartbeat_that_is_the_oldest_record_names_what_was_lost(
    told: Told, example: ModuleType
) -> None:
    told.message(1)
    told.message(2)
    told.heartbeat(2)
    told.message(3)
    told.delete_before(2)

    reader = told.reader(example, last=0)

    assert numbers(reader.messages(within=10), 1) == [3]
    assert reader.lost == [(1, 2)]
    reader.close()


def test_a_heartbeat_names_what_was_deleted_while_the_participant_reads(
    told: Told, example: ModuleType
) -> None:
    told.message(1)
    reader = told.reader(example, last=0)
    messages = reader.messages(within=10)
    assert numbers(messages, 1) == [1]

    told.heartbeat(3, first=4)
    told.message(4)

    assert numbers(messages, 1) == [4]
    assert reader.lost == [(2, 3)]
    reader.close()


def test_what_is_missing_between_messages_that_are_there_is_a_gap(
    told: Told, example: ModuleType
) -> None:
    told.message(1)
    told.message(3)
    reader = told.reader(example, last=0)

    with pytest.raises(example.Gap, match="3 follows 1"):
        numbers(reader.messages(within=10), 2)

    assert reader.lost == []
    reader.close()


async def test_notifications_knows_the_oldest_number_that_each_topic_holds(told: Told) -> None:
    user, password = told.stack.kafka_login("notifications")
    settings = ServiceSettings(
        kafka_servers=told.stack.kafka.servers,
        kafka_security="SASL_PLAINTEXT",
        kafka_user=user,
        kafka_password=SecretStr(password),
        postgres_host="127.0.0.1",
        postgres_port=told.stack.postgres.port,
        postgres_database="notifications",
        postgres_user="notifications",
        postgres_password=SecretStr(""),
        http_host="127.0.0.1",
        http_port=0,
    )
    for number in range(1, 6):
        told.message(number)
    oldest = OldestMessages()

    await oldest.look(settings)
    assert oldest.numbers[told.topic] == 1

    told.heartbeat(5)
    told.message(6)
    told.delete_before(3)
    await oldest.look(settings)
    assert oldest.numbers[told.topic] == 4

    told.delete_before(5)
    await oldest.look(settings)
    assert oldest.numbers[told.topic] == 6
