"""Records that a topic deletes before they are read: named, counted, and no reason to stop."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest
from aiokafka import TopicPartition
from structlog.testing import capture_logs

from shared.delivery import gauges
from shared.delivery.consumer import Consumer
from shared.delivery.reading import positions
from shared.delivery.records import Item, Malformed, PassedOver, Record
from shared.process import metrics
from shared.process.settings import ServiceSettings
from tests.examples.batches import batch
from tests.integration.delivery.consumers import consumer, until
from tests.integration.delivery.ledger import LedgerReader, State, event, ledger
from tests.integration.delivery.participants import (
    BAD,
    BOTH,
    GOOD,
    OWN,
    DoorReader,
    Participants,
    holds,
)

Pool = asyncpg.Pool
ALL = r"^cri\.(in|test)\.[\w-]+\.v1$"


class Slow(DoorReader):
    """Takes nothing in until it may: what comes meanwhile is not fetched."""

    def __init__(self) -> None:
        self.waits = asyncio.Event()
        self.reached = asyncio.Event()

    async def load(self, connection: Any, items: Sequence[Item], *, at: Any) -> State:
        if not self.waits.is_set():
            self.reached.set()
            await self.waits.wait()
        return await super().load(connection, items, at=at)


class Stepwise(Slow):
    """Takes one batch in each time that it may."""

    async def load(self, connection: Any, items: Sequence[Item], *, at: Any) -> State:
        state = await super().load(connection, items, at=at)
        self.waits.clear()
        return state


class Mixed(LedgerReader):
    """Takes in the events of our own topic, each of which can be decided without the others."""

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        found = super().parse(record)
        if isinstance(found, Malformed) or found.gate is None:
            return found
        return found._replace(gate=found.gate._replace(stands_alone=True))


async def test_what_a_participants_topic_deletes_under_a_live_reader_is_answered(
    pool: "Pool[Any]", any_topic: ServiceSettings, door: Participants
) -> None:
    reader = Slow()
    await door.send(BAD, batch(b"first"))

    with capture_logs() as logs:
        async with consumer(any_topic, pool, reader, topics=BOTH) as running:
            await reader.reached.wait()
            # What is sent now is deleted before it is fetched.
            running._consumer.pause(*running._consumer.assignment())
            await until(lambda: _fetches_nothing(running))
            offset = await door.send(BAD, *[batch(b"gone") for _ in range(20)])
            await door.delete_records(BAD, before=offset + 1)
            await door.send(BAD, batch(b"kept"))
            await door.send(GOOD, batch(b"other"))
            running._consumer.resume(*running._consumer.assignment())
            reader.waits.set()
            await until(lambda: holds(pool, f"bad/{offset + 1}/kept", "good/0/other"))

    assert await _of(pool, "bad") == [
        "bad/0/first",
        *(f"bad/{gone}/deleted" for gone in range(1, 21)),
        "bad/21/kept",
    ]
    assert await _lost(pool) == [(BAD, 1, 21)]
    assert [line["event"] for line in logs].count("records.lost") == 1
    assert "partition.blocked" not in [line["event"] for line in logs]
    assert len(logs) < 30


async def test_what_was_deleted_while_a_reader_was_away_is_answered_once_over_restarts(
    pool: "Pool[Any]", any_topic: ServiceSettings, door: Participants
) -> None:
    async with consumer(any_topic, pool, DoorReader(), topics=BOTH):
        await door.send(BAD, batch(b"first"))
        await until(lambda: holds(pool, "bad/0/first"))
    await door.send(BAD, batch(*[b"gone"] * 30))
    await door.delete_records(BAD, before=31)

    part = any_topic.model_copy(update={"batch_records": 10})
    stops = Stepwise()
    with capture_logs() as logs:
        async with consumer(part, pool, stops, topics=BOTH):
            await stops.reached.wait()
            stops.waits.set()
            await until(lambda: holds(pool, "bad/10/deleted"))
            # Its stop waits for the batch that has begun; the rest is found after the restart.
            asyncio.get_running_loop().call_later(0.5, stops.waits.set)
        assert len(await _of(pool, "bad")) < 31
        await door.send(BAD, batch(b"kept"))
        async with consumer(part, pool, DoorReader(), topics=BOTH):
            await until(lambda: holds(pool, "bad/31/kept"))
    await gauges.show(pool, service="routing")

    assert await _of(pool, "bad") == [
        "bad/0/first", *(f"bad/{gone}/deleted" for gone in range(1, 31)), "bad/31/kept",
    ]  # fmt: skip
    assert await _lost(pool) == [(BAD, 1, 31)]
    assert [line["event"] for line in logs].count("records.lost") == 1
    shown = {
        sample.labels["topic"]: sample.value
        for family in metrics.LOST.collect()
        for sample in family.samples
        if sample.labels.get("service") == "routing"
    }
    assert shown[metrics.topic_label(BAD)] == 30


async def test_of_more_deleted_records_than_are_answered_the_newest_are(
    pool: "Pool[Any]",
    any_topic: ServiceSettings,
    door: Participants,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(positions, "MOST_ANSWERED", 3)
    async with consumer(any_topic, pool, DoorReader(), topics=BOTH):
        await door.send(BAD, batch(b"first"))
        await until(lambda: holds(pool, "bad/0/first"))
    await door.send(BAD, batch(*[b"gone"] * 8))
    await door.delete_records(BAD, before=9)
    await door.send(BAD, batch(b"kept"))

    async with consumer(any_topic, pool, DoorReader(), topics=BOTH):
        await until(lambda: holds(pool, "bad/9/kept"))

    assert await _of(pool, "bad") == [
        "bad/0/first", *(f"bad/{gone}/deleted" for gone in (6, 7, 8)), "bad/9/kept",
    ]  # fmt: skip
    assert await _lost(pool) == [(BAD, 1, 6), (BAD, 6, 9)]


async def test_a_subject_goes_on_behind_the_numbers_that_its_topic_deleted(
    pool: "Pool[Any]", any_topic: ServiceSettings, door: Participants
) -> None:
    def said(subject: str, number: int) -> bytes:
        return batch(event(subject, number, topic=OWN))

    async with consumer(any_topic, pool, Mixed(), topics=rf"^{OWN}$"):
        await door.send(OWN, said("A", 1), said("B", 1))
        await until(lambda: holds(pool, "A/1", "B/1"))
    await door.send(OWN, said("A", 2), said("A", 3), said("C", 1))
    await door.delete_records(OWN, before=5)
    await door.send(OWN, said("A", 4), said("A", 5), said("B", 2), said("C", 2))

    with capture_logs() as logs:
        async with consumer(any_topic, pool, Mixed(), topics=rf"^{OWN}$"):
            await until(lambda: holds(pool, "A/5", "B/2", "C/2"))
            # This gap no deletion explains: it is waited for.
            await door.send(OWN, said("A", 7), said("B", 3))
            await until(lambda: holds(pool, "B/3"))
            assert not await holds(pool, "A/7")
            await door.send(OWN, said("A", 6))
            await until(lambda: holds(pool, "A/7"))

    entries = await ledger(pool)
    assert [each for each in entries if each[0] == "A"] == ["A/1", "A/4", "A/5", "A/6", "A/7"]
    assert await _lost(pool) == [(OWN, 2, 5)]
    rows = await pool.fetch(
        "SELECT topic, subject, from_number, until_number FROM lost_numbers ORDER BY subject"
    )
    assert [tuple(row) for row in rows] == [(OWN, "A", 2, 4), (OWN, "C", 1, 2)]
    assert [line["event"] for line in logs].count("numbers.lost") == 2


async def test_what_was_held_behind_a_lost_number_is_taken_in_before_what_follows(
    pool: "Pool[Any]", any_topic: ServiceSettings, door: Participants
) -> None:
    place = TopicPartition(OWN, 0)
    async with consumer(any_topic, pool, LedgerReader(), topics=rf"^{OWN}$") as running:
        await door.send(OWN, batch(event("A", 1, topic=OWN)), batch(event("A", 4, topic=OWN)))
        await until(lambda: _stands_at(running, place, 2))
    await door.send(OWN, batch(event("A", 2, topic=OWN)), batch(event("A", 3, topic=OWN)))
    await door.delete_records(OWN, before=4)
    await door.send(OWN, batch(event("A", 5, topic=OWN)))

    async with consumer(any_topic, pool, Mixed(), topics=rf"^{OWN}$"):
        await until(lambda: holds(pool, "A/5"))

    assert await ledger(pool) == ["A/1", "A/4", "A/5"]


async def _stands_at(running: Any, place: TopicPartition, offset: int) -> bool:
    return bool(running._positions.expected.get(place) == offset)


async def _fetches_nothing(running: Consumer) -> bool:
    """Tell whether each fetch that was under way when the partitions were paused has ended."""
    return not running._consumer._fetcher._in_flight


async def _of(pool: "Pool[Any]", name: str) -> list[str]:
    return [entry for entry in await ledger(pool) if entry.startswith(name)]


async def _lost(pool: "Pool[Any]") -> list[tuple[str, int, int]]:
    rows = await pool.fetch(
        "SELECT topic, from_offset, until_offset FROM lost_ranges ORDER BY from_offset"
    )
    return [tuple(row) for row in rows]
