"""The desk's database, and a log that is taken in as the driver does it."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import Any

import asyncpg
import pytest

from services.desk.acts import OUT_TOPIC
from services.desk.handlers import DeskReader
from shared.contracts import intake, notifications, reference, reporting, routing
from shared.contracts.event import Facts
from shared.delivery.records import Record
from shared.delivery.take_in.take_in import Result, take_in
from shared.postgres.pool import LIMITS
from tests.conftest import Database
from tests.examples.checkpoints import open_checkpoints
from tests.examples.streams import START

TOPICS = (
    intake.TOPIC,
    routing.TOPIC,
    notifications.TOPIC,
    notifications.MAIL_TOPIC,
    reporting.TOPIC,
    reference.TOPIC,
    OUT_TOPIC,
)


class Log:
    """Appends records to one partition of each topic and has the desk take them in."""

    def __init__(self, pool: "asyncpg.Pool[Any]", *, reader: DeskReader | None = None) -> None:
        self.pool = pool
        self._reader = reader or DeskReader()
        self._ends: Counter[str] = Counter()

    async def take_in(self, values: Iterable[tuple[str, Facts | bytes]]) -> Result:
        """Take *values* in as one batch."""
        batch = [self._append(topic, value) for topic, value in values]
        return await take_in(self.pool, self._reader, batch, service="desk")

    def _append(self, topic: str, value: Facts | bytes) -> Record:
        encoded = value if isinstance(value, bytes) else value.encode()
        self._ends[topic] += 1
        return Record(topic, 0, self._ends[topic] - 1, b"key", encoded, (), START)


async def opened(dsn: str) -> "asyncpg.Pool[Any]":
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=LIMITS)
    await open_checkpoints(pool, TOPICS)
    return pool


@pytest.fixture
async def log(database: Database) -> AsyncIterator[Log]:
    async with await opened(await database("desk")) as pool:
        yield Log(pool)
