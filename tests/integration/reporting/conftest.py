"""Reporting's database, and a log that is taken in as the driver does it."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.reporting.handlers import ReportingReader
from shared.contracts.event import Event
from shared.delivery.records import Record
from shared.delivery.take_in.take_in import Result, take_in
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.restored import dumped
from tests.examples.streams import START
from tests.integration.reporting.engagements import opened

TOPICS = ("cri.int.intake.v1", "cri.int.routing.v1", "cri.int.reference.v1", "cri.int.drafts.v1")


class Log:
    """Appends events to one partition of each topic and has reporting take them in."""

    def __init__(self, pool: "asyncpg.Pool[Any]", reader: ReportingReader | None = None) -> None:
        self.pool = pool
        self._reader = reader or ReportingReader()
        self._ends: Counter[str] = Counter()
        self.records: list[Record] = []

    async def take_in(self, events: Iterable[tuple[str, Event | bytes]]) -> Result:
        """Take *events* in as one batch."""
        batch = [self._append(topic, event) for topic, event in events]
        return await take_in(self.pool, self._reader, batch, service="reporting")

    def _append(self, topic: str, event: Event | bytes) -> Record:
        value = event if isinstance(event, bytes) else event.encode()
        offset = self._ends[topic]
        self._ends[topic] += 1
        self.records.append(Record(topic, 0, offset, b"key", value, (), START))
        return self.records[-1]


@pytest.fixture
async def pool(database: Database) -> AsyncIterator["asyncpg.Pool[Any]"]:
    dsn = await database("reporting")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=LIMITS) as pool:
        yield pool


@pytest.fixture
async def log(pool: "asyncpg.Pool[Any]") -> Log:
    await open_checkpoints(pool, TOPICS)
    return Log(pool)


@pytest.fixture
async def lives(stack: Stack, database: Database) -> AsyncIterator[tuple[Log, Log]]:
    """A database with an engagement that was opened, and its dump."""
    dsn = await database("reporting")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as pool:
        await open_checkpoints(pool, TOPICS)
        await Log(pool).take_in([opened()])
        await pool.execute("DELETE FROM outbox")
    async with (
        dumped(stack, dsn, service="reporting") as dump,
        asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=LIMITS) as lives_on,
        asyncpg.create_pool(dump, min_size=1, max_size=2, server_settings=LIMITS) as is_dump,
    ):
        yield Log(lives_on), Log(is_dump)
