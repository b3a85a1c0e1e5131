"""How long notifications keeps contacts, needs, notes, and unconfirmed subscriptions."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications.settings import Settings
from services.notifications.subscriptions.store import erase_unconfirmed, lock_unconfirmed
from shared.business_clock import BusinessClock
from shared.postgres.statements import load_statements
from shared.retention.holds import ReadHolds
from shared.retention.sweeper import Kept, KnowsHolds, Sweeper
from shared.retention.windows import Window

Connection = PoolConnectionProxy
_SQL = load_statements(__package__)
CODES_COUNT_FOR = timedelta(hours=1)
"""How long a code counts toward the limit of its address."""


def sweeper(settings: Settings) -> Sweeper:
    """Return the sweeper that erases each kind when its time in *settings* is over."""
    return sweeping(
        contacts=timedelta(days=settings.contacts_kept_days),
        callers=timedelta(days=settings.callers_kept_days),
        needs=timedelta(days=settings.needs_kept_days),
        unconfirmed=timedelta(days=settings.unconfirmed_kept_days),
        clock=settings.clock,
        knows_holds=ReadHolds(settings),
    )


def sweeping(
    *,
    contacts: timedelta,
    callers: timedelta,
    needs: timedelta,
    unconfirmed: timedelta,
    clock: BusinessClock,
    knows_holds: KnowsHolds | None = None,
) -> Sweeper:
    """Return the sweeper for these real-time windows; requests end by the business *clock*."""
    kept = [
        Kept(
            Window("contacts", "contacts_kept_days", contacts, clock),
            erase_contacts,
            lock_contacts,
        ),
        Kept(
            Window("callers", "callers_kept_days", callers, clock), erase_contacts, lock_contacts
        ),
        Kept(Window("needs", "needs_kept_days", needs, clock), erase_needs),
        Kept(Window("notes", "needs_kept_days", needs, clock), erase_notes),
        Kept(
            Window("unconfirmed", "unconfirmed_kept_days", unconfirmed),
            erase_unconfirmed,
            lock_unconfirmed,
        ),
        Kept(
            Window("codes_sent", None, CODES_COUNT_FOR, is_copy=True, every=CODES_COUNT_FOR),
            erase_codes_sent,
        ),
    ]
    return Sweeper(kept, clock=clock, knows_holds=knows_holds)


async def lock_contacts(connection: "Connection[Any]", keys: Sequence[str]) -> None:
    """Lock the contacts *keys*, each ``<participant> <contact id>``, against batches."""
    await connection.execute(_SQL["lock_contacts"], keys)


async def erase_contacts(connection: "Connection[Any]", keys: Sequence[str]) -> None:
    """Erase the contacts *keys*, with their wishes and dead addresses."""
    await connection.execute(_SQL["erase_contacts"], keys)


async def erase_needs(connection: "Connection[Any]", requests: Sequence[str]) -> None:
    """Erase the needs of *requests*, which have ended."""
    await connection.execute(_SQL["erase_needs"], requests)


async def erase_notes(connection: "Connection[Any]", facts: Sequence[str]) -> None:
    """Erase the notes that the events *facts* stated."""
    await connection.execute(_SQL["erase_notes"], facts)


async def erase_codes_sent(connection: "Connection[Any]", mails: Sequence[str]) -> None:
    """Erase the record of the addresses to which *mails* with codes went."""
    await connection.execute(_SQL["erase_codes_sent"], mails)
