import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, cast

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient

from shared.delivery import kafka
from shared.delivery.reading.positions import CannotRun
from shared.delivery.restore import own_log
from shared.delivery.restore.own_log import OwnTopics
from shared.process.settings import ServiceSettings
from tests.integration.delivery.consumers import until
from tests.integration.delivery.ledger import TOPIC, event

Pool = asyncpg.Pool


OWN = OwnTopics(r"^cri\.int\.routing\.v1$")


class OwnLog:
    """Routing's topic: what it holds, and what the tables know of it."""

    def __init__(
        self, pool: "Pool[Any]", settings: ServiceSettings, producer: AIOKafkaProducer
    ) -> None:
        self.pool = pool
        self._settings = settings
        self._producer = producer

    async def publish(self, *values: bytes, partition: int = 0) -> list[int]:
        """Publish *values* as the relay would; return their offsets."""
        return [
            (await self._producer.send_and_wait(TOPIC, value, partition=partition)).offset
            for value in values
        ]

    async def know(self, subject: str, last: int) -> None:
        await self.pool.execute(
            "INSERT INTO sequences (topic, subject, last) VALUES ($1, $2, $3)"
            " ON CONFLICT (topic, subject) DO UPDATE SET last = excluded.last",
            TOPIC,
            subject,
            last,
        )

    async def is_noted(self, offset: int) -> bool:
        return bool(
            await self.pool.fetchval(
                "SELECT known_to = $1 FROM own_topics WHERE partition = 0", offset
            )
        )

    async def restore(self, known_to: int) -> None:
        """Make the tables as old as when the topic was known to *known_to*."""
        await self.pool.execute(
            "UPDATE own_topics SET known_to = $1 WHERE partition = 0", known_to
        )

    async def note(self) -> None:
        """Note the ends, as a running service does every few seconds."""
        await self.pool.execute("DELETE FROM own_topics")
        noting = asyncio.create_task(own_log.keep_noting(self.pool, OWN, settings=self._settings))
        async with asyncio.timeout(20):
            while not await self.pool.fetchval("SELECT count(*) FROM own_topics"):
                await asyncio.sleep(0.02)  # nothing tells when it has noted
        noting.cancel()
        with suppress(asyncio.CancelledError):
            await noting

    async def ahead(self) -> list[own_log.Ahead]:
        return await own_log.ahead(self.pool, OWN, settings=self._settings, turn=lambda: None)


@pytest.fixture
async def log(pool: "Pool[Any]", settings: ServiceSettings) -> AsyncIterator[OwnLog]:
    """Routing's topic behind whatever other tests left there."""
    async with AIOKafkaProducer(**kafka.security(settings)) as producer:
        own = OwnLog(pool, settings, producer)
        await own.note()
        yield own


async def test_the_leaders_of_all_topics_are_looked_up_at_once(
    settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    ask = AIOKafkaClient._metadata_update

    async def counted(*arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        return await ask(*arguments)

    monkeypatch.setattr(AIOKafkaClient, "_metadata_update", counted)
    async with own_log.opened(settings, r"^cri\.") as topics:
        ends = await topics.ends()

    assert len({partition.topic for partition in ends}) > 5
    assert asked <= 3


async def test_only_ends_that_have_moved_are_noted(
    log: OwnLog, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_log, "NOTE_SECONDS", 0.01)
    asked, noted = 0, []
    ends_of = own_log._Topics.ends

    async def ends(topics: Any) -> Any:
        nonlocal asked
        found = await ends_of(topics)
        asked += 1
        return found

    class Noting:
        """The real pool; it keeps what was noted."""

        async def fetch(self, statement: str, *columns: Any) -> Any:
            rows = await log.pool.fetch(statement, *columns)
            if columns:
                noted.append([tuple(row) for row in rows])
            return rows

    async def asked_again() -> None:
        before = asked
        async with asyncio.timeout(20):
            while asked < before + 3:
                await asyncio.sleep(0.01)  # nothing tells when it has asked

    monkeypatch.setattr(own_log._Topics, "ends", ends)
    noting = asyncio.create_task(own_log.keep_noting(cast(Any, Noting()), OWN, settings=settings))
    await asked_again()
    noted.clear()

    (offset,) = await log.publish(event("A", 1), partition=2)
    await asked_again()
    noting.cancel()
    with suppress(asyncio.CancelledError):
        await noting

    assert noted == [[(TOPIC, 2, offset + 1)]]


async def test_a_database_restored_under_a_running_process_stops_it(
    log: OwnLog, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If it noted where its topics end, its next start would not notice what the tables lack."""
    monkeypatch.setattr(own_log, "NOTE_SECONDS", 0.01)
    noting = asyncio.create_task(own_log.keep_noting(log.pool, OWN, settings=settings))
    (before,) = await log.publish(event("A", 1))
    await until(lambda: log.is_noted(before + 1))
    (lost,) = await log.publish(event("A", 2))
    await until(lambda: log.is_noted(lost + 1))

    await log.restore(before + 1)
    await log.publish(event("B", 1))
    await asyncio.wait([noting], timeout=20)

    assert noting.done()
    assert isinstance(noting.exception(), CannotRun)
    await log.know("A", 1)
    await log.know("B", 1)
    (found,) = await log.ahead()
    assert (found.first.offset, found.count) == (lost, 1)


async def test_a_log_that_the_tables_know_is_not_ahead(log: OwnLog) -> None:
    await log.publish(event("A", 1), event("A", 2), partition=0)
    await log.publish(event("B", 1), partition=3)
    await log.know("A", 2)
    await log.know("B", 5)

    assert await log.ahead() == []


async def test_what_the_tables_do_not_know_is_named_by_place_and_event(log: OwnLog) -> None:
    offsets = await log.publish(*(event("A", number) for number in (1, 2, 3)), partition=0)
    await log.publish(event("B", 1), partition=3)
    await log.know("A", 1)
    await log.know("B", 1)

    (found,) = await log.ahead()

    assert (found.first.partition, found.count) == (0, 2)
    assert (found.first.offset, found.last.offset) == (offsets[1], offsets[2])
    assert (found.first.number, found.last.number) == (2, 3)
    assert f"{TOPIC}/0: 2 events in the offsets {offsets[1]}..{offsets[2]}" in str(found)


async def test_what_is_sent_again_under_an_old_number_hides_nothing(log: OwnLog) -> None:
    await log.publish(event("A", 1), event("A", 2), event("A", 1), b"no event", partition=0)
    await log.know("A", 1)

    (found,) = await log.ahead()

    assert (found.first.number, found.last.number) == (2, 2)


async def test_an_envelope_that_no_reader_takes_says_nothing(log: OwnLog) -> None:
    beyond = event("A", 2).replace(b"00000000000000000002", b"9" * 25)
    nameless = event("A\0", 1)

    await log.publish(beyond, nameless, partition=0)

    assert await log.ahead() == []


async def test_what_stands_before_a_note_is_not_read_again(log: OwnLog) -> None:
    await log.publish(event("A", 1), partition=0)
    await log.note()
    await log.publish(event("B", 1), partition=0)

    (found,) = await log.ahead()

    assert found.first.subject == found.last.subject == "B"


async def test_a_database_that_was_never_noted_is_compared_with_the_whole_log(
    log: OwnLog, pool: "Pool[Any]"
) -> None:
    await log.publish(event("A", 1), partition=0)
    await log.note()
    await pool.execute("DELETE FROM own_topics")

    found = await log.ahead()

    assert "A" in {each.last.subject for each in found}


async def test_a_service_that_may_not_read_its_own_topic_says_what_is_to_be_provisioned(
    pool: "Pool[Any]", settings: ServiceSettings
) -> None:
    letters = OwnTopics(r"^cri\.dlq\.routing\.v1$")
    async with AIOKafkaProducer(**kafka.security(settings)) as producer:
        await producer.send_and_wait("cri.dlq.routing.v1", b"letter")

    with pytest.raises(CannotRun, match="provision the access list"):
        await own_log.ahead(pool, letters, settings=settings, turn=lambda: None)
