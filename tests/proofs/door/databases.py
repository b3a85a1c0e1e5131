"""A service's database for the examples: it has a clock of its own, and can be put back."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg

from deploy.provision.databases import with_database
from shared.postgres.pool import LIMITS

Pool: TypeAlias = "asyncpg.Pool[Any]"
Make: TypeAlias = Callable[[str], Awaitable[str]]
"""Makes a migrated, empty database of the service named and returns its DSN, as that service."""

# Services ask nobody but Postgres for the time. Their sessions find these functions first.
_CLOCK = """
    CREATE SCHEMA example_clock;
    CREATE TABLE example_clock.hand (at timestamptz NOT NULL);
    INSERT INTO example_clock.hand VALUES ('-infinity');
    CREATE FUNCTION example_clock.now() RETURNS timestamptz
        LANGUAGE sql STABLE RETURN (SELECT at FROM example_clock.hand);
    CREATE FUNCTION example_clock.statement_timestamp() RETURNS timestamptz
        LANGUAGE sql STABLE RETURN example_clock.now();
    CREATE FUNCTION example_clock.clock_timestamp() RETURNS timestamptz
        LANGUAGE sql STABLE RETURN example_clock.now();
    GRANT USAGE ON SCHEMA example_clock TO PUBLIC;
    GRANT SELECT ON example_clock.hand TO PUBLIC;
"""
_SEARCH_PATH = "example_clock, public, pg_catalog"
_SET_CLOCK = "UPDATE example_clock.hand SET at = coalesce($1::timestamptz, '-infinity')"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
      FROM pg_attribute
     WHERE attrelid = ('public.' || quote_ident($1))::regclass
       AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
"""The columns of a table, without those that Postgres computes."""
_SEQUENCES = """
    SELECT format('SELECT setval(%L, %s, %L)',
                  format('%I.%I', schemaname, sequencename),
                  coalesce(last_value, start_value),
                  last_value IS NOT NULL)
      FROM pg_sequences
     WHERE schemaname = 'public'
"""


class Database:
    """The database of one service; what `keep` kept, `put_back` puts back, rows and numbers."""

    def __init__(self, admin: "asyncpg.Connection[Any]", pool: Pool) -> None:
        self.pool = pool
        self._admin = admin
        self._kept: dict[str, str] = {}

    @classmethod
    async def open(cls, service: str, make: Make, *, admin_dsn: str) -> "Database":
        """Make the database, with its clock."""
        dsn = await make(service)
        admin = await asyncpg.connect(with_database(admin_dsn, dsn.rpartition("/")[2]))
        await admin.execute(_CLOCK)
        # No trigger refuses or reports what is put back.
        await admin.execute("SET session_replication_role = replica")
        settings = {**LIMITS, "search_path": _SEARCH_PATH}
        pool = await asyncpg.create_pool(dsn, min_size=1, max_size=2, server_settings=settings)
        return cls(admin, pool)

    async def set_clock(self, at: datetime | None) -> None:
        """Set the clock to *at*; None stands for the time before all times."""
        await self._admin.execute(_SET_CLOCK, at)

    async def keep(self, name: str) -> None:
        """Keep the present content under *name*."""
        tables = [row[0] for row in await self._admin.fetch(_TABLES)]
        statements = [row[0] for row in await self._admin.fetch(_SEQUENCES)]
        await self._admin.execute(f'CREATE SCHEMA "{name}"')
        for table in tables:
            await self._admin.execute(f'CREATE TABLE "{name}"."{table}" AS TABLE public."{table}"')
            statements.append(f'DELETE FROM public."{table}"')
            columns = await self._admin.fetchval(_COLUMNS, table)
            statements.append(
                f'INSERT INTO public."{table}" ({columns}) OVERRIDING SYSTEM VALUE'
                f' SELECT {columns} FROM "{name}"."{table}"'
            )
        self._kept[name] = ";".join(statements)

    async def put_back(self, name: str, *, at: datetime | None) -> None:
        """Put the content back that was kept under *name*, and the clock to *at*."""
        async with self._admin.transaction():
            await self._admin.execute(self._kept[name])
            await self.set_clock(at)

    async def close(self) -> None:
        """End all sessions."""
        await self.pool.close()
        await self._admin.close()
