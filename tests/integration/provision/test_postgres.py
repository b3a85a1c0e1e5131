"""Postgres of the embedded stack lets in only who has the password, and only to their own."""

import asyncio

import asyncpg
import pytest

from deploy.local.stack import Stack
from deploy.provision.databases import database_of, owner_of, with_database
from shared.contracts.services import SERVICES


@pytest.mark.parametrize("role", ["postgres", "operator", *SERVICES, *map(owner_of, SERVICES)])
async def test_a_wrong_password_is_refused(stack: Stack, role: str) -> None:
    port = stack.postgres.port

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://{role}:wrong@127.0.0.1:{port}/continuum_routing")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_connects_to_its_own_database_and_no_other(
    stack: Stack, service: str
) -> None:
    own = stack.dsn(service)
    others = [database_of(other) for other in SERVICES if other != service]

    connection = await asyncpg.connect(own)
    await connection.close()

    for database in [*others, "postgres", "template1"]:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(with_database(own, database))


async def test_a_service_is_no_superuser_and_makes_no_roles_or_databases(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.postgres.dsn())

    rows = await connection.fetch(
        "SELECT rolname FROM pg_roles WHERE rolcanlogin"
        " AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)"
    )

    await connection.close()
    assert [row["rolname"] for row in rows] == ["postgres"]


async def test_what_a_service_owned_in_an_earlier_version_goes_to_the_owner(stack: Stack) -> None:
    admin = await asyncpg.connect(stack.postgres.dsn())
    await admin.execute(f"ALTER DATABASE {database_of('intake')} OWNER TO intake")
    await admin.execute("GRANT pg_read_all_data TO intake, operator")
    service = await asyncpg.connect(stack.dsn("intake"))
    await service.execute("CREATE TABLE earlier (n integer)")

    await asyncio.to_thread(stack._provision_postgres)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute("DROP TABLE earlier")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.fetch("SELECT rolpassword FROM pg_authid")
    owner = await admin.fetchval(
        "SELECT datdba::regrole::text FROM pg_database WHERE datname = $1", database_of("intake")
    )
    own = await asyncpg.connect(stack.dsn("intake", role=owner_of("intake")))
    await own.execute("DROP TABLE earlier")
    for connection in (admin, service, own):
        await connection.close()
    assert owner == owner_of("intake")
