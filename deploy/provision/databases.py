"""A database for each service, a role that owns it, one that works in it, and the operator's."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from shared.postgres.rights import OPERATOR


def database_of(service: str) -> str:
    """Return the name of a service's database."""
    return f"continuum_{service}"


def owner_of(service: str) -> str:
    """Return the role that owns a service's database and alone changes its schema."""
    return f"{service}_migrate"


async def provision(
    admin_dsn: str, passwords: Mapping[str, str], *, owners: Mapping[str, str], operator: str
) -> None:
    """
    Make the roles and databases that are missing, and close them to everybody else.

    *passwords* and *owners* map services to the passwords of their roles, and of the roles that
    own their databases. Migrations grant what a role may do (`shared.postgres.rights`).
    """
    connection = await asyncpg.connect(admin_dsn)
    try:
        await _make_role(connection, OPERATOR, operator)
        existing = await connection.fetch("SELECT datname FROM pg_database")
        for service, password in passwords.items():
            name, owner = database_of(service), owner_of(service)
            await _make_role(connection, service, password)
            await _make_role(connection, owner, owners[service])
            if name not in {row["datname"] for row in existing}:
                await connection.execute(f"CREATE DATABASE {name} OWNER {owner}")
            await close_to_others(connection, name, service)
        for name in ("postgres", "template1"):
            await connection.execute(f"REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC")
    finally:
        await connection.close()


async def migrate(dsns: Mapping[str, str]) -> None:
    """
    Bring each service's database to its schema, as ``python -m services.<name> migrate`` does.

    *dsns* are those of the owners. It is done in this process, because starting one for each
    service would take seconds.
    """
    from shared.postgres import rights
    from shared.postgres.migrate import migrate
    from shared.service import schemas

    async def bring(service: str, dsn: str) -> None:
        connection = await asyncpg.connect(dsn)
        try:
            await migrate(connection, schemas(service))
            await rights.give(connection, schemas(service), service=service)
        finally:
            await connection.close()

    await asyncio.gather(*(bring(service, dsn) for service, dsn in dsns.items()))


async def make(admin_dsn: str, name: str, *, service: str, template: str | None = None) -> None:
    """
    Make a database of *service*, empty or like ``template``, whose sessions must have ended.

    A template is copied file by file. That is a third of the work of logging its pages, but faster
    only if Postgres does not wait for the disk.
    """
    like = "" if template is None else f'TEMPLATE "{template}" STRATEGY FILE_COPY'
    connection = await asyncpg.connect(admin_dsn)
    try:
        await connection.execute(f'CREATE DATABASE "{name}" OWNER {owner_of(service)} {like}')
        await close_to_others(connection, name, service)
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
    connection: "asyncpg.Connection[asyncpg.Record]", database: str, service: str
) -> None:
    """Let only the service, the owner of its database and the operator connect."""
    await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
    await connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO {service}, {OPERATOR}')


async def _make_role(
    connection: "asyncpg.Connection[asyncpg.Record]", role: str, password: str
) -> None:
    known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    if known is None:
        # DDL takes no parameters. We make the passwords, of characters that need no quoting.
        await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")


def with_database(dsn: str, database: str) -> str:
    """Return the same address with another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))
