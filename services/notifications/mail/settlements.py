"""The settlements of mails, one function per statement; each is ``sql/<function>.sql``."""

from collections.abc import Sequence
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications.mail.mails import mail_of
from services.notifications.mail.settling import Settlement, Settling
from shared.contracts.intake import NoticeSettleDirected
from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
_SQL = load_statements("services.notifications")


async def read_settling(
    connection: "Connection[Any]", directed: Sequence[NoticeSettleDirected]
) -> Settling:
    """Return the mails and notices to be settled; lock the mails of unknown outcome."""
    by_mail = [each.data.mail for each in directed if each.data.mail is not None]
    by_notice = {(d.data.notice, d.data.audience) for d in directed if d.data.mail is None}
    found: dict[str, Sequence[Any]] = {}
    for of, *mail in map(tuple, await connection.fetch(_SQL["lock_unknown_mails"], by_mail)):
        found[f"mail:{of}"] = mail
    if by_notice:
        columns = zip(*sorted(by_notice), strict=True)
        rows = await connection.fetch(_SQL["read_failed_notices"], *columns)
        for of, to_whom, *mail in map(tuple, rows):
            found[f"notice:{of}:{to_whom}"] = mail
    unsettled = {subject: mail_of(mail) for subject, mail in found.items() if mail[0] is not None}
    return Settling(found.keys(), unsettled)


async def settle_mails(connection: "Connection[Any]", settled: Sequence[Settlement]) -> None:
    """Store settlements, and what they do to their mails."""
    await connection.execute(_SQL["settle_mails"], *zip(*settled, strict=True))


async def count_settlements(connection: "Connection[Any]") -> dict[str, int]:
    """Return how many settlements there are, by how."""
    return dict(await connection.fetch(_SQL["count_settlements"]))
