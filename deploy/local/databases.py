"""One database and one role for each service, one role that reads all, and nothing for others."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import asyncpg

OPERATOR = "operator"
# What the role of a service is where another owns the database: in components/postgres-cnpg, too.
_WORKS = "pg_read_all_data, pg_write_all_data, pg_maintain"


def database_of(service: str) -> str:
    """Return the name of a service's database."""
    return f"continuum_{service}"


def owner_of(service: str) -> str:
    """Return the role that owns a service's database where that is not the service's own."""
    return f"{service}_migrate"


async def provision(admin_dsn: str, passwords: Mapping[str, str], *, operator: str) -> None:
    """
    Make the roles and databases that are missing, and close them to everybody else.

    ``passwords`` has each service's. The role that owns a database also runs the service: on
    one machine, migrations need no role of their own; `give_owners` makes them.
    """
    connection = await asyncpg.connect(admin_dsn)
    try:
        await _make_role(connection, OPERATOR, operator)
        # Reads every table of the databases it may connect to, and writes none.
        await connection.execute(f"GRANT pg_read_all_data TO {OPERATOR}")
        existing = await connection.fetch("SELECT datname FROM pg_database")
        for service, password in passwords.items():
            await _make_role(connection, service, password)
            if database_of(service) not in {row["datname"] for row in existing}:
                await connection.execute(f"CREATE DATABASE {database_of(service)} OWNER {service}")
            await close_to_others(connection, database_of(service), service)
        for name in ("postgres", "template1"):
            await connection.execute(f"REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC")
    finally:
        await connection.close()


async def give_owners(admin_dsn: str, passwords: Mapping[str, str]) -> None:
    """
    Give each service's database, still empty, to a role that alone changes its schema.

    ``passwords`` has those of the new roles, by service. It is as in the manifests: the service's
    own role works in the database from then on, and makes no table.
    """
    connection = await asyncpg.connect(admin_dsn)
    try:
        for service, password in passwords.items():
            await _make_role(connection, owner_of(service), password)
            database = database_of(service)
            await connection.execute(f"ALTER DATABASE {database} OWNER TO {owner_of(service)}")
            await connection.execute(f"GRANT CONNECT ON DATABASE {database} TO {service}")
            await connection.execute(f"GRANT {_WORKS} TO {service}")
    finally:
        await connection.close()


async def migrate(dsns: Mapping[str, str]) -> None:
    """
    Bring each service's database to its schema, as ``python -m services.<name> migrate`` does.

    In this process: four that each load a whole service take seconds.
    """
    from shared.postgres.migrate import migrate
    from shared.service import schemas

    async def bring(service: str, dsn: str) -> None:
        connection = await asyncpg.connect(dsn)
        try:
            await migrate(connection, schemas(service))
        finally:
            await connection.close()

    await asyncio.gather(*(bring(service, dsn) for service, dsn in dsns.items()))


async def make(admin_dsn: str, name: str, *, owner: str, template: str = "template1") -> None:
    """Make a database like ``template``, whose sessions must have ended."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        await connection.execute(
            f'CREATE DATABASE "{name}" OWNER {owner} TEMPLATE "{template}" STRATEGY FILE_COPY'
        )
        await close_to_others(connection, name, owner)
    finally:
        await connection.close()


async def drop(admin_dsn: str, name: str) -> None:
    """End all sessions of a database and delete it."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def close_to_others(
    connection: "asyncpg.Connection[asyncpg.Record]", database: str, owner: str
) -> None:
    """Let nobody connect but the owner and the operator."""
    await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
    await connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO {owner}, {OPERATOR}')


async def _make_role(
    connection: "asyncpg.Connection[asyncpg.Record]", role: str, password: str
) -> None:
    known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    if known is None:
        # Passwords are ours, of letters that need no quoting; DDL takes no parameters.
        await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")


def with_database(dsn: str, database: str) -> str:
    """Return the same address with another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))
