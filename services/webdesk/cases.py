"""Requests that were sent: what their contacts see of them, by the link in their mails."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.webdesk.store import SHOWN
from services.webdesk.tellings import Sentence, Status
from shared.postgres.statements import load_statements
from shared.web.tokens import digest

_SQL = load_statements(__package__)
MOST_TOLD = 200
"""How many sentences a page shows, the last ones."""


class Case(NamedTuple):
    """
    What the page of a request shows.

    The fields from ``status`` to ``next_by`` are None until a status is known. ``withdrawn_at`` is
    when the contact withdrew it here; ``has_ended``: nothing more comes.
    """

    reference: str
    agency: str
    sent_at: datetime
    tracking_number: str
    status: str | None
    since: datetime | None
    sentence: str | None
    program: str | None
    provider: str | None
    next_what: str | None
    next_by: datetime | None
    withdrawn_at: datetime | None
    has_ended: bool


class Told(NamedTuple):
    """
    A sentence that the requester was told; ``by_mail``: the contact gets it by email, too.

    ``by_mail`` is None for sentences that were stored before it was recorded.
    """

    at: datetime
    sentence: str
    by_mail: bool | None


async def keep_request(
    connection: Any, reference: str, *, agency: str, link: str, address: bytes
) -> None:
    """
    Keep a request that is sent, for the page that the token *link* leads to.

    *address* is the hash of its contact's (see `proving.Codes.hash_of`).
    """
    await connection.execute(_SQL["keep_request"], reference, agency, digest(link), address)


async def number_requests(connection: Any, numbers: Sequence[tuple[str, str]]) -> None:
    """Note the tracking numbers of requests, by reference."""
    await connection.execute(_SQL["number_requests"], *map(list, zip(*numbers, strict=True)))


async def save_statuses(connection: Any, statuses: Sequence[Status]) -> None:
    """Note the last status of each request that is known here."""
    await connection.execute(_SQL["save_statuses"], *map(list, zip(*statuses, strict=True)))


async def save_told(connection: Any, sentences: Sequence[Sentence]) -> None:
    """Keep what requesters of requests that are known here were told, each message once."""
    await connection.execute(_SQL["save_told"], *map(list, zip(*sentences, strict=True)))


async def read_case(connection: Any, link: str) -> Case | None:
    """Return the request of the token *link*; None if it is unknown, replaced, or too old."""
    row = await connection.fetchrow(_SQL["read_case"], digest(link), SHOWN)
    return None if row is None else Case(**row)


async def read_told(connection: Any, tracking_number: str) -> list[Told]:
    """Return what the requester was told, the latest first: at most `MOST_TOLD`."""
    rows = await connection.fetch(_SQL["read_told"], tracking_number, MOST_TOLD)
    return [Told(**row) for row in rows]


async def find_request(connection: Any, tracking_number: str, address: bytes) -> str | None:
    """Return the reference of the request with this number and contact; None if there is none."""
    found: str | None = await connection.fetchval(
        _SQL["find_request"], tracking_number, address, SHOWN
    )
    return found


async def note_withdrawn(connection: Any, reference: str) -> datetime | None:
    """Note that a request is withdrawn now; None if it was before, or has ended."""
    at: datetime | None = await connection.fetchval(_SQL["note_withdrawn"], reference)
    return at


async def replace_contact(connection: Any, reference: str, *, link: str, address: bytes) -> None:
    """Make *link* the only link to a request; its contact has the *address* from now on."""
    await connection.execute(_SQL["replace_contact"], reference, digest(link), address)
