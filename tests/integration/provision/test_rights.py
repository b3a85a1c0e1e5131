"""Each role of a database may do what its part needs, and nothing else."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from deploy.local.stack import Stack
from deploy.provision.databases import owner_of
from shared.contracts.services import DEPLOYABLES
from shared.postgres import rights
from shared.postgres.migrate import migrate
from shared.postgres.statements import load_statements
from shared.service import schemas
from tests.conftest import Database
from tests.examples import roles
from tests.integration.continuum.test_continuum import EVERYWHERE, STATEMENTS

KEPT = (
    "operations",
    "operation_outcomes",
    "rebuilds",
    "accesses",
    "lost_ranges",
    "lost_numbers",
    "unreadable_ranges",
    "retention_orders",
)
COLUMNS = """
SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, NULL) AS type
  FROM pg_class AS c
  JOIN pg_attribute AS a ON a.attrelid = c.oid
 WHERE c.relnamespace = 'public'::regnamespace
   AND c.relkind IN ('r', 'v')
   AND a.attnum > 0
   AND has_column_privilege(c.oid, a.attnum, 'SELECT')
"""
Refused = asyncpg.InsufficientPrivilegeError


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def explained(connection: "asyncpg.Connection[Any]", sql: str) -> None:
    """Begin to run a statement, which asks for its rights, and end before it does anything."""
    await connection.execute(f"EXPLAIN (GENERIC_PLAN) {sql}")


@pytest.mark.parametrize("service", DEPLOYABLES)
async def test_a_service_may_run_each_of_its_statements(database: Database, service: str) -> None:
    async with connected(await database(service)) as connection:
        for package in schemas(service):
            for name, sql in load_statements(package).items():
                if name == "vacuum_outbox":
                    await connection.execute(sql)
                    continue
                try:
                    await explained(connection, sql)
                except Refused as error:
                    pytest.fail(f"{package}/sql/{name}.sql: {error}")


@pytest.mark.parametrize("service", DEPLOYABLES)
async def test_the_operator_may_run_each_statement_of_the_command_line(
    stack: Stack, database: Database, service: str
) -> None:
    dsn = roles.as_operator(stack, await database(service), service)
    async with connected(dsn) as connection:
        statements = load_statements("continuum")
        for name in [*STATEMENTS[service], *EVERYWHERE]:
            try:
                await explained(connection, statements[name])
            except Refused as error:
                pytest.fail(f"continuum/sql/{name}.sql: {error}")


@pytest.mark.parametrize("service", DEPLOYABLES)
@pytest.mark.parametrize("role", [roles.as_service, roles.as_operator, roles.as_owner])
async def test_no_role_reads_the_passwords_of_roles(
    stack: Stack, database: Database, service: str, role: Callable[..., str]
) -> None:
    async with connected(role(stack, await database(service), service)) as connection:
        with pytest.raises(Refused):
            await connection.fetch("SELECT rolname, rolpassword FROM pg_authid")
        with pytest.raises(Refused):
            await connection.fetch("SELECT * FROM pg_stat_ssl, pg_user_mapping")
        with pytest.raises(Refused):
            await connection.fetch("SELECT pg_read_file('PG_VERSION')")


@pytest.mark.parametrize("service", DEPLOYABLES)
@pytest.mark.parametrize("who", ["the service", "its owner"])
async def test_no_role_of_a_service_reaches_another_database(
    stack: Stack, service: str, who: str
) -> None:
    role = service if who == "the service" else owner_of(service)
    for other in DEPLOYABLES:
        if other != service:
            own = stack.dsn(service, role=role)
            with pytest.raises(Refused):
                await asyncpg.connect(
                    own.replace(f"_{service}", f"_{other}").replace(
                        f"//{owner_of(other)}:", f"//{role}:"
                    )
                )


@pytest.mark.parametrize("service", DEPLOYABLES)
async def test_a_service_changes_no_schema_no_record_and_no_migration(
    database: Database, service: str
) -> None:
    async with connected(await database(service)) as connection:
        for statement in (
            "CREATE TABLE made (n integer)",
            "ALTER TABLE checkpoints ADD COLUMN n integer",
            "DROP TABLE outbox",
            "TRUNCATE outbox",
            "CREATE SCHEMA made",
            "ALTER TABLE operations DISABLE TRIGGER ALL",
            "UPDATE schema_migrations SET checksum = ''",
            "DELETE FROM operations",
            "UPDATE operations SET by = 'another'",
            'INSERT INTO operations (action, topic, partition, "offset", by, why)'
            " VALUES ('discard', 't', 0, 0, 'x', 'x')",
            "UPDATE operation_outcomes SET outcome = 'refused'",
            'INSERT INTO accesses (topic, partition, "offset", by, why)'
            " VALUES ('t', 0, 0, 'x', 'x')",
            "INSERT INTO retention_orders (by, why) VALUES ('x', 'x')",
            "SELECT * FROM read_contents(1)",
        ):
            with pytest.raises(Refused):
                await connection.execute(statement)


@pytest.mark.parametrize("service", DEPLOYABLES)
async def test_the_operator_writes_orders_and_looks_and_nothing_else(
    stack: Stack, database: Database, service: str
) -> None:
    dsn = await database(service)
    async with connected(roles.as_owner(stack, dsn, service)) as owner:
        tables = await owner.fetch(
            "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'v', 'S')"
        )
    async with connected(roles.as_operator(stack, dsn, service)) as connection:
        may = {
            (row["relname"], right)
            for row in tables
            for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
            if row["relkind"] != b"S"
            and await connection.fetchval(
                "SELECT CASE WHEN $2 IN ('INSERT', 'UPDATE')"
                " THEN has_any_column_privilege($1::text, $2)"
                " ELSE has_table_privilege($1::text, $2) END",
                row["relname"],
                right,
            )
        }
        ordered = ("operations", "accesses", "retention_orders")
        assert may == {(table, "INSERT") for table in ordered}
        for statement in (
            'INSERT INTO operations (action, topic, partition, "offset", by, why, session_role)'
            " VALUES ('discard', 't', 0, 0, 'x', 'x', 'another')",
            'INSERT INTO operations (action, topic, partition, "offset", by, why, outcome)'
            " VALUES ('discard', 't', 0, 0, 'x', 'x', 'discarded')",
            "SELECT nextval('operations_id_seq')",
            "CREATE TABLE made (n integer)",
        ):
            with pytest.raises(Refused):
                await connection.execute(statement)


@pytest.mark.parametrize("service", DEPLOYABLES)
async def test_the_operator_reads_no_contents_but_by_a_look_that_is_kept(
    stack: Stack, database: Database, service: str
) -> None:
    dsn = roles.as_operator(stack, await database(service), service)
    async with connected(dsn) as connection:
        readable = await connection.fetch(COLUMNS)
        secret = {"needs", "contacts", "notes", "words", "waiting_repeats", "waiting_notes"}
        secret |= {"messages"}

        assert readable
        # A message is bytes wherever it stands; what is hashed is bytes as well.
        hashes = {("decisions", "hash"), ("panels", "hash")}
        found = {(row["table"], row["column"]) for row in readable if row["type"] == "bytea"}
        assert found <= hashes
        assert not secret & {row["table"] for row in readable}


@pytest.mark.parametrize("service", DEPLOYABLES)
async def test_a_table_of_a_later_migration_is_the_services_at_once(
    stack: Stack, database: Database, service: str
) -> None:
    dsn = await database(service)
    async with connected(roles.as_owner(stack, dsn, service)) as owner:
        await owner.execute("CREATE TABLE later (n bigint GENERATED BY DEFAULT AS IDENTITY)")
        async with connected(dsn) as own:
            await own.execute("INSERT INTO later DEFAULT VALUES")
        async with connected(roles.as_operator(stack, dsn, service)) as operator:
            with pytest.raises(Refused):
                await operator.fetch("SELECT * FROM later")
            await migrate(owner, schemas(service))
            await rights.give(owner, schemas(service), service=service)
            assert await operator.fetchval("SELECT n FROM later") == 1


@pytest.mark.parametrize("service", DEPLOYABLES)
@pytest.mark.parametrize("table", KEPT)
async def test_not_even_the_owner_changes_what_is_kept(
    stack: Stack, database: Database, service: str, table: str
) -> None:
    async with connected(roles.as_owner(stack, await database(service), service)) as owner:
        with pytest.raises(Refused, match="kept as they were written"):
            await owner.execute(f"DELETE FROM {table}")
        with pytest.raises((Refused, asyncpg.FeatureNotSupportedError)):
            await owner.execute(f"TRUNCATE {table}")
