"""The public desk's tables, one function per statement; each is ``sql/<function>.sql``."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from asyncpg import Pool

from services.webdesk.acts import Answer, Sent
from services.webdesk.draft.pages import Answers
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
KEPT = timedelta(days=30)
"""How long a draft is kept after its last change, unless a setting says less."""
SHOWN = timedelta(days=180)
"""How long the page of a request is shown after the request has ended."""
IDLE = timedelta(hours=2)
LONGEST = timedelta(days=1)
"""How long a session lasts without use, and how long in any case."""
READING_LASTS = timedelta(hours=12)
"""How long a browser shows a report after a code."""
OF_CLIENT, OF_NETWORK, OF_ALL = 20, 60, 2000
"""How many drafts may start: from one address a day; from one network, and in all, an hour."""
FIRST, OF_ALL_FIRST = 3, 20_000
"""
Above `OF_ALL`, only networks from which fewer than `FIRST` came may go on, up to `OF_ALL_FIRST` in
all. So a few networks cannot use up what all share.
"""
OF_ADDRESS, OF_ADDRESS_A_DAY, OF_LINK = 1, 3, 20
"""How many times news may be asked for to one address in ten minutes and a day, and how many
times the links to one subscription may be used an hour."""
Noted = Literal["new", "sent_before", "above_limits"]
"""
Whether an ask is new, a repeat or above the limits of its address (no mail is sent for these two,
and nobody can tell them apart), or above the limits of its sender.
"""
OF_DRAFT = 20
"""How many browsers may hold a draft at once."""
_SWEPT_EVERY = timedelta(minutes=5)


class Draft(NamedTuple):
    """
    A request that somebody writes, or has sent.

    ``state`` is ``started``, ``sent``, ``accepted`` or ``refused``; ``reasons`` say why it was
    refused. An accepted one no longer has answers.
    """

    draft_id: UUID
    reference: str
    state: str
    answers: Answers
    expires_at: datetime
    times_sent: int
    sent_at: datetime | None
    tracking_number: str | None
    reasons: Sequence[Mapping[str, Any]]
    proved_address: bytes | None
    """The hash of the address whose reader entered a code (see `proving.Codes.hash_of`)."""

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed and sent."""
        return self.state in ("started", "refused")


class Resumable(NamedTuple):
    """The draft that a link continues."""

    reference: str
    answers: Answers
    started_at: datetime


class Sending(NamedTuple):
    """A draft as it is sent: its answers, how many times it has been sent now, and when."""

    reference: str
    answers: Answers
    times_sent: int
    sent_at: datetime
    proved_address: bytes | None


async def begin_draft(
    connection: Any,
    *,
    reference: str,
    session: bytes,
    client: bytes,
    network: bytes,
    kept: timedelta = KEPT,
) -> UUID | None:
    """Begin a draft in a new *session*; return None above the limits."""
    await connection.execute(_SQL["lock_starts"])
    limits = (OF_CLIENT, OF_NETWORK, OF_ALL, FIRST, OF_ALL_FIRST)
    draft_id: UUID | None = await connection.fetchval(
        _SQL["begin_draft"], reference, session, client, network, kept, *limits
    )
    return draft_id


async def touch_session(connection: Any, session: bytes) -> Draft | None:
    """Return the draft of *session* and note its use; None if the session or draft has ended."""
    row = await connection.fetchrow(_SQL["touch_session"], session, IDLE, LONGEST)
    return None if row is None else _draft(row)


async def renew_session(connection: Any, session: bytes, *, to: bytes) -> bool:
    """Continue a session that was idle for too long under another id; False if it is over."""
    found = await connection.fetchval(_SQL["renew_session"], session, to, LONGEST)
    return found is not None


async def end_session(connection: Any, session: bytes) -> None:
    """End *session*, if it has not ended; its draft stays."""
    await connection.execute(_SQL["end_session"], session)


async def let_resume(connection: Any, draft_id: UUID, link: bytes) -> None:
    """Let any browser with *link* continue a draft; an earlier link is no longer valid."""
    await connection.execute(_SQL["let_resume"], draft_id, link)


async def read_resumable(connection: Any, link: bytes) -> Resumable | None:
    """Return the draft that *link* continues; None if there is none."""
    row = await connection.fetchrow(_SQL["read_resumable"], link)
    return None if row is None else Resumable(**{**row, "answers": json.loads(row["answers"])})


async def resume(connection: Any, link: bytes, *, session: bytes) -> bool:
    """Start a *session* with the draft of *link*; return False if there is none."""
    return await connection.fetchval(_SQL["resume"], session, link, OF_DRAFT) is not None


async def read_draft(connection: Any, draft_id: UUID) -> Draft | None:
    """Return a draft; None if it has been erased."""
    row = await connection.fetchrow(_SQL["read_draft"], draft_id)
    return None if row is None else _draft(row)


async def save_page(
    connection: Any,
    draft_id: UUID,
    page: str,
    written: Mapping[str, Sequence[str]],
    *,
    reasons: Sequence[Mapping[str, Any]] = (),
    kept: timedelta = KEPT,
) -> bool:
    """
    Replace what is written on *page*, and the *reasons* of a refusal by those that are left.

    Return False if the draft is no longer open.
    """
    texts = json.dumps(written), json.dumps(list(reasons))
    saved = await connection.fetchval(_SQL["save_page"], draft_id, page, *texts, kept)
    return saved is not None


async def mark_sent(connection: Any, draft_id: UUID, *, kept: timedelta = KEPT) -> Sending | None:
    """Mark an open draft as sent, and return what is sent; None if it is no longer open."""
    row = await connection.fetchrow(_SQL["mark_sent"], draft_id, kept)
    if row is None:
        return None
    return Sending(**{**row, "answers": json.loads(row["answers"])})


async def note_proved(connection: Any, draft_id: UUID, address: bytes) -> None:
    """Note that the person who holds an open draft reads mail to *address*, a hash."""
    await connection.execute(_SQL["note_proved"], draft_id, address)


async def name_messages(connection: Any, draft_id: UUID, *, contact: str, request: str) -> None:
    """Note the ids of the messages of a draft, whose answers are awaited."""
    await connection.execute(_SQL["name_messages"], draft_id, contact, request)


async def record_answers(
    connection: Any, answers: Collection[Answer], *, kept: timedelta = KEPT
) -> None:
    """Note answers in their order; those to other messages change nothing."""
    await connection.executemany(
        _SQL["record_answer"],
        [
            (
                each.message_id,
                each.state,
                json.dumps(list(each.reasons)),
                each.tracking_number,
                kept,
            )
            for each in answers
        ],
    )


async def note_ask(
    connection: Any, *, form: bytes, address: bytes, client: bytes, network: bytes
) -> Noted:
    """Note that *form* asks for news to *address*, unless it is above the limits."""
    limits = (OF_ADDRESS, OF_ADDRESS_A_DAY, OF_CLIENT, OF_NETWORK, OF_ALL, FIRST, OF_ALL_FIRST)
    await connection.execute(_SQL["lock_asks"])
    noted: Noted = await connection.fetchval(
        _SQL["note_ask"], form, address, client, network, *limits
    )
    return noted


async def note_link_use(connection: Any, subscription_id: str) -> bool:
    """Note that a link to a subscription is used; return False above the limit."""
    return await connection.fetchval(_SQL["note_link_use"], subscription_id, OF_LINK) is not None


async def forget(connection: Any, references: Collection[str]) -> None:
    """Erase these drafts, and the codes, readings, links and address hashes of their requests."""
    await connection.execute(_SQL["forget"], list(references))


async def count_drafts(connection: Any) -> dict[str, int]:
    """Return the number of drafts in each state."""
    rows = await connection.fetch(_SQL["count_drafts"])
    return {row["state"]: row["count"] for row in rows}


async def restore_numbers(connection: Any) -> None:
    """Raise the numbers of messages to the last ones that were sent."""
    await connection.execute(_SQL["restore_numbers"])


async def read_announced_messages(connection: Any, topic: str) -> list[bytes]:
    """Return the messages on *topic* that a restored database does not know."""
    rows = await connection.fetch(_SQL["read_announced_messages"], topic)
    return [row["value"] for row in rows]


async def restore_sent(connection: Any, sent: Collection[Sent]) -> None:
    """Mark the drafts that were sent, unless they have been answered."""
    await connection.execute(_SQL["restore_sent"], *map(list, zip(*sent, strict=True)))


async def sweep_sessions(pool: "Pool[Any]") -> timedelta:
    """Erase old sessions, readings, codes, counts and pages; return the time until the next."""
    await pool.execute(_SQL["sweep_sessions"], LONGEST, SHOWN, KEPT, READING_LASTS)
    return _SWEPT_EVERY


def _draft(row: Any) -> Draft:
    parsed = {name: json.loads(row[name]) for name in ("answers", "reasons")}
    return Draft(**{**row, **parsed})
