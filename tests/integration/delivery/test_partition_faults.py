import asyncio
import resource
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
import pytest
from aiokafka import TopicPartition
from pydantic import SecretStr
from structlog.testing import capture_logs

from deploy.local.stack import Stack
from shared.delivery.consumer import Consumer
from shared.delivery.reading import faults
from shared.delivery.reading.buffer import Fault
from shared.delivery.reading.fetching import FetchingConsumer
from shared.process.settings import ServiceSettings
from tests.examples.batches import GZIP, LZ4, NONE, SNAPPY, ZSTD, batch, bomb, patched, scattered
from tests.integration.delivery.consumers import consumer, until
from tests.integration.delivery.ledger import ledger
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


async def test_a_batch_is_read_whatever_its_codec(
    pool: "Pool[Any]", any_topic: ServiceSettings, door: Participants
) -> None:
    codecs = {"none": NONE, "gzip": GZIP, "snappy": SNAPPY, "lz4": LZ4, "zstd": ZSTD}
    for name, codec in codecs.items():
        await door.send(BAD, batch(name.encode() + b" " * 200, codec=codec))

    async with consumer(any_topic, pool, DoorReader(), topics=BOTH):
        await until(lambda: holds(pool, f"bad/4/zstd{' ' * 200}"))

    assert [entry.split("/")[2].strip() for entry in await ledger(pool)] == list(codecs)


async def test_a_header_key_that_is_no_text_costs_no_record(
    pool: "Pool[Any]", any_topic: ServiceSettings, door: Participants
) -> None:
    data = patched(batch(b"a", b"b", b"c", headers=[("key", b"x")]), b"key", b"\xffey")
    one = patched(batch(b"d", headers=[("key", b"x")]), b"key", b"k\xc3\x28")

    async with consumer(any_topic, pool, DoorReader(), topics=BOTH):
        await door.send(BAD, data, one, batch(b"e"))
        await door.send(GOOD, batch(b"other"))
        await until(lambda: holds(pool, "bad/4/e", "good/0/other"))

    assert await _of_bad(pool) == ["bad/0/a", "bad/1/b", "bad/2/c", "bad/3/d", "bad/4/e"]


async def test_a_batch_that_cannot_be_unpacked_is_answered_and_its_neighbors_go_on(
    pool: "Pool[Any]", any_topic: ServiceSettings, door: Participants
) -> None:
    await door.send(BAD, batch(b"before"), scattered(batch(b"x", b"y", b"z")), batch(b"behind"))

    with capture_logs() as logs:
        async with consumer(any_topic, pool, DoorReader(), topics=BOTH):
            await door.send(GOOD, batch(b"other"))
            await until(lambda: holds(pool, "bad/4/behind", "good/0/other"))

    assert await _of_bad(pool) == [
        "bad/0/before",
        *(f"bad/{offset}/not_processable" for offset in (1, 2, 3)),
        "bad/4/behind",
    ]
    assert _named(logs, "partition.blocked") == [(BAD, 1, "codec")]
    assert _named(logs, "records.unreadable") == [(BAD, 1, "codec")]
    assert _named(logs, "records.missing") == []


async def test_a_batch_that_a_disk_has_changed_is_answered_and_its_neighbors_go_on(
    pool: "Pool[Any]", any_topic: ServiceSettings, door: Participants
) -> None:
    await door.send(BAD, batch(b"before"), batch(b"spoiled", b"too"), batch(b"behind"))
    door.replace_on_disk(BAD, b"spoiled", b"spoilt!")

    async with consumer(any_topic, pool, DoorReader(), topics=BOTH):
        await until(lambda: holds(pool, "bad/3/behind"))

    assert await _of_bad(pool) == [
        "bad/0/before", "bad/1/not_processable", "bad/2/not_processable", "bad/3/behind",
    ]  # fmt: skip
    (row,) = await pool.fetch("SELECT * FROM unreadable_ranges")
    assert (row["from_offset"], row["until_offset"], row["reason"]) == (1, 3, "corrupt")
    assert b"spoilt!" in row["batch"]


async def test_a_topic_of_our_own_that_a_disk_has_changed_stands_still_until_it_is_mended(
    pool: "Pool[Any]", any_topic: ServiceSettings, door: Participants
) -> None:
    async def is_blocked() -> bool:
        row = await pool.fetchrow("SELECT * FROM blocked_partitions")
        return row is not None and (row["topic"], row["offset"]) == (OWN, 1)

    await door.send(OWN, batch(b"before"), batch(b"spoiled"), batch(b"behind"))
    door.replace_on_disk(OWN, b"spoiled", b"spoilt!")

    with capture_logs() as logs:
        async with consumer(any_topic, pool, DoorReader(), topics=r"^cri\.(in|test)\.[\w-]+\.v1$"):
            await until(is_blocked)
            await door.send(GOOD, batch(b"other"), batch(b"more"))
            await until(lambda: holds(pool, "own/0/before", "good/1/more"))
            assert not await holds(pool, "own/2/behind")
            door.replace_on_disk(OWN, b"spoilt!", b"spoiled")
            await until(lambda: holds(pool, "own/1/spoiled", "own/2/behind"))
            await until(lambda: _is_free(pool))

    assert _named(logs, "partition.blocked") == [(OWN, 1, "corrupt")]
    assert _named(logs, "records.unreadable") == []


async def test_of_a_batch_with_more_records_than_are_answered_the_rest_counts_as_lost(
    pool: "Pool[Any]",
    any_topic: ServiceSettings,
    door: Participants,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(faults, "MOST_ANSWERED", 2)
    await door.send(BAD, scattered(batch(*[b"x"] * 6)), batch(b"behind"))

    async with consumer(any_topic, pool, DoorReader(), topics=BOTH):
        await until(lambda: holds(pool, "bad/6/behind"))

    assert await _of_bad(pool) == [
        "bad/0/not_processable", "bad/1/not_processable", "bad/6/behind",
    ]  # fmt: skip
    (row,) = await pool.fetch("SELECT * FROM lost_ranges")
    assert (row["topic"], row["from_offset"], row["until_offset"]) == (BAD, 2, 6)


async def test_nothing_is_given_up_while_no_other_partition_answers(
    pool: "Pool[Any]", any_topic: ServiceSettings, door: Participants
) -> None:
    await door.send(BAD, scattered(batch(b"x" * 30)), batch(b"behind"))

    # Alone, it cannot be told from an outage.
    alone = rf"^{BAD}$"
    meets: list[int] = []
    async with consumer(any_topic, pool, DoorReader(), topics=alone) as running:
        met = running._faults.meet

        async def counting(fetching: FetchingConsumer, fault: Fault) -> None:
            meets.append(fault.offset)
            await met(fetching, fault)

        running._batches._meet = counting
        await until(lambda: _is_blocked(pool, BAD))
        await until(lambda: _has_failed(meets, times=2 * faults.TRIES))

    assert set(meets) == {0}
    assert await ledger(pool) == []
    assert await pool.fetch("SELECT * FROM unreadable_ranges") == []


async def _has_failed(meets: Sequence[int], *, times: int) -> bool:
    return len(meets) >= times


async def _as_routing(
    stack: Stack, any_topic: ServiceSettings, door: Participants
) -> tuple[ServiceSettings, str]:
    """Return the settings of a user that may read both topics, and its name."""
    user, password = stack.credentials.kafka("routing")
    for topic in (BAD, GOOD):
        await door.allow(user, topic)
    login = {"kafka_user": user, "kafka_password": SecretStr(password)}
    return any_topic.model_copy(update=login), user


async def test_a_lost_right_to_read_stops_one_topic_until_it_comes_back(
    pool: "Pool[Any]", stack: Stack, any_topic: ServiceSettings, door: Participants
) -> None:
    as_routing, user = await _as_routing(stack, any_topic, door)

    with capture_logs() as logs:
        async with consumer(as_routing, pool, DoorReader(), topics=BOTH):
            await door.send(BAD, batch(b"first"))
            await until(lambda: holds(pool, "bad/0/first"))
            await door.forbid_reading(user, BAD)
            await until(lambda: _is_blocked(pool, BAD))
            await door.send(BAD, batch(b"second"))
            await door.send(GOOD, batch(b"other"), batch(b"more"))
            await until(lambda: holds(pool, "good/0/other", "good/1/more"))
            await door.allow(user, BAD)
            await until(lambda: holds(pool, "bad/1/second"))

    assert _named(logs, "partition.blocked") == [(BAD, 1, "not_authorized")]


async def test_a_right_that_comes_back_ends_the_fault_although_nothing_new_was_sent(
    pool: "Pool[Any]", stack: Stack, any_topic: ServiceSettings, door: Participants
) -> None:
    as_routing, user = await _as_routing(stack, any_topic, door)

    async with watched(consumer(as_routing, pool, DoorReader(), topics=BOTH)) as running:
        await _block(pool, door, user)
        await door.allow(user, BAD)
        await until(lambda: _is_free(pool))

        assert running._health.blocked == {}


async def test_a_fault_that_ends_while_no_process_runs_is_over_after_the_next_start(
    pool: "Pool[Any]", stack: Stack, any_topic: ServiceSettings, door: Participants
) -> None:
    as_routing, user = await _as_routing(stack, any_topic, door)

    async with consumer(as_routing, pool, DoorReader(), topics=BOTH):
        await _block(pool, door, user)
    await door.allow(user, BAD)

    with capture_logs() as logs:
        async with watched(consumer(as_routing, pool, DoorReader(), topics=BOTH)) as running:
            await until(lambda: _is_free(pool))

            assert running._health.blocked == {}

    assert _named(logs, "partition.blocked") == [(BAD, 1, "not_authorized")]
    assert _named(logs, "partition.unblocked") == [(BAD, 1, "")]


async def test_a_fault_that_ends_during_a_rebalance_is_over_although_nothing_new_was_sent(
    pool: "Pool[Any]",
    stack: Stack,
    any_topic: ServiceSettings,
    door: Participants,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    as_routing, user = await _as_routing(stack, any_topic, door)

    async with watched(consumer(as_routing, pool, DoorReader(), topics=BOTH)) as running:
        await _block(pool, door, user)
        revoked = running.on_partitions_revoked

        async def and_allowed(partitions: Iterable[TopicPartition]) -> None:
            await revoked(partitions)
            await door.allow(user, BAD)

        monkeypatch.setattr(running, "on_partitions_revoked", and_allowed)
        running._consumer._coordinator.request_rejoin()
        await until(lambda: _is_free(pool))

        assert running._health.blocked == {}


async def test_a_fault_that_lasts_stays_known_to_the_next_process(
    pool: "Pool[Any]",
    stack: Stack,
    any_topic: ServiceSettings,
    door: Participants,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    as_routing, user = await _as_routing(stack, any_topic, door)

    async with consumer(as_routing, pool, DoorReader(), topics=BOTH):
        await _block(pool, door, user)
        since = await pool.fetchval("SELECT since FROM blocked_partitions")

    async with watched(consumer(as_routing, pool, DoorReader(), topics=BOTH)) as running:
        recall, recalled = running._faults.recall, []

        async def counted(fetching: FetchingConsumer) -> None:
            await recall(fetching)
            recalled.append(dict(running._health.blocked))

        monkeypatch.setattr(running._faults, "recall", counted)
        await door.send(GOOD, batch(b"other"))
        await until(lambda: holds(pool, "good/0/other"))
        await until(lambda: _has_been_recalled(recalled, times=2))

        assert list(running._health.blocked) == [f"{BAD}/0"]
        assert await pool.fetchval("SELECT since FROM blocked_partitions") == since


async def _block(pool: "Pool[Any]", door: Participants, user: str) -> None:
    """Have one record taken in, then take the right to read its topic away."""
    await door.send(BAD, batch(b"first"))
    await until(lambda: holds(pool, "bad/0/first"))
    await door.forbid_reading(user, BAD)
    await until(lambda: _is_blocked(pool, BAD))


@asynccontextmanager
async def watched(running: AbstractAsyncContextManager[Consumer]) -> AsyncIterator[Consumer]:
    async with running as each:
        watching = asyncio.create_task(each.watch())
        try:
            yield each
        finally:
            watching.cancel()


async def _has_been_recalled(recalled: Sequence[object], *, times: int) -> bool:
    return sum(map(bool, recalled)) >= times


async def _is_free(pool: "Pool[Any]") -> bool:
    return not await pool.fetchval("SELECT count(*) FROM blocked_partitions")


async def _is_blocked(pool: "Pool[Any]", topic: str) -> bool:
    rows = await pool.fetch("SELECT topic FROM blocked_partitions")
    return [row["topic"] for row in rows] == [topic]


async def _of_bad(pool: "Pool[Any]") -> list[str]:
    return [entry for entry in await ledger(pool) if entry.startswith("bad")]


def _named(logs: Sequence[Any], event: str) -> list[tuple[str, int, str]]:
    return [
        (line["topic"], line["offset"], line.get("reason", ""))
        for line in logs
        if line["event"] == event
    ]


async def test_a_batch_that_unpacks_to_hundreds_of_megabytes_is_refused_in_little_memory(
    pool: "Pool[Any]", any_topic: ServiceSettings, door: Participants
) -> None:
    await door.send(BAD, bomb(400 << 20), batch(b"behind"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with capture_logs() as logs:
        async with consumer(any_topic, pool, DoorReader(), topics=BOTH):
            await door.send(GOOD, batch(b"other"))
            await until(lambda: holds(pool, "bad/1/behind", "good/0/other"))

    assert "bad/0/not_processable" in await ledger(pool)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 128 << 10  # KiB: the limit, its copies and what Python keeps
    (line,) = [line for line in logs if line["event"] == "records.unreadable"]
    assert (line["topic"], line["offset"], line["until"]) == (BAD, 0, 1)
    assert line["reason"] == "too_large"
    (row,) = await pool.fetch("SELECT * FROM unreadable_ranges")
    assert (row["topic"], row["from_offset"], row["until_offset"]) == (BAD, 0, 1)
    assert len(row["batch"]) > 400_000
