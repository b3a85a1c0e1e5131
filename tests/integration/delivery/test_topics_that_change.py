import asyncio
import time
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest
from aiokafka import TopicPartition

from shared.delivery.reading.positions import CannotRun
from shared.delivery.records import Item
from shared.process.settings import ServiceSettings
from tests.integration.delivery.consumers import (
    KEPT,
    METADATA_SECONDS,
    OTHER,
    Topics,
    holds,
    of_both,
    until,
)
from tests.integration.delivery.ledger import LedgerReader, State


@pytest.mark.parametrize("noticed", [False, True], ids=["while-down", "noticed-before"])
async def test_a_topic_made_anew_before_a_static_member_returns_is_refused(
    pool: "asyncpg.Pool[Any]",
    static: ServiceSettings,
    reader: LedgerReader,
    topics: Topics,
    noticed: bool,
) -> None:
    await topics.make(OTHER)
    await topics.send(OTHER, "A", "B")
    async with of_both(static, pool, reader) as first:
        await until(lambda: holds(pool, "A", "B"))
        if noticed:
            await topics.delete(OTHER)

            async def reads_the_rest() -> bool:
                return {p.topic for p in first._consumer.assignment()} == {KEPT}

            await until(reads_the_rest)
    if not noticed:
        await topics.delete(OTHER)
    await topics.make(OTHER)
    await topics.send(KEPT, "C", "D")

    async with of_both(static, pool, reader) as returned:
        with pytest.raises(CannotRun, match=rf"^{OTHER}/\d: .* lost the records 0\.\.0;"):
            await asyncio.wait_for(returned.fatal, 10)

    assert await holds(pool, "A", "B")


async def test_a_topic_made_anew_is_refused_by_every_member_whoever_reads_it(
    pool: "asyncpg.Pool[Any]", static: ServiceSettings, reader: LedgerReader, topics: Topics
) -> None:
    await topics.make(OTHER)
    await topics.send(OTHER, "A")  # in one partition, which one member reads
    second = static.model_copy(update={"instance": f"{static.instance}-second"})
    async with of_both(static, pool, reader) as one, of_both(second, pool, reader) as other:
        await until(lambda: holds(pool, "A"))

        async def share() -> bool:
            return all(len(each._positions.expected) == 2 for each in (one, other))

        await until(share)

        await topics.delete(OTHER)
        await topics.make(OTHER)

        made = time.monotonic()
        for each in (one, other):
            with pytest.raises(CannotRun, match=f"^{OTHER}/0: "):
                await asyncio.wait_for(each.fatal, made + 10 - time.monotonic())


async def test_a_topic_made_anew_is_refused_after_it_has_outgrown_its_checkpoint(
    pool: "asyncpg.Pool[Any]", static: ServiceSettings, reader: LedgerReader, topics: Topics
) -> None:
    await topics.make(OTHER)
    await topics.send(OTHER, "A", "B")
    async with of_both(static, pool, reader) as first:
        await until(lambda: holds(pool, "A", "B"))
        await topics.delete(OTHER)
        await topics.make(OTHER)
        with pytest.raises(CannotRun, match=rf"^{OTHER}/\d: "):
            await asyncio.wait_for(first.fatal, 10)
    await topics.send(OTHER, "C", "D", "E", "F")

    async with of_both(static, pool, reader) as returned:
        with pytest.raises(CannotRun, match=rf"^{OTHER}/\d: .*: continuum resume routing$"):
            await asyncio.wait_for(returned.fatal, 10)

    assert await holds(pool, "A", "B")


async def test_a_topic_made_while_a_static_member_restarts_is_read(
    pool: "asyncpg.Pool[Any]", static: ServiceSettings, reader: LedgerReader, topics: Topics
) -> None:
    await topics.send(KEPT, "A")
    async with of_both(static, pool, reader):
        await until(lambda: holds(pool, "A"))
    await topics.make(OTHER)
    await topics.send(OTHER, "B", "C")

    async with of_both(static, pool, reader):
        await until(lambda: holds(pool, "A", "B", "C"), within=METADATA_SECONDS)


async def test_a_topic_that_is_deleted_while_its_batch_is_taken_in_stops_nobody(
    pool: "asyncpg.Pool[Any]", static: ServiceSettings, topics: Topics
) -> None:
    may_go_on = asyncio.Event()

    class Waiting(LedgerReader):
        begun = False

        async def load(self, connection: Any, items: Sequence[Item], *, at: Any) -> State:
            self.begun = True
            await may_go_on.wait()
            return await super().load(connection, items, at=at)

    reader = Waiting()
    await topics.make(OTHER)
    async with of_both(static, pool, reader) as running:

        async def stands_on_it() -> bool:
            return TopicPartition(OTHER, 0) in running._positions.expected

        async def has_begun() -> bool:
            return reader.begun

        async def has_let_go() -> bool:
            return TopicPartition(OTHER, 0) not in running._consumer.assignment()

        await until(stands_on_it)
        await topics.send(KEPT, "A")
        await until(has_begun)
        await topics.delete(OTHER)
        await until(has_let_go)
        assert await stands_on_it()

        running._watch_progress()

        may_go_on.set()
        await until(lambda: holds(pool, "A"))
