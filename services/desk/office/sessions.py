"""
Sign-ins that are under way, and sessions: one function per statement.

The database has only hashes of the browsers' secrets. Both end by real time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from shared.postgres.statements import load_statements
from shared.web.tokens import digest

Connection = PoolConnectionProxy
_SQL = load_statements("services.desk")
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SIGN_IN_LASTS = timedelta(minutes=10)
_SWEPT_EVERY = timedelta(minutes=1)
SIGN_INS_OF_CLIENT = 30
SIGN_INS = 2000
"""How many sign-ins one client, and all, may have under way."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in under way: what the issuer's answer must match, and where to go afterwards."""

    nonce: str
    verifier: str
    next: str


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person, with the roles last seen; ``actor`` is None for one not entered."""

    issuer: str
    subject: str
    roles: frozenset[str]
    actor: str | None
    name: str | None


async def start_sign_in(
    connection: "Connection[Any]", sign_in: SignIn, *, state: str, browser: str, client: str
) -> bool:
    """Store *sign_in* for the *browser*; return False if too many are under way."""
    row = await connection.fetchrow(
        _SQL["start_sign_in"],
        digest(state),
        digest(browser),
        digest(client),
        sign_in.nonce,
        sign_in.verifier,
        sign_in.next,
        SIGN_INS_OF_CLIENT,
        SIGN_INS,
        SIGN_IN_LASTS,
    )
    return row is not None


async def take_sign_in(
    connection: "Connection[Any]", *, state: str, browser: str
) -> SignIn | None:
    """Remove and return the sign-in that *browser* started; None if it is too old or unknown."""
    row = await connection.fetchrow(
        _SQL["take_sign_in"], digest(state), digest(browser), SIGN_IN_LASTS
    )
    return None if row is None else SignIn(**row)


async def start_session(
    connection: "Connection[Any]", secret: str, *, issuer: str, subject: str
) -> None:
    """Start a session of the browser that holds *secret*."""
    await connection.execute(_SQL["start_session"], digest(secret), issuer, subject, LONGEST)


async def touch_session(connection: "Connection[Any]", secret: str) -> Session | None:
    """Return the session and note its use; None if it has ended or its person is disabled."""
    row = await connection.fetchrow(_SQL["touch_session"], digest(secret), IDLE)
    if row is None:
        return None
    return Session(
        row["issuer"], row["subject"], frozenset(row["roles"]), row["actor"], row["name"]
    )


async def renew_session(
    connection: "Connection[Any]", secret: str, *, to: str, roles: Iterable[str]
) -> None:
    """Give the session of *secret* a new secret, and note the *roles* it now has."""
    await connection.execute(_SQL["renew_session"], digest(secret), digest(to), sorted(roles))


async def end_session(connection: "Connection[Any]", secret: str) -> None:
    """End the session of *secret*, if it has not ended."""
    await connection.execute(_SQL["end_session"], digest(secret))


async def sweep_sessions(pool: "Pool[Any]") -> timedelta:
    """Delete what has ended; return the time until the next sweep."""
    await pool.execute(_SQL["sweep_sessions"], IDLE, SIGN_IN_LASTS)
    return _SWEPT_EVERY
