"""The state of everything, asked of a real Kafka and a real Postgres."""

import json
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from continuum.access import Access, NotPossible
from continuum.rebuild.log import Log
from continuum.status import check, findings
from continuum.status.unread import describe_unread
from deploy.local.stack import Stack
from deploy.stack.kafka import ADMIN
from shared.contracts.services import SERVICES
from tests.conftest import Database
from tests.integration.continuum.test_continuum import access_to

Change = Callable[..., Path]
TOPIC = "cri.in.california-agencies.v1"


@pytest.fixture
async def connection(stack: Stack, database: Database, tmp_path: Path) -> Change:
    """Write a connection file of fresh databases, with *changes*."""
    access = await access_to(stack, database, *SERVICES)

    def written(**changes: Any) -> Path:
        content = json.loads(stack.connection.model_dump_json())
        content["operator"]["dsns"] = dict(access.operator)
        content["owners"] = dict(access.owners)
        file = tmp_path / "connection.json"
        file.write_text(json.dumps(content | changes))
        return file

    return written


@pytest.fixture
async def producer(stack: Stack) -> AsyncIterator[Any]:
    started = AIOKafkaProducer(
        bootstrap_servers=stack.kafka.servers,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=ADMIN,
        sasl_plain_password=stack.kafka.password,
    )
    await started.start()
    yield started
    await started.stop()


async def test_what_no_service_has_read_is_unread_since_the_broker_took_it(
    connection: Change, producer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "_SHOWN", 1000)  # other tests left unread records elsewhere
    sent = await producer.send_and_wait(TOPIC, b"first", partition=0)
    file = connection()
    dsn = json.loads(file.read_text())["owners"]["intake"]
    await stand(dsn, TOPIC, sent.offset)
    await producer.send_and_wait(TOPIC, b"second", partition=0)

    lines, status = await check.check(file, late=-1)

    at = datetime.fromtimestamp(sent.timestamp / 1000, UTC)
    (place,) = (line for line in lines if line.strip().startswith(f"{TOPIC}/0: "))
    since = datetime.fromisoformat(place.partition(", since ")[2].partition(" UTC")[0])
    assert f"2 from offset {sent.offset} on" in place
    assert abs((since.replace(tzinfo=UTC) - at).total_seconds()) <= 2
    assert status == 1


async def test_the_account_of_all_facts_knows_what_nobody_has_taken_in(
    connection: Change, producer: Any
) -> None:
    sent = await producer.send_and_wait(TOPIC, b"first", partition=0)
    file = connection()
    dsn = json.loads(file.read_text())["owners"]["intake"]
    await stand(dsn, TOPIC, sent.offset)

    lines = await describe_unread(Access.read(file), Log.read(file), grace=-1)
    later = await describe_unread(Access.read(file), Log.read(file), grace=3600)

    assert [line for line in lines if f"{TOPIC}/0 from offset {sent.offset} on" in line]
    assert not [line for line in later if TOPIC in line]


async def test_what_was_taken_in_is_not_unread(connection: Change, producer: Any) -> None:
    sent = await producer.send_and_wait(TOPIC, b"first", partition=0)
    file = connection()
    dsn = json.loads(file.read_text())["owners"]["intake"]
    await stand(dsn, TOPIC, sent.offset + 1)

    lines, _ = await check.check(file, late=-1)

    assert not [line for line in lines if line.strip().startswith(f"{TOPIC}/0: ")]


async def test_a_stop_is_named_with_the_command_that_clears_it(connection: Change) -> None:
    file = connection()
    dsn = json.loads(file.read_text())["owners"]["routing"]
    await stand(dsn, "cri.int.intake.v1", 0, stopped_by="0.2.0")

    lines, status = await check.check(file)

    place = next(
        number
        for number, line in enumerate(lines)
        if "has stopped because decisions failed" in line
    )
    assert "routing: cri.int.intake.v1/0" in lines[place]
    assert lines[place + 1] == "     next: continuum resume routing"
    assert status == 1


async def test_with_kafka_and_postgres_away_nothing_can_be_said(connection: Change) -> None:
    nowhere = "postgresql://operator:x@127.0.0.1:1/continuum"
    file = connection(
        bootstrap_servers=["127.0.0.1:1"],
        operator={"username": "o", "password": "p", "dsns": dict.fromkeys(SERVICES, nowhere)},
    )
    began = time.monotonic()

    lines, status = await check.check(file)

    assert status == 2
    assert lines[0].startswith("UNKNOWN: neither Kafka, nor Postgres, nor any process answers")
    assert time.monotonic() - began < 15


async def test_with_kafka_away_the_rest_is_still_told(connection: Change) -> None:
    lines, status = await check.check(connection(bootstrap_servers=["127.0.0.1:1"]))

    assert status == 1
    assert any("Kafka does not answer" in line for line in lines)
    assert any(line.split()[:3] == ["routing", "none", "0"] for line in lines), lines


async def test_the_operator_needs_a_connection_file(tmp_path: Path) -> None:
    with pytest.raises(NotPossible, match="cannot be read"):
        await check.check(tmp_path / "nowhere.json")


async def stand(dsn: str, topic: str, offset: int, *, stopped_by: str | None = None) -> None:
    own = await asyncpg.connect(dsn)
    await own.execute(
        "INSERT INTO checkpoints"
        " (topic, partition, cluster_id, first_offset, next_offset, stopped_by)"
        " VALUES ($1, 0, 'c', 0, $2, $3)",
        topic,
        offset,
        stopped_by,
    )
    await own.close()
