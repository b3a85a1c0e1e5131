"""Faults of databases do to a real Postgres what they say."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Literal

import asyncpg
import pytest

from deploy.provision import databases
from deploy.stack.postgres import Postgres
from shared.contracts.services import SERVICES
from tests.proofs.chaos.faults import failover
from tests.proofs.chaos.faults.failover import Failover
from tests.proofs.chaos.faults.pools import PoolExhausted
from tests.proofs.chaos.rig import Rig
from tests.proofs.temporary import temporary_stack

FIRST = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def rig() -> Iterator[Rig]:
    """A Postgres of this test alone, with the database of one service; Kafka is not started."""
    with temporary_stack() as stack:
        stack.credentials.kafka_users(SERVICES)
        stack.postgres.begin()
        stack.postgres.wait()
        passwords = {service: stack.credentials.postgres(service) for service in SERVICES}
        operator = stack.credentials.postgres("operator")
        owners = {each: stack.credentials.postgres(databases.owner_of(each)) for each in SERVICES}
        dsn = stack.postgres.dsn()
        asyncio.run(databases.provision(dsn, passwords, owners=owners, operator=operator))
        stack.migrate("routing")
        yield Rig(stack, report=stack.state / "report", say=lambda text: None)


def test_after_a_failover_what_was_committed_is_there_and_nothing_else(rig: Rig) -> None:
    before = rig.stack.postgres.port
    fault = Failover()

    begun, over = Event(), Event()

    async def write_and_begin_to_write_more() -> None:
        service = await asyncpg.connect(rig.stack.dsn("routing"))
        await service.execute("INSERT INTO write_probe (id, written_at) VALUES (true, $1)", FIRST)
        await service.execute("BEGIN")
        await service.execute("UPDATE write_probe SET written_at = $1", FIRST + timedelta(days=1))
        begun.set()
        over.wait()
        service.terminate()

    async def read() -> object:
        connection = await asyncpg.connect(rig.stack.dsn("routing"))
        try:
            return await connection.fetchval("SELECT written_at FROM write_probe")
        finally:
            await connection.close()

    writing = Thread(target=asyncio.run, args=[write_and_begin_to_write_more()])
    writing.start()
    begun.wait()
    fault.begin(rig)
    over.set()
    writing.join()

    assert fault.has_hit
    assert rig.stack.postgres.port != before
    assert asyncio.run(read()) == FIRST


def test_a_failover_that_is_given_up_leaves_a_server_that_commits_alone(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failover, "_PATIENCE", 3.0)  # no service is in a transaction
    primary = rig.stack.postgres
    standbys: list[Postgres] = []

    def standby(self: Postgres, *, port: int) -> Postgres:
        standbys.append(make_standby(self, port=port))
        return standbys[0]

    async def write() -> None:
        connection = await asyncpg.connect(rig.stack.dsn("routing"), timeout=5)
        await connection.execute(
            "INSERT INTO write_probe (id, written_at) VALUES (true, $1)", FIRST, timeout=5
        )
        await connection.close()

    make_standby = Postgres.standby
    monkeypatch.setattr(Postgres, "standby", standby)
    fault = Failover()

    fault.begin(rig)

    assert not fault.has_hit
    assert rig.stack.postgres is primary
    assert standbys[0].child is None
    asyncio.run(write())


@pytest.mark.parametrize("how", ["refused", "locked"])
def test_a_service_gets_no_connection_to_work_with_until_the_end(
    rig: Rig, how: Literal["refused", "locked"]
) -> None:
    fault = PoolExhausted(service="routing", how=how)
    refused: list[Exception] = []

    async def use() -> None:
        connection = await asyncpg.connect(rig.stack.dsn("routing"), timeout=5)
        try:
            await connection.execute("UPDATE checkpoints SET dead = dead", timeout=1)
        finally:
            connection.terminate()

    def try_to_use() -> None:
        try:
            asyncio.run(use())
        except (asyncpg.TooManyConnectionsError, TimeoutError) as error:
            refused.append(error)

    fault.begin(rig)
    fault.during(rig)
    using = Thread(target=try_to_use)
    using.start()
    while using.is_alive():
        fault.during(rig)
    fault.end(rig)

    assert fault.has_hit
    assert len(refused) == 1

    asyncio.run(use())
    assert rig.wrong == []
