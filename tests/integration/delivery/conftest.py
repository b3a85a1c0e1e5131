"""A database of its own for each test: delivery is tested apart from any service."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from deploy.local.stack import Stack
from deploy.provision import databases
from deploy.stack.kafka import ADMIN
from shared.delivery import kafka
from shared.postgres.migrate import migrate
from shared.postgres.pool import LIMITS
from shared.process.settings import ServiceSettings
from tests.integration.delivery.consumers import KEPT, METADATA_SECONDS, Topics, leave
from tests.integration.delivery.ledger import DATABASE, LEDGER, LedgerReader
from tests.integration.delivery.participants import Participants, participants
from tests.integration.settings import service_settings


@pytest.fixture(scope="session")
def ledger_template(stack: Stack) -> str:
    """Return the name of a database with the ledger, to be cloned, never connected to."""
    name = f"{DATABASE}_template"

    async def make() -> None:
        await databases.make(stack.postgres.dsn(), name, service="routing")
        connection = await asyncpg.connect(databases.with_database(stack.postgres.dsn(), name))
        await migrate(connection, ["shared.delivery", "shared.catalog"])
        await connection.execute(LEDGER)
        await connection.close()

    asyncio.run(make())
    return name


@pytest.fixture
async def pool(stack: Stack, ledger_template: str) -> AsyncIterator["asyncpg.Pool[Any]"]:
    admin = stack.postgres.dsn()
    await databases.drop(admin, DATABASE)
    await databases.make(admin, DATABASE, service="routing", template=ledger_template)
    dsn = databases.with_database(admin, DATABASE)
    async with asyncpg.create_pool(dsn, min_size=2, max_size=6, server_settings=LIMITS) as pool:
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
