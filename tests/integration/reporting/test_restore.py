"""A restore repeats no announcement about a program, whenever the database was dumped."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.reporting.program_openings import announce_openings
from services.reporting.restore import Restore
from shared.contracts import reference
from shared.delivery.records import Record
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.outboxes import outbox_of
from tests.examples.restored import announce, catch_up, dumped
from tests.examples.solicitations import announced
from tests.examples.streams import START
from tests.integration.reporting.conftest import TOPICS, Log
from tests.integration.reporting.test_handlers import program_defined


@pytest.fixture
async def lives(stack: Stack, database: Database) -> AsyncIterator[tuple[Log, Log, list[Record]]]:
    """A database, its dump after the first definition, and what is defined afterwards."""
    dsn = await database("reporting")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        now = await pool.fetchval("SELECT now()")
        past = now - timedelta(seconds=1)
        first = program_defined(1, status="announced", opens_at=past)
        await Log(pool).take_in([(reference.TOPIC, first)])
        await pool.execute("DELETE FROM outbox")
    later = [
        program_defined(2, "other", status="announced", opens_at=past),
        program_defined(3, status="suspended"),
    ]
    records = [
        Record(reference.TOPIC, 0, offset, b"key", event.encode(), (), START)
        for offset, event in enumerate(later, 1)
    ]
    async with (
        dumped(stack, dsn, service="reporting") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=2, server_settings=LIMITS) as is_dump,
    ):
        lived = Log(lives_on)
        lived._ends[reference.TOPIC] = 1
        await announce_openings(lives_on, relay_wake=asyncio.Event())
        await lived.take_in([(reference.TOPIC, event) for event in later])
        yield lived, Log(is_dump), records


@pytest.mark.parametrize("sent", range(4))
async def test_what_was_told_is_not_told_again_and_the_rest_is(
    lives: tuple[Log, Log, list[Record]], sent: int
) -> None:
    lived, dump, records = lives
    on_log = (await outbox_of(lived.pool))[:sent]
    await announce(dump.pool, on_log, at=START)

    await catch_up(dump.pool, Restore(), [records], service="reporting")
    await announce_openings(dump.pool, relay_wake=asyncio.Event())

    every = [json.loads(r["value"]) for r in (*on_log, *await outbox_of(dump.pool))]
    told = {(each["subject"], each["data"]["status"]): each["sequence"] for each in every}
    assert len({each["id"] for each in every}) == len(every) == len(told)
    assert told.keys() >= {("other", "announced"), ("other", "open")}
    assert ("critical-response", "suspended") in told
    for program in ("critical-response", "other"):
        numbers = [int(number) for (name, _), number in told.items() if name == program]
        assert sorted(numbers) == list(range(min(numbers), min(numbers) + len(numbers)))


@pytest.mark.parametrize("sent", range(3))
async def test_a_version_of_a_solicitation_is_published_once(
    lives: tuple[Log, Log, list[Record]], sent: int
) -> None:
    lived, dump, records = lives
    versions = [announced(4), announced(5, version=2)]
    before = len(await outbox_of(lived.pool))
    await lived.take_in([(reference.TOPIC, event) for event in versions])
    on_log = (await outbox_of(lived.pool))[: before + sent]
    await announce(dump.pool, on_log, at=START)
    records = [
        *records,
        *(
            Record(reference.TOPIC, 0, offset, b"key", event.encode(), (), START)
            for offset, event in enumerate(versions, 3)
        ),
    ]

    await catch_up(dump.pool, Restore(), [records], service="reporting")

    every = [json.loads(r["value"]) for r in (*on_log, *await outbox_of(dump.pool))]
    told = [e for e in every if e["subject"].startswith("solicitation:")]
    assert [(e["data"]["version"], int(e["sequence"])) for e in told] == [(1, 1), (2, 2)]
    assert (
        await dump.pool.fetchval("SELECT count(*) FROM catalog WHERE kind = 'solicitation'") == 2
    )
