"""The migrate verb of each service, as a process: it ends, and says what it did or why not."""

import json
import shutil
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from deploy.provision import databases
from shared.contracts.services import SERVICES
from shared.postgres.migrate import migrations_of, verify
from shared.service import schemas
from tests.conftest import Database

_numbers = count(1)


@pytest.fixture
async def empty(stack: Stack) -> AsyncIterator[Database]:
    """Make databases without a table, as `make up` does before it migrates them."""
    names: list[str] = []

    async def make(service: str) -> str:
        names.append(f"{service}_empty_{next(_numbers)}")
        await databases.make(stack.postgres.dsn(), names[-1], service=service)
        return databases.with_database(stack.dsn(service), names[-1])

    yield make
    for name in names:
        await databases.drop(stack.postgres.dsn(), name)


def migrate(stack: Stack, service: str, dsn: str, **more: str) -> tuple[int, list[dict[str, Any]]]:
    """Run the verb against a database; return its status and its lines, all of them JSON."""
    database = {"CONTINUUM_POSTGRES_DATABASE": dsn.rsplit("/", 1)[1]}
    environment = {**stack.as_owner(service), **database, **more}
    status, output = stack.ask(service, "migrate", environment=environment)
    return status, [json.loads(line) for line in output.splitlines()]


@pytest.mark.parametrize("service", SERVICES)
async def test_an_empty_database_is_brought_to_the_schema_and_what_was_applied_is_logged(
    stack: Stack, empty: Database, service: str
) -> None:
    dsn = await empty(service)

    status, lines = migrate(stack, service, dsn)

    wanted = [f"{m.component}/{m.name}" for each in schemas(service) for m in migrations_of(each)]
    assert status == 0
    assert [(line["event_name"], line["applied"]) for line in lines] == [
        ("schema.migrated", wanted)
    ]
    connection = await asyncpg.connect(dsn)
    await verify(connection, schemas(service))
    await connection.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_an_up_to_date_database_is_left_as_it_is(
    stack: Stack, database: Database, service: str
) -> None:
    dsn = await database(service)

    status, lines = migrate(stack, service, dsn)

    assert status == 0
    assert [(line["event_name"], line["applied"]) for line in lines] == [("schema.migrated", [])]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_wrong_password_ends_it_with_a_clear_line(
    stack: Stack, empty: Database, tmp_path: Path, service: str
) -> None:
    right = Path(stack.as_owner(service)["CONTINUUM_SECRETS_DIR"])
    secrets = tmp_path / "secrets"
    shutil.copytree(right, secrets)
    (secrets / "continuum_postgres_password").write_text("wrong")

    status, lines = migrate(
        stack, service, await empty(service), CONTINUUM_SECRETS_DIR=str(secrets)
    )

    assert status == 2
    assert [line["event_name"] for line in lines] == ["service.refuses"]
    assert "password" in lines[0]["body"]
    assert "wrong" not in json.dumps(lines)
