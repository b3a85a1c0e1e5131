"""The table of mails, one function per statement; each statement is ``sql/<function>.sql``."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from asyncpg.pool import PoolConnectionProxy

from services.notifications.mail.life import Mail, Other, Step
from services.notifications.mail.obligations import ContactKey, PreparedMail
from services.notifications.mail.outcome import Outcome, Stage
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
    kind: str
    others: Sequence[Other]
    """The other mails to the same audience about the same request."""


class MailCount(NamedTuple):
    """How many mails are in a state; ``oldest`` is the age of the first one in seconds."""

    state: str
    stage: Stage | None
    status: str | None
    mails: int
    oldest: float

    @property
    def is_refused_by_policy(self) -> bool:
        """Whether the mail server refused the mails themselves, not the addresses."""
        if self.state != "refused" or self.stage is None:
            return False
        return not Outcome("refused", self.stage, self.status).is_address_dead


async def read_mail_contacts(
    connection: "Connection[Any]", participants: Collection[str]
) -> list[ContactKey]:
    """Return (participant, contact id) of every contact of *participants* with an address."""
    rows = await connection.fetch(_SQL["read_mail_contacts"], list(participants))
    return [tuple(row) for row in rows]


async def prepare_mails(connection: "Connection[Any]", mails: Iterable[PreparedMail]) -> None:
    """Store *mails*, due now."""
    await connection.execute(_SQL["prepare_mails"], *zip(*mails, strict=True))


async def claim_mails(
    connection: "Connection[Any]", *, limit: int, templates: Iterable[str]
) -> list[ClaimedMail]:
    """Mark at most *limit* due mails of *templates* as being sent, and return them."""
    rows = await connection.fetch(_SQL["claim_mails"], limit, list(templates))
    return [
        ClaimedMail(
            _mail(row[:10]),
            row[10],
            json.loads(row[11]),
            row[12],
            row[13],
            [Other(*other) for other in row[14]],
        )
        for row in map(tuple, rows)
    ]


async def keep_claims(connection: "Connection[Any]", mail_ids: Collection[str]) -> None:
    """Say that the process that has claimed the mails is alive."""
    await connection.execute(_SQL["keep_claims"], list(mail_ids))


async def lose_mails(connection: "Connection[Any]", *, seconds: float, limit: int) -> list[Mail]:
    """Return mails whose process was silent for *seconds*; their outcome is unknown now."""
    rows = await connection.fetch(_SQL["lose_mails"], seconds, limit)
    return [_mail(tuple(row)) for row in rows]


async def record_mail(
    connection: "Connection[Any]", mail: Mail, step: Step, outcome: Outcome | None
) -> bool:
    """Store what came of a try; return False if the mail was given up for lost in between."""
    published = mail.published + (step.event is not None)
    stage, status = (None, None) if outcome is None else (outcome.stage, outcome.status)
    arguments = (mail.mail_id, mail.tries, step.state, published, step.due_at, stage, status)
    return await connection.fetchval(_SQL["record_mail"], *arguments) is not None


async def note_dead_address(connection: "Connection[Any]", mail: Mail, address: str) -> bool:
    """Note that the address of the mail's contact is none; return False if that was known."""
    arguments = (mail.audience, mail.contact_id, address)
    return await connection.fetchval(_SQL["note_dead_address"], *arguments) is not None


async def read_addressed(
    connection: "Connection[Any]", mail: Mail
) -> tuple[Sequence[str], Sequence[str]]:
    """Return whom the mail's request names, and to whom its obligation was mailed already."""
    row = await connection.fetchrow(_SQL["read_addressed"], mail.mail_id)
    assert row is not None
    return json.loads(row["named"] or "[]"), row["written_to"]


async def prepare_alternate(
    connection: "Connection[Any]", mail: Mail, mail_id: str, contact_id: str
) -> None:
    """Store the same mail as *mail_id* to another contact, due now."""
    await connection.execute(_SQL["prepare_alternate"], mail.mail_id, mail_id, contact_id)


async def read_next_try(
    connection: "Connection[Any]", *, templates: Iterable[str]
) -> float | None:
    """Return the seconds until the next mail is due, below 0 if it is; None if none waits."""
    seconds: float | None = await connection.fetchval(_SQL["read_next_try"], list(templates))
    return seconds


async def count_mails(connection: "Connection[Any]") -> list[MailCount]:
    """Return the mails by state, and by the last try's stage and status."""
    return [MailCount(*row) for row in await connection.fetch(_SQL["count_mails"])]


def _mail(row: Sequence[Any]) -> Mail:
    mail_id, notice, *others = row
    return Mail(str(mail_id), str(notice), *others)


async def read_now(connection: "Connection[Any]") -> datetime:
    """Return Postgres's time, which all processes share."""
    now: datetime = await connection.fetchval(_SQL["read_now"])
    return now
