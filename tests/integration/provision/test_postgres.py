"""Postgres of the embedded stack lets in only who has the password, and only to their own."""

import asyncpg
import pytest

from deploy.local.stack import Stack
from deploy.provision.databases import database_of, owner_of, with_database
from shared.contracts.services import DEPLOYABLES


@pytest.mark.parametrize(
    "role", ["postgres", "operator", *DEPLOYABLES, *map(owner_of, DEPLOYABLES)]
)
async def test_a_wrong_password_is_refused(stack: Stack, role: str) -> None:
    port = stack.postgres.port

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://{role}:wrong@127.0.0.1:{port}/continuum_routing")


@pytest.mark.parametrize("service", DEPLOYABLES)
async def test_a_service_connects_to_its_own_database_and_no_other(
    stack: Stack, service: str
) -> None:
    own = stack.dsn(service)
    others = [database_of(other) for other in DEPLOYABLES if other != service]

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
