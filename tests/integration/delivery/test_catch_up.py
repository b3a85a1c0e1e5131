import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from deploy.local.stack import Stack
from shared.delivery import kafka
from shared.delivery.reading import positions
from shared.delivery.records import Item, Malformed, PassedOver, Record, Taken
from shared.delivery.restore.catch_up import CatchUp, fold_sequences, read_published, run_catch_up
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in import held
from shared.delivery.take_in.reader import Closing
from shared.process.settings import ServiceSettings
from tests.integration.delivery.ledger import (
    OTHER_TOPIC,
    TOPIC,
    LedgerReader,
    State,
    event,
    ledger,
    records,
)

Pool = asyncpg.Pool
INPUTS = 60
ANNOUNCED = 40


class Killed(BaseException):
    """Stands for the end of the process."""


class Restore:
    """Writes into the ledger what the log knew already, and decides the rest."""

    order = ("",)

    def __init__(self, *, killed_after: int | None = None) -> None:
        self.left = killed_after
        self.inner = LedgerReader()
        self.answered: set[str] = set()

    @property
    def reader(self) -> "Restore":
        return self

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return self.inner.parse(record)

    async def load(self, connection: Any, items: Sequence[Item], *, at: datetime) -> State:
        if self.left == 0:
            raise Killed
        self.left = None if self.left is None else self.left - 1
        self.answered = set(await read_published(connection, [i.message.id for i in items]))
        return await self.inner.load(connection, items, at=at)

    def decide(self, state: State, item: Item) -> Taken:
        taken = self.inner.decide(state, item)
        if item.message.id not in self.answered:
            return taken
        state.entries[-1] = f"{state.entries[-1]} as told"
        return Taken("applied")

    def unprocessable(self, record: Any) -> None:
        """All it reads comes from our own services."""

    async def save(self, connection: Any, state: State) -> Closing | None:
        return await self.inner.save(connection, state)

    async def fold(self, connection: Any) -> None:
        await fold_sequences(connection)

    async def finish(self, connection: Any) -> None:
        await connection.execute("INSERT INTO ledger (entry) VALUES ('finished')")


@pytest.fixture
async def catch_up(stack: Stack, pool: "Pool[Any]", settings: ServiceSettings) -> CatchUp:
    """Inputs on intake's topic, most of which have led to events on routing's."""
    user, password = stack.credentials.kafka("intake")
    as_intake = settings.model_copy(
        update={"kafka_user": user, "kafka_password": SecretStr(password)}
    )
    cluster = await kafka.cluster_id(settings)
    async with (
        AIOKafkaProducer(**kafka.security(as_intake)) as inputs,
        AIOKafkaProducer(**kafka.security(settings)) as own,
    ):
        for producer, topic in ((inputs, OTHER_TOPIC), (own, TOPIC)):
            for number in await producer.partitions_for(topic):
                mark = event("mark", 1, topic=topic)
                sent = await producer.send_and_wait(topic, mark, partition=number)
                await pool.execute(
                    "INSERT INTO checkpoints (topic, partition, cluster_id, first_offset,"
                    " next_offset) VALUES ($1, $2, $3, $4, $4)",
                    topic,
                    number,
                    cluster,
                    sent.offset + 1,
                )
        await pool.execute(
            "INSERT INTO own_topics (topic, partition, known_to)"
            " SELECT topic, partition, next_offset FROM checkpoints WHERE topic = $1",
            TOPIC,
        )
        for number in range(1, INPUTS + 1):
            said = event("a", number, topic=OTHER_TOPIC)
            await inputs.send_and_wait(OTHER_TOPIC, said, partition=0)
            if number <= ANNOUNCED:
                cause = LedgerReader.events.validate_json(said)
                told = cause.model_copy(update={"id": event_id(number), "causationid": cause.id})
                await own.send_and_wait(TOPIC, told.encode(), partition=1)
    return CatchUp(
        service="routing",
        own=OwnTopics(r"^cri\.int\.routing\.v1$"),
        restore=Restore(),
        topics=r"^cri\.int\.intake\.v1$",
        settings=settings.model_copy(update={"batch_records": 10}),
        build="1",
        cluster_id=cluster,
        turn=lambda: None,
    )


def event_id(number: int) -> str:
    return f"00000000-0000-5000-8000-{number:012d}"


def with_restore(catch_up: CatchUp, restore: Restore) -> CatchUp:
    return CatchUp(
        catch_up.service, catch_up.own, restore, catch_up.topics, catch_up.settings,
        catch_up.build, catch_up.cluster_id, catch_up.turn,
    )  # fmt: skip


EXPECTED = [
    *(f"a/{number} as told" for number in range(1, ANNOUNCED + 1)),
    *(f"a/{number}" for number in range(ANNOUNCED + 1, INPUTS + 1)),
    "finished",
]


async def test_what_was_announced_is_not_decided_again_and_the_rest_is(
    pool: "Pool[Any]", catch_up: CatchUp
) -> None:
    await run_catch_up(pool, catch_up)

    assert await ledger(pool) == EXPECTED
    assert await pool.fetchval("SELECT count(*) FROM outbox") == INPUTS - ANNOUNCED
    assert await pool.fetchval("SELECT last FROM sequences WHERE subject = 'a'") == ANNOUNCED
    assert await pool.fetchval("SELECT count(*) FROM announced") == 0
    assert await pool.fetchval("SELECT events FROM catch_ups WHERE finished_at > begun_at") == 40


async def test_held_records_that_were_left_over_are_taken_in_by_the_restore(
    pool: "Pool[Any]", catch_up: CatchUp
) -> None:
    """Given records of a dump whose gate was passed before it was made."""
    left_over = records(event("b", 1, topic=OTHER_TOPIC), topic=OTHER_TOPIC, partition=99)
    async with pool.acquire() as connection, connection.transaction():
        await held.put_back(connection, left_over)

    await run_catch_up(pool, catch_up)

    assert await ledger(pool) == ["b/1", *EXPECTED]
    assert await pool.fetchval("SELECT count(*) FROM held") == 0
    assert await pool.fetchval("SELECT count(*) FROM left_over") == 0


async def test_a_catch_up_that_was_killed_goes_on_where_it_stopped(
    pool: "Pool[Any]", catch_up: CatchUp
) -> None:
    with pytest.raises(Killed):
        await run_catch_up(pool, with_restore(catch_up, Restore(killed_after=2)))
    taken = await ledger(pool)

    await run_catch_up(pool, catch_up)

    assert taken == EXPECTED[: len(taken)]
    assert 0 < len(taken) < INPUTS
    assert await ledger(pool) == EXPECTED
    assert await pool.fetchval("SELECT count(*) FROM catch_ups") == 1


async def test_of_two_that_start_at_once_one_catches_up(
    pool: "Pool[Any]", catch_up: CatchUp
) -> None:
    await asyncio.gather(
        *(run_catch_up(pool, with_restore(catch_up, Restore())) for _ in range(2))
    )

    assert await ledger(pool) == EXPECTED
    assert await pool.fetchval("SELECT count(*) FROM catch_ups") == 1


async def test_a_service_that_is_not_behind_reads_no_input_before_it_runs(
    pool: "Pool[Any]", catch_up: CatchUp
) -> None:
    await pool.execute("INSERT INTO sequences VALUES ($1, 'a', $2)", TOPIC, ANNOUNCED)

    await run_catch_up(pool, catch_up)

    assert await ledger(pool) == []
    assert await pool.fetchval("SELECT count(*) FROM catch_ups") == 0


async def test_a_partition_without_a_leader_is_opened_once_it_has_one(
    pool: "Pool[Any]", catch_up: CatchUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pool.execute("DELETE FROM checkpoints WHERE topic = $1 AND partition = 1", OTHER_TOPIC)
    offsets, asked = positions._offsets, count()

    async def without_leader(ask: Any, partitions: Any) -> Any:
        found = await offsets(ask, partitions)
        has_one = next(asked) > 1  # beginnings and ends were asked for once
        return {p: offset for p, offset in found.items() if has_one or p.partition != 1}

    monkeypatch.setattr(positions, "_offsets", without_leader)

    async with asyncio.timeout(30):
        await run_catch_up(pool, catch_up)

    assert set(EXPECTED) <= set(await ledger(pool))
    known = "SELECT next_offset FROM checkpoints WHERE topic = $1 AND partition = 1"
    assert await pool.fetchval(known, OTHER_TOPIC) > 0
