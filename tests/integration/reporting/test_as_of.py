"""As of when figures are complete: it moves with what was read, and never without proof."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg
import pytest

from deploy.local.stack import Stack
from deploy.stack.kafka import ADMIN
from services.reporting import store
from services.reporting.as_of import AsOf, RecordUnavailable
from shared.process.settings import ServiceSettings
from tests.examples.batches import batch
from tests.integration.delivery.consumers import consumer, until
from tests.integration.delivery.ledger import LedgerReader, State, event
from tests.integration.delivery.participants import OWN, Participants, participants
from tests.integration.settings import service_settings

Pool: TypeAlias = "asyncpg.Pool[Any]"
TOPICS = rf"^{OWN.replace('.', '[.]')}$"


class Reads(LedgerReader):
    """Takes events in, of which only the checkpoint tells."""

    async def save(self, connection: Any, state: State) -> None: ...


@pytest.fixture
def settings(stack: Stack) -> ServiceSettings:
    login = stack.kafka_login(ADMIN)
    return service_settings(stack, login, database="not used", session_timeout_ms=6000)


@pytest.fixture
async def topics(stack: Stack, settings: ServiceSettings) -> AsyncIterator[Participants]:
    async with participants(stack, settings) as made:
        yield made


async def as_of(pool: "Pool", reading: AsOf) -> datetime:
    await reading.update(pool)
    return await noted(pool)


async def noted(pool: "Pool") -> datetime:
    async with pool.acquire() as connection:
        known = await store.read_as_of(connection)
    assert known is not None
    return known[0]


async def test_as_of_stands_still_while_records_wait_and_moves_when_none_does(
    pool: "Pool", settings: ServiceSettings, topics: Participants
) -> None:
    async def taken_in(count: int) -> bool:
        query = "SELECT next_offset FROM checkpoints WHERE topic = $1"
        return bool(await pool.fetchval(query, OWN) == count)

    async def now() -> datetime:
        return await store.read_clock(pool)

    reading = AsOf(settings, topics=TOPICS)
    began = await now()

    async with consumer(settings, pool, Reads(), topics=TOPICS):
        await topics.send(OWN, batch(event("A", 1, topic=OWN)))
        await until(lambda: taken_in(1))
    at_the_end = await as_of(pool, reading)
    idle = await as_of(pool, reading)
    await topics.send(OWN, batch(event("A", 2, topic=OWN)))
    sent = await now()
    waiting = await as_of(pool, reading)
    await topics.send(OWN, batch(event("A", 3, topic=OWN)))
    waiting_still = await as_of(pool, reading)
    async with consumer(settings, pool, Reads(), topics=TOPICS):
        await until(lambda: taken_in(3))
    read_again = await as_of(pool, reading)

    assert began < at_the_end < idle <= waiting <= sent
    assert waiting_still == waiting
    assert read_again > sent


async def test_as_of_says_how_far_a_partition_was_read_that_nothing_was_read_of_yet(
    pool: "Pool", settings: ServiceSettings, topics: Participants
) -> None:
    await topics.send(OWN, batch(event("A", 1, topic=OWN)))
    sent = await store.read_clock(pool)
    await topics.send(OWN, batch(event("A", 2, topic=OWN)))

    assert await as_of(pool, AsOf(settings, topics=TOPICS)) <= sent


async def test_a_record_that_waits_and_cannot_be_read_proves_nothing(
    pool: "Pool", settings: ServiceSettings, topics: Participants
) -> None:
    reading = AsOf(settings, topics=TOPICS)
    before = await as_of(pool, reading)
    await topics.send(OWN, batch(b"spoiled"))
    topics.replace_on_disk(OWN, b"spoiled", b"spoilt!")

    with pytest.raises(RecordUnavailable):
        await reading.update(pool)

    assert await noted(pool) == before
