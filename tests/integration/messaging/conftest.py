"""A database of its own for each test: delivery is tested apart from any service."""

import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from deploy.local import databases
from deploy.local.kafka import ADMIN
from deploy.local.stack import Stack
from shared.messaging import kafka
from shared.postgres.migrate import migrate
from shared.postgres.pool import LIMITS
from shared.runtime.settings import ServiceSettings
from tests.integration.messaging.consumers import KEPT, METADATA_SECONDS, Topics, leave
from tests.integration.messaging.ledger import DATABASE, LEDGER, LedgerReader
from tests.integration.messaging.participants import Participants, participants
from tests.integration.settings import service_settings


@pytest.fixture
async def pool(stack: Stack) -> AsyncIterator["asyncpg.Pool[Any]"]:
    admin = await asyncpg.connect(stack.postgres.dsn())
    await admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {DATABASE}")
    await admin.close()
    dsn = databases.with_database(stack.postgres.dsn(), DATABASE)
    async with asyncpg.create_pool(dsn, min_size=2, max_size=6, server_settings=LIMITS) as pool:
        async with pool.acquire() as connection:
            await migrate(connection, ["shared.messaging", "shared.catalog"])
            await connection.execute(LEDGER)
        yield pool


@pytest.fixture
def settings(stack: Stack, pool: "asyncpg.Pool[Any]") -> ServiceSettings:
    """Return the settings of a process that is routing for Kafka, on this test's database."""
    return service_settings(stack, stack.credentials.kafka("routing"), database=DATABASE)


@pytest.fixture
def reader() -> LedgerReader:
    return LedgerReader()


@pytest.fixture
async def static(stack: Stack, settings: ServiceSettings) -> AsyncIterator[ServiceSettings]:
    """Give the settings of a static member, which outlives its process, on any topic."""
    user, password = stack.kafka_login(ADMIN)
    made = settings.model_copy(
        update={
            "kafka_user": user,
            "kafka_password": SecretStr(password),
            "instance": f"member-{time.monotonic_ns()}",
            "session_timeout_ms": 30_000,
            "metadata_max_age_ms": METADATA_SECONDS * 1000,
        }
    )
    yield made
    await leave(made)


@pytest.fixture
async def topics(stack: Stack, static: ServiceSettings) -> AsyncIterator[Topics]:
    async with AIOKafkaProducer(**kafka.security(static)) as producer:
        topics = Topics(stack, producer)
        await topics.remove()
        await topics.make(KEPT)
        yield topics
        await topics.remove()


@pytest.fixture
async def door(stack: Stack, static: ServiceSettings) -> AsyncIterator[Participants]:
    async with participants(stack, static) as topics:
        yield topics


@pytest.fixture
def any_topic(static: ServiceSettings) -> ServiceSettings:
    """Return the settings of a process that may read any topic."""
    return static.model_copy(update={"instance": None, "session_timeout_ms": 6000})
