"""The table of mails, one function per statement; each statement is ``sql/<function>.sql``."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications.mail.life import Mail, Step
from services.notifications.mail.obligations import ContactKey, PreparedMail
from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
_SQL = load_statements("services.notifications")


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail to try now; ``address`` is None if the contact has none any more."""

    mail: Mail
    template: str
    facts: dict[str, Any]
    address: str | None


async def read_mail_contacts(
    connection: "Connection[Any]", participants: Collection[str]
) -> list[ContactKey]:
    """Return (participant, contact id) of every contact of *participants* with an address."""
    rows = await connection.fetch(_SQL["read_mail_contacts"], list(participants))
    return [tuple(row) for row in rows]


async def prepare_mails(connection: "Connection[Any]", mails: Iterable[PreparedMail]) -> None:
    """Store *mails*, due now."""
    await connection.execute(_SQL["prepare_mails"], *zip(*mails, strict=True))


async def claim_mails(connection: "Connection[Any]", *, limit: int) -> list[ClaimedMail]:
    """Mark at most *limit* due mails as being sent, and return them."""
    return [
        ClaimedMail(_mail(row[:10]), row[10], json.loads(row[11]), row[12])
        for row in map(tuple, await connection.fetch(_SQL["claim_mails"], limit))
    ]


async def keep_claims(connection: "Connection[Any]", mail_ids: Collection[str]) -> None:
    """Say that the process that has claimed the mails is alive."""
    await connection.execute(_SQL["keep_claims"], list(mail_ids))


async def lose_mails(connection: "Connection[Any]", *, seconds: float, limit: int) -> list[Mail]:
    """Return mails whose process was silent for *seconds*; their outcome is unknown now."""
    rows = await connection.fetch(_SQL["lose_mails"], seconds, limit)
    return [_mail(tuple(row)) for row in rows]


async def record_mail(connection: "Connection[Any]", mail: Mail, step: Step) -> bool:
    """Store what came of a try; return False if the mail was given up for lost in between."""
    published = mail.published + (step.event is not None)
    arguments = (mail.mail_id, mail.tries, step.state, published, step.due_at)
    return await connection.fetchval(_SQL["record_mail"], *arguments) is not None


async def read_next_try(connection: "Connection[Any]") -> float | None:
    """Return the seconds until the next mail is due, below 0 if it is; None if none waits."""
    seconds: float | None = await connection.fetchval(_SQL["read_next_try"])
    return seconds


def _mail(row: Sequence[Any]) -> Mail:
    mail_id, notice, *others = row
    return Mail(str(mail_id), str(notice), *others)


async def read_now(connection: "Connection[Any]") -> datetime:
    """Return Postgres's time, which all processes share."""
    now: datetime = await connection.fetchval(_SQL["read_now"])
    return now
