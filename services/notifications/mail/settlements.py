"""The settlements of mails and calls, one function per statement: ``sql/<function>.sql``."""

from collections.abc import Iterable, Sequence
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications.mail.life import Mail
from services.notifications.mail.mails import mail_of
from services.notifications.mail.settling import Call, Settlement, Settling
from shared.contracts.intake import NoticeSettleDirected
from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
_SQL = load_statements("services.notifications")


async def read_settling(
    connection: "Connection[Any]", directed: Sequence[NoticeSettleDirected]
) -> Settling:
    """Return what is to be settled; lock the mails of unknown outcome."""
    by_mail = [each.data.mail for each in directed if each.data.mail is not None]
    by_notice = {(d.data.notice, d.data.audience) for d in directed if d.data.mail is None}
    found: dict[str, Mail | Call | None] = {}
    for of, *mail in map(tuple, await connection.fetch(_SQL["lock_unknown_mails"], by_mail)):
        found[f"mail:{of}"] = _unsettled(mail)
    if by_notice:
        columns = list(zip(*sorted(by_notice), strict=True))
        for call, is_settled in await read_calls(connection, *columns):
            found[call.subject] = None if is_settled else call
        rows = await connection.fetch(_SQL["read_failed_notices"], *columns)
        for of, to_whom, *mail in map(tuple, rows):
            found[f"notice:{of}:{to_whom}"] = _unsettled(mail)
    unsettled = {subject: each for subject, each in found.items() if each is not None}
    return Settling(found.keys(), unsettled)


def _unsettled(mail: Sequence[Any]) -> Mail | None:
    return None if mail[0] is None else mail_of(mail)


async def note_calls(connection: "Connection[Any]", calls: Iterable[Call]) -> None:
    """Store *calls*, which can be settled from then on."""
    await connection.execute(_SQL["note_calls"], *zip(*calls, strict=True))


async def read_calls(
    connection: "Connection[Any]", notices: Sequence[Any], audiences: Sequence[Any]
) -> list[tuple[Call, bool]]:
    """Return those of *notices* to *audiences* that are calls, and whether each is settled."""
    rows = await connection.fetch(_SQL["read_calls"], notices, audiences)
    return [
        (Call(str(notice), audience, str(fact), correlation), is_settled)
        for notice, audience, fact, correlation, is_settled in rows
    ]


async def settle_mails(connection: "Connection[Any]", settled: Sequence[Settlement]) -> None:
    """Store settlements, and what they do to their mails."""
    await connection.execute(_SQL["settle_mails"], *zip(*settled, strict=True))


async def count_settlements(connection: "Connection[Any]") -> dict[str, int]:
    """Return how many settlements there are, by how."""
    return dict(await connection.fetch(_SQL["count_settlements"]))
