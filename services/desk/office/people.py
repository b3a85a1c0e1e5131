"""Who may sign in, and under which pseudonym each person acts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
_SQL = load_statements("services.desk")
FIRST_ADMINISTRATOR = "staff:first-administrator"
"""The pseudonym of the person that the settings let in first."""
STRANGERS = 50
"""How many people without an entry are listed at most."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the office: ``subject`` names it at the issuer, ``actor`` in messages."""

    issuer: str
    subject: str
    actor: str
    name: str
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stranger:
    """A person who has signed in and may do nothing yet."""

    subject: str
    signed_in_at: datetime


async def find_person(
    connection: "Connection[Any]", *, issuer: str, subject: str
) -> Person | None:
    """Return the person, disabled or not."""
    row = await connection.fetchrow(_SQL["find_person"], issuer, subject)
    return None if row is None else Person(**row)


async def list_people(connection: "Connection[Any]", *, issuer: str) -> list[Person]:
    """Return everyone who may sign in or could in the past, by name."""
    return [Person(**row) for row in await connection.fetch(_SQL["list_people"], issuer)]


async def list_strangers(connection: "Connection[Any]", *, issuer: str) -> list[Stranger]:
    """Return the people who signed in and are not entered yet, the latest first."""
    return [
        Stranger(**row)
        for row in await connection.fetch(_SQL["list_strangers"], issuer, STRANGERS)
    ]


async def add_person(connection: "Connection[Any]", person: Person, *, by: str) -> bool:
    """Enter *person*; return False if its subject or its pseudonym is entered already."""
    row = await connection.fetchrow(
        _SQL["add_person"], person.issuer, person.subject, person.actor, person.name, by
    )
    return row is not None


async def disable_person(connection: "Connection[Any]", *, issuer: str, subject: str) -> bool:
    """Disable a person, which ends all sessions; False if the person is unknown or disabled."""
    return await connection.fetchval(_SQL["disable_person"], issuer, subject) is not None


async def enable_person(connection: "Connection[Any]", *, issuer: str, subject: str) -> bool:
    """Let a disabled person sign in again; return False if the person is unknown."""
    return await connection.fetchval(_SQL["enable_person"], issuer, subject) is not None
