"""Postgres writes to the disk before it confirms; only the one that tests share does not."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.stack import Stack
from tests.proofs.temporary import temporary_stack

ROOT = Path(__file__).parents[3]


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A Postgres as `make up` has it; Kafka is not started."""
    with temporary_stack() as made:
        made.postgres.begin()
        made.postgres.wait()
        yield made


def test_no_durability_is_given_up_for_speed(stack: Stack) -> None:
    async def show(*names: str) -> dict[str, str]:
        connection = await asyncpg.connect(stack.postgres.dsn())
        found = {name: await connection.fetchval(f"SHOW {name}") for name in names}
        await connection.close()
        return found

    names = ("fsync", "synchronous_commit", "full_page_writes", "max_connections")

    assert asyncio.run(show(*names)) == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "max_connections": "200",
    }


def test_only_the_tests_run_postgres_without_durability() -> None:
    folders = ("benchmarks", "continuum", "deploy", "services", "shared", "tests")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]

    found = [path for path in sources if "durable=" + "False" in path.read_text()]

    assert found == [ROOT / "tests" / "conftest.py"]
