"""Numbered, forward-only migrations with recorded checksums; running services only verify them."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from typing import Any

from shared.process import crash_points

_CREATE = """\
CREATE TABLE IF NOT EXISTS schema_migrations (
    component  text        NOT NULL,
    number     integer     NOT NULL,
    name       text        NOT NULL,
    checksum   text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (component, number)
)"""
_LOCK = 0x636F6E74
_RECORDED_AS = {"shared.delivery": "messaging"}
"""Renamed packages, with the component name under which databases record them."""


class SchemaMismatch(Exception):
    """The database's schema does not suit this build; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    component: str
    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return sha256(self.sql.encode()).hexdigest()


def migrations_of(package: str) -> list[Migration]:
    """Return the migrations in ``<package>/migrations`` in order of their number."""
    component = _RECORDED_AS.get(package, package.rsplit(".", 1)[-1])
    files = (resources.files(package) / "migrations").iterdir()
    found = [
        Migration(component, int(f.name.split("_", 1)[0]), f.name, f.read_text(encoding="utf-8"))
        for f in files
        if f.name.endswith(".sql")
    ]
    return sorted(found, key=lambda migration: migration.number)


async def migrate(connection: Any, packages: Sequence[str]) -> list[str]:
    """
    Apply the missing migrations, each in its own transaction; return their names.

    If killed, the next run resumes. Concurrent runs wait for each other.
    """
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        await connection.execute(_CREATE)
        applied = await _applied(connection)
        done = []
        for migration in (m for package in packages for m in migrations_of(package)):
            _compare(migration, applied)
            if (migration.component, migration.number) in applied:
                continue
            async with connection.transaction():
                await connection.execute(
                    "SET LOCAL lock_timeout = '4s'; SET LOCAL statement_timeout = '5s'"
                )
                await connection.execute(migration.sql)
                await connection.execute(
                    "INSERT INTO schema_migrations (component, number, name, checksum)"
                    " VALUES ($1, $2, $3, $4)",
                    migration.component,
                    migration.number,
                    migration.name,
                    migration.checksum,
                )
            crash_points.reach("migration.between_steps")
            done.append(f"{migration.component}/{migration.name}")
        return done
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def verify(connection: Any, packages: Sequence[str]) -> None:
    """Raise `SchemaMismatch` unless every migration of *packages* is applied, unchanged."""
    exists = await connection.fetchval("SELECT to_regclass('schema_migrations') IS NOT NULL")
    applied = await _applied(connection) if exists else {}
    for migration in (m for package in packages for m in migrations_of(package)):
        _compare(migration, applied)
        if (migration.component, migration.number) not in applied:
            raise SchemaMismatch(
                f"the schema is older than this build: {migration.component}/{migration.name}"
                " is missing; run the migrate verb of this service first"
            )


async def _applied(connection: Any) -> dict[tuple[str, int], str]:
    rows = await connection.fetch("SELECT component, number, checksum FROM schema_migrations")
    return {(row["component"], row["number"]): row["checksum"] for row in rows}


def _compare(migration: Migration, applied: dict[tuple[str, int], str]) -> None:
    checksum = applied.get((migration.component, migration.number))
    if checksum is not None and checksum != migration.checksum:
        raise SchemaMismatch(
            f"{migration.component}/{migration.name} was applied with other contents;"
            " a released migration never changes: add a new one"
        )
