import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr
from structlog.testing import capture_logs

from deploy.local.stack import Stack
from shared.delivery import kafka
from shared.delivery.consumer import Consumer
from shared.delivery.records import Item
from shared.process.settings import ServiceSettings
from tests.integration.delivery.consumers import consumer, until
from tests.integration.delivery.ledger import DATABASE, LedgerReader, State, event, ledger

TOPIC = "cri.int.intake.v1"
Pool = asyncpg.Pool
Send = Callable[[int, Sequence[bytes]], Any]


class BrokenReader(LedgerReader):
    """Fails while it loads a batch with *bad*, as a fault outside of a decision does."""

    def __init__(self, bad: str) -> None:
        self.bad = bad
        self.batches: list[list[str]] = []

    async def load(self, connection: Any, items: Sequence[Item], *, at: Any) -> State:
        subjects = [item.message.subject for item in items]
        if self.bad in subjects:
            self.batches.append(subjects)
            raise asyncpg.InterfaceError("a fault of the record's own")
        return await super().load(connection, items, at=at)


@pytest.fixture
async def send(stack: Stack, settings: ServiceSettings, pool: "Pool[Any]") -> AsyncIterator[Send]:
    """Send records to a partition of intake's topic; the checkpoints start where it ends now."""
    user, password = stack.credentials.kafka("intake")
    as_intake = settings.model_copy(
        update={"kafka_user": user, "kafka_password": SecretStr(password)}
    )
    cluster = await kafka.cluster_id(settings)
    async with AIOKafkaProducer(**kafka.security(as_intake)) as producer:
        for number in await producer.partitions_for(TOPIC):
            mark = await producer.send_and_wait(TOPIC, event("mark", 1), partition=number)
            await pool.execute(
                "INSERT INTO checkpoints (topic, partition, cluster_id, first_offset, next_offset)"
                " VALUES ($1, $2, $3, $4, $4)",
                TOPIC,
                number,
                cluster,
                mark.offset + 1,
            )

        async def to(partition: int, values: Sequence[bytes]) -> None:
            for value in values:
                await producer.send(TOPIC, value, partition=partition)
            await producer.flush()

        yield to


def said(subject: str, number: int = 1) -> bytes:
    return event(subject, number, topic=TOPIC)


async def _holds(pool: "Pool[Any]", entries: Sequence[str]) -> bool:
    return set(entries) <= set(await ledger(pool))


async def test_a_record_that_fails_alone_is_set_aside_and_its_neighbors_go_on(
    pool: "Pool[Any]", settings: ServiceSettings, send: Send
) -> None:
    reader = BrokenReader("bad")
    neighbors = [f"A{n}" for n in range(20)], [f"B{n}" for n in range(20)]
    await send(0, [*map(said, neighbors[0]), said("bad"), said("behind"), said("bad", 2)])
    await send(1, [said(name) for name in neighbors[1]])
    everybody = [f"{name}/1" for name in (*neighbors[0], *neighbors[1], "behind")]

    with capture_logs() as lines:
        async with consumer(settings, pool, reader) as running:
            await until(lambda: _holds(pool, everybody))
            await until(lambda: _is_ready(running))

    alone = [batch for batch in reader.batches if len(batch) == 1]
    assert len(alone) == 3
    letters = await pool.fetch("SELECT reason, error, parking_key, answered FROM dead_letters")
    assert [tuple(row) for row in letters] == [("not_taken_in", "InterfaceError", "bad", False)]
    assert await pool.fetchval("SELECT count(*) FROM parked") == 1
    assert await pool.fetchval("SELECT count(*) FROM blocked_partitions") == 0
    (line,) = [line for line in lines if line["event"] == "partition.blocked"]
    assert (line["topic"], line["partition"]) == (TOPIC, 0)


async def test_while_a_record_is_tried_others_are_taken_in_and_the_process_is_not_ready(
    pool: "Pool[Any]", settings: ServiceSettings, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.isolation.TRIES", 1_000)
    reader = BrokenReader("bad")
    await send(0, [said("bad"), said("behind")])

    async with consumer(settings, pool, reader) as running:
        await until(lambda: _is_blocked(pool))
        await send(1, [said("other")])
        await until(lambda: _holds(pool, ["other/1"]), within=5)
        not_ready = dict(running._health.blocked)
        reader.bad = "nothing"
        await until(lambda: _holds(pool, ["bad/1", "behind/1"]))
        await until(lambda: _is_ready(running))

    assert list(not_ready) == [f"{TOPIC}/0"]
    assert await pool.fetchval("SELECT count(*) FROM dead_letters") == 0


async def test_what_blocks_a_partition_is_still_known_after_a_restart(
    pool: "Pool[Any]", settings: ServiceSettings, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.isolation.TRIES", 1_000)
    await send(0, [said("bad")])
    since = "SELECT since FROM blocked_partitions"

    async with consumer(settings, pool, BrokenReader("bad")):
        await until(lambda: _is_blocked(pool))
        first = await pool.fetchval(since)
    async with consumer(settings, pool, BrokenReader("bad")) as running:
        await until(lambda: _is_named(running))
        second = await pool.fetchval(since)

    assert first == second


async def test_an_outage_of_postgres_condemns_no_record(
    pool: "Pool[Any]", settings: ServiceSettings, send: Send, stack: Stack
) -> None:
    everybody = [f"A{n}" for n in range(50)]
    admin = await asyncpg.connect(stack.postgres.dsn())
    gone = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{DATABASE}' AND application_name <> 'test'"
    )

    async with consumer(settings, pool, LedgerReader()) as running:
        await until(lambda: _is_ready(running))
        await admin.execute(f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS false")
        await admin.execute(gone)
        await send(0, [said(name) for name in everybody])
        for _ in range(40):  # an outage of 8 seconds, in which sessions end again and again
            await admin.execute(gone)
            await asyncio.sleep(0.2)  # the service tries again in between
        await admin.execute(f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS true")
        await until(lambda: _holds(pool, [f"{name}/1" for name in everybody]), within=60)
    await admin.close()

    assert await pool.fetchval("SELECT count(*) FROM dead_letters") == 0
    assert await pool.fetchval("SELECT count(*) FROM blocked_partitions") == 0


async def _is_blocked(pool: "Pool[Any]") -> bool:
    return bool(await pool.fetchval("SELECT count(*) FROM blocked_partitions"))


async def _is_ready(running: Consumer) -> bool:
    return running._health.ready and not running._health.blocked


async def _is_named(running: Consumer) -> bool:
    return bool(running._health.blocked)
