"""A server that is lost is restored beside itself, from a base backup and the archived log."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from deploy.stack import processes, recovery
from deploy.stack.postgres import Postgres

ARCHIVED = "SELECT last_archived_wal >= $1 FROM pg_stat_archiver"


@pytest.fixture
def state() -> Iterator[Path]:
    # Not in pytest's folder, which every run closes to all but its own user: Postgres has another.
    with TemporaryDirectory(prefix="continuum-tests-") as folder:
        yield Path(folder)


async def say(postgres: Postgres, text: str, *, archived: bool) -> None:
    """Write a row; return when it is in the archive, if it shall be."""
    connection = await asyncpg.connect(postgres.dsn())
    await connection.execute("CREATE TABLE IF NOT EXISTS said (text text)")
    await connection.execute("INSERT INTO said VALUES ($1)", text)
    if archived:
        segment = await connection.fetchval("SELECT pg_walfile_name(pg_switch_wal())")
        async with asyncio.timeout(60):
            while not await connection.fetchval(ARCHIVED, segment):
                await asyncio.sleep(0.05)  # nothing tells when a segment was archived
    await connection.close()


async def heard(postgres: Postgres) -> list[str]:
    connection = await asyncpg.connect(postgres.dsn())
    rows = await connection.fetch("SELECT text FROM said ORDER BY text")
    await connection.close()
    return [row["text"] for row in rows]


def test_what_was_archived_is_there_and_the_lost_server_is_left_as_it_is(state: Path) -> None:
    ports, password, log = processes.Ports(), state / "secrets", state / "log"
    lost = Postgres(state / "lost", log=log, port=ports.take(), admin_password=password)
    lost.begin()
    lost.wait()
    recovery.keep_archive(lost, state / "archive", seconds=3600)
    asyncio.run(say(lost, "1: in the backup", archived=False))
    recovery.back_up(lost, state / "backup", log=log)
    asyncio.run(say(lost, "2: in the archive", archived=True))
    asyncio.run(say(lost, "3: on the lost server alone", archived=False))

    assert lost.child is not None
    lost.child.process.send_signal(signal.SIGQUIT)
    lost.child.process.wait()
    beside = recovery.recover(
        state / "backup",
        state / "archive",
        log=log,
        port=ports.take(),
        admin_password=password,
    )
    restored = asyncio.run(heard(beside))
    asyncio.run(say(beside, "4: written to the restored one", archived=False))
    lost.begin()
    lost.wait()
    old = asyncio.run(heard(lost))
    beside.stop()
    lost.stop()

    assert restored == ["1: in the backup", "2: in the archive"]
    assert old == ["1: in the backup", "2: in the archive", "3: on the lost server alone"]
