from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.notifications.audiences.audience import Working
from services.notifications.audiences.case_file import Note
from services.notifications.audiences.repeats import WaitingRepeat
from services.notifications.audiences.request import Request as NotifiedRequest
from services.notifications.batch_state import NoticeRow, WaitingNote
from services.reporting.timeline import TimelineEntry
from services.routing.lanes.opening import Lane
from services.routing.life.capacity import Capacity
from services.routing.life.request import CapacityChange, Request
from services.routing.store import LaneSweep
from shared.contracts.services import DEPLOYABLES
from shared.delivery.relay import outbox
from shared.delivery.take_in.checkpoints import CheckpointStep, CountRow
from shared.delivery.take_in.gates import GateStep
from shared.postgres.migrate import SchemaMismatch, migrate, migrations_of, verify
from shared.postgres.statements import load_statements
from shared.service import schemas
from tests.examples.roles import as_owner

Database = Callable[[str], Awaitable[str]]


@pytest.mark.parametrize("service", DEPLOYABLES)
async def test_every_statement_prepares_against_the_migrated_schema(
    service: str, database: Database
) -> None:
    connection = await asyncpg.connect(await database(service))

    for package in schemas(service):
        for name, sql in load_statements(package).items():
            try:
                await connection.prepare(sql)
            except asyncpg.PostgresError as error:
                pytest.fail(f"{package}/sql/{name}.sql: {error}")

    await connection.close()


@pytest.mark.parametrize(
    ("service", "name", "fields"),
    [
        ("notifications", "outbox_row", outbox.COLUMNS),
        ("notifications", "checkpoint_step", CheckpointStep._fields),
        ("notifications", "gate_step", GateStep._fields),
        ("notifications", "count_row", CountRow._fields),
        ("notifications", "note_row", Note._fields),
        ("notifications", "notice_row_2", NoticeRow._fields[:-1]),
        ("notifications", "request_row_2", (*NotifiedRequest._fields, "published")),
        ("notifications", "working_row", Working._fields),
        ("notifications", "waiting_repeat_row", WaitingRepeat._fields),
        ("notifications", "waiting_note_row", WaitingNote._fields),
        ("reporting", "timeline_row_2", TimelineEntry._fields),
        ("routing", "capacity_change_row", CapacityChange._fields),
        ("routing", "capacity_row", Capacity._fields),
        ("routing", "lane_state", Lane._fields),
        ("routing", "lane_sweep", LaneSweep._fields),
        ("routing", "request_row_2", Request._fields),
    ],
)
async def test_a_row_has_the_fields_of_its_type_in_their_order(
    service: str, name: str, fields: Sequence[str], database: Database
) -> None:
    connection = await asyncpg.connect(await database(service))

    rows = await connection.fetch(
        "SELECT attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped"
        " AND attrelid = (SELECT typrelid FROM pg_type WHERE typname = $1) ORDER BY attnum",
        name,
    )

    await connection.close()
    assert [row["attname"] for row in rows] == list(fields)


@pytest.mark.parametrize("service", DEPLOYABLES)
def test_every_statement_has_its_store_function_and_is_used(service: str) -> None:
    for package in schemas(service):
        (folder,) = import_module(package).__path__
        code = "\n".join(file.read_text() for file in sorted(Path(folder).rglob("*.py")))
        for name in load_statements(package):
            assert f'_SQL["{name}"]' in code, f"{package}/sql/{name}.sql is not used"


async def test_a_migration_applied_with_other_contents_is_refused(
    stack: Stack, database: Database
) -> None:
    connection = await owner_of("routing", stack, database)
    await connection.execute("UPDATE schema_migrations SET checksum = 'other' WHERE number = 1")

    with pytest.raises(SchemaMismatch, match="a released migration never changes"):
        await migrate(connection, schemas("routing"))

    await connection.close()


async def test_a_service_starts_on_a_newer_schema_and_refuses_an_older_one(
    stack: Stack, database: Database
) -> None:
    connection = await owner_of("routing", stack, database)
    last = migrations_of("services.routing")[-1].number
    await connection.execute(
        "INSERT INTO schema_migrations (component, number, name, checksum)"
        " VALUES ('routing', $1, 'later.sql', 'x')",
        last + 1,
    )
    await verify(connection, schemas("routing"))

    await connection.execute(
        "DELETE FROM schema_migrations WHERE component = 'routing' AND number = $1", last
    )

    with pytest.raises(SchemaMismatch, match="run the migrate verb"):
        await verify(connection, schemas("routing"))
    await connection.close()


async def test_migrating_twice_changes_nothing(stack: Stack, database: Database) -> None:
    connection = await owner_of("intake", stack, database)

    assert await migrate(connection, schemas("intake")) == []

    await connection.close()


async def owner_of(service: str, stack: Stack, database: Database) -> Any:
    """Connect to a fresh database of *service* as the role that owns it."""
    return await asyncpg.connect(as_owner(stack, await database(service), service))
