"""The tables of people who were forgotten; each statement is ``sql/<function>.sql``."""

from collections.abc import Collection
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications.forgetting.forgotten import Forgetting, Known
from services.notifications.mail.obligations import ContactKey
from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
_SQL = load_statements("services.notifications")


async def read_forgotten(
    connection: "Connection[Any]", contacts: Collection[ContactKey]
) -> Forgetting:
    """Return what is known of *contacts*; their numbers are locked."""
    rows = await connection.fetch(_SQL["read_forgotten"], *zip(*sorted(contacts), strict=True))
    return Forgetting(
        {
            (participant, contact_id): Known(up_to or 0, bool(never), number)
            for participant, contact_id, up_to, never, number in map(tuple, rows)
        }
    )


async def erase(connection: "Connection[Any]", forgetting: Forgetting) -> None:
    """Erase the contacts that are forgotten, and keep or take back wishes for no mail."""
    said = [
        (*key, event.data.up_to, event.data.never_write_again, event.time)
        for key, event in sorted(forgetting.contacts.items())
    ]
    if said:
        participants, contact_ids, up_to, never, at = zip(*said, strict=True)
        await connection.execute(
            _SQL["forget_contacts"], participants, contact_ids, up_to, never, at
        )
        # A separate statement, so that it sees what others wrote before the contacts were locked.
        await connection.execute(_SQL["forget_said"], participants, contact_ids, up_to, at)
    if forgetting.wished:
        await connection.execute(_SQL["let_send"], forgetting.wished)
    if forgetting.unwished:
        await connection.execute(
            _SQL["note_do_not_send"], list(forgetting.unwished), list(forgetting.unwished.values())
        )
