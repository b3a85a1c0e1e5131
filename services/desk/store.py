"""The desk's tables, one function per statement; each statement is ``sql/<function>.sql``."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from asyncpg import Pool

from services.desk.acts import OFFICE, Answer, Sent, ToldFile
from services.desk.project import Case, Happening, MailRow, NoticeRow
from services.desk.work.items import Settling, WorkItem
from shared.delivery.take_in.reader import Connection
from shared.postgres.statements import load_statements
from shared.process.tasks import LATER

_SQL = load_statements(__package__)
PAGE = 50
"""The most items on a page of the list."""
TAKEN_FOR = timedelta(minutes=30)
FILE_KEPT = timedelta(minutes=15)


class Closed(NamedTuple):
    """When an item was closed, and the event that closed it."""

    at: datetime
    because: str


class Routed(NamedTuple):
    """What a case's next status depends on; all None before its first event of routing."""

    status: str | None
    since: datetime | None
    provider: str | None


class ItemRow(NamedTuple):
    """An open item, with the facts of its case; ``taken_by`` is the person who has it now."""

    item_id: str
    kind: str
    request_id: str | None
    participant: str | None
    about: str | None
    why: str
    otherwise: str
    opened_at: datetime
    due_at: datetime | None
    taken_by: str | None
    tracking_number: str | None
    agency: str | None
    state_code: str | None
    program: str | None
    lane: str | None
    status: str | None


class ItemPage(NamedTuple):
    """A page of the list; ``total`` counts the items on all pages, 0 if this page is empty."""

    items: Sequence[ItemRow]
    total: int


class ItemCount(NamedTuple):
    """How many items of a kind are a ``day``, a ``week`` or ``older``; the oldest in seconds."""

    kind: str
    age: str
    items: int
    oldest: float


class NoticeLine(NamedTuple):
    """Whom an event was told to; ``mail_outcome`` is what became of the mail beside it."""

    notice: str
    audience: str
    fact_type: str
    channel: str
    outcome: str
    because: str | None
    at: datetime
    mail: str | None
    mail_outcome: str | None


class ActState(NamedTuple):
    """
    An act, and what became of it.

    ``answer`` is ``applied`` or ``refused``, with the ``reasons`` of the contract, or None while
    there is none.
    """

    message_id: str
    actor: str
    kind: str
    tracking_number: str | None
    item_id: str | None
    reason: str | None
    sent_at: datetime
    answer: str | None
    reasons: Sequence[Mapping[str, Any]]
    answered_at: datetime | None


class CaseFile(NamedTuple):
    """A case file that a person opened; ``told`` is None until it is there."""

    tracking_number: str
    purpose: str
    told: Mapping[str, Any] | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case, its timeline, its notices and its open items."""

    case: Case
    happenings: Sequence[tuple[Happening, Mapping[str, Any]]]
    notices: Sequence[NoticeLine]
    items: Sequence[ItemRow]


async def read_routed(
    connection: "Connection[Any]", request_ids: Collection[str]
) -> dict[str, Routed]:
    """Return status, its beginning and provider of each case that is known."""
    rows = await connection.fetch(_SQL["read_routed"], list(request_ids))
    return {request_id: Routed(*routed) for request_id, *routed in map(tuple, rows)}


async def save_cases(connection: "Connection[Any]", cases: Iterable[Case]) -> None:
    """Merge *cases* into the table, in key order."""
    await connection.execute(_SQL["save_cases"], *_columns(map(astuple, cases)))


async def save_happenings(
    connection: "Connection[Any]", happenings: Collection[Happening]
) -> None:
    """Append *happenings*; the gates have already dropped duplicates."""
    await connection.execute(_SQL["save_happenings"], *_columns(happenings))


async def save_notices(connection: "Connection[Any]", notices: Collection[NoticeRow]) -> None:
    """Store decisions about whom to tell, beside what is known of their mails."""
    await connection.execute(_SQL["save_notices"], *_columns(notices))


async def save_mails(connection: "Connection[Any]", mails: Collection[MailRow]) -> None:
    """Store what became of mails, beside the decisions to tell."""
    await connection.execute(_SQL["save_mails"], *_columns(mails))


async def read_open_items(
    connection: "Connection[Any]", request_ids: Collection[str]
) -> list[WorkItem]:
    """Return the items of these requests that are not closed."""
    rows = await connection.fetch(_SQL["read_open_items"], list(request_ids))
    return [WorkItem(*row) for row in rows]


async def open_items(
    connection: "Connection[Any]", items: Iterable[tuple[WorkItem, Closed | None]]
) -> None:
    """Store items as open, or as closed since, in key order."""
    rows = [(*item, *(closed or (None, None))) for item, closed in items]
    await connection.execute(_SQL["open_items"], *_columns(rows))


async def settle_items(connection: "Connection[Any]", settled: Collection[Settling]) -> None:
    """Close items that are open, and for good those that may be opened later."""
    await connection.execute(_SQL["settle_items"], *_columns(settled))


def _columns(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def read_items(
    connection: Any,
    *,
    at: datetime,
    kind: str | None = None,
    program: str | None = None,
    lane: str | None = None,
    taken_by: str | None = None,
    text: str | None = None,
    page: int = 1,
) -> ItemPage:
    """
    Return a page of the items open *at* a business time: the first due first, then the oldest.

    *taken_by* asks for the items that a person has now, *text* for a part of the tracking number
    or of the agency's name.
    """
    rows = await connection.fetch(
        _SQL["read_items"], at, kind, program, lane, taken_by, text, None, PAGE, (page - 1) * PAGE
    )
    return ItemPage([_item(row) for row in rows], rows[0]["total"] if rows else 0)


async def count_items(connection: Any, *, at: datetime) -> list[ItemCount]:
    """Return the number of items open *at* a business time, by kind and age."""
    return [ItemCount(*row) for row in await connection.fetch(_SQL["count_items"], at)]


async def take_item(connection: Any, item_id: str, actor: str) -> bool:
    """Give an open item to *actor* for half an hour; return False if another person has it."""
    found = await connection.fetchval(_SQL["take_item"], item_id, actor, TAKEN_FOR)
    return found is not None


async def give_item_back(connection: Any, item_id: str, actor: str) -> bool:
    """Take an item from *actor*; return False if that person does not have it."""
    return await connection.fetchval(_SQL["give_item_back"], item_id, actor) is not None


async def read_case(connection: Any, tracking_number: str, *, at: datetime) -> CaseFacts | None:
    """Return what is known of a case, with the items open *at* a business time."""
    row = await connection.fetchrow(_SQL["read_case"], tracking_number)
    if row is None:
        return None
    case = Case(**row)
    happenings = await connection.fetch(_SQL["read_happenings"], case.request_id)
    notices = await connection.fetch(_SQL["read_notices"], case.request_id)
    items = await connection.fetch(
        _SQL["read_items"], at, None, None, None, None, None, case.request_id, PAGE, 0
    )
    return CaseFacts(
        case,
        [(Happening(*each), json.loads(each["data"])) for each in happenings],
        [NoticeLine(*each) for each in notices],
        [_item(each) for each in items],
    )


def _item(row: Any) -> ItemRow:
    return ItemRow(**{name: row[name] for name in ItemRow._fields})


async def read_roles(connection: Any, actor: str) -> frozenset[str]:
    """Return what the person *actor* of the office may do now; nothing if it is not set."""
    roles = await connection.fetchval(_SQL["read_roles"], OFFICE, actor)
    return frozenset() if roles is None else frozenset(json.loads(roles))


async def read_now(connection: Any) -> datetime:
    """Return Postgres's time, which all processes share."""
    now: datetime = await connection.fetchval(_SQL["read_now"])
    return now


async def begin_act(
    connection: Any,
    *,
    message_id: str,
    actor: str,
    kind: str,
    tracking_number: str | None,
    item_id: str | None,
    reason: str | None,
) -> datetime | None:
    """Store an act; return its time, or None if it was stored before."""
    values = (message_id, actor, kind, tracking_number, item_id, reason)
    at: datetime | None = await connection.fetchval(_SQL["begin_act"], *values)
    return at


async def record_answers(connection: "Connection[Any]", answers: Collection[Answer]) -> None:
    """Note the first answer to each act; answers to other messages change nothing."""
    await connection.execute(_SQL["record_answers"], *_columns(answers))


async def read_act(connection: Any, message_id: str) -> ActState | None:
    """Return an act; None if there is none of this id."""
    row = await connection.fetchrow(_SQL["read_act"], message_id)
    return None if row is None else _act(row)


async def read_acts(connection: Any, tracking_number: str) -> list[ActState]:
    """Return what people did about a request, in order."""
    return [_act(row) for row in await connection.fetch(_SQL["read_acts"], tracking_number)]


def _act(row: Any) -> ActState:
    reasons = [] if row["reasons"] is None else json.loads(row["reasons"])
    return ActState(**{**row, "reasons": reasons})


async def measure_unanswered(connection: Any) -> float:
    """Return for how many seconds the oldest act has had no answer; 0 if each has one."""
    seconds: float = await connection.fetchval(_SQL["measure_unanswered"])
    return seconds


async def read_announced_acts(connection: Any, topic: str) -> list[bytes]:
    """Return the messages on *topic* that a restored database does not know."""
    return [row["value"] for row in await connection.fetch(_SQL["read_announced_acts"], topic)]


async def restore_numbers(connection: Any) -> None:
    """Raise the numbers of messages to the last ones that were sent."""
    await connection.execute(_SQL["restore_numbers"])


async def restore_acts(connection: Any, acts: Collection[Sent]) -> None:
    """Store acts that were sent, unless they are known."""
    await connection.execute(_SQL["restore_acts"], *_columns(acts))


async def begin_case_file(
    connection: Any, *, message_id: str, tracking_number: str, actor: str, purpose: str
) -> None:
    """Make room for a case file that *actor* asks for."""
    await connection.execute(_SQL["begin_case_file"], message_id, tracking_number, actor, purpose)


async def keep_case_files(connection: "Connection[Any]", files: Collection[ToldFile]) -> None:
    """Keep case files that were asked for and told, for a quarter of an hour."""
    await connection.execute(_SQL["keep_case_files"], *_columns(files), FILE_KEPT)


async def read_case_file(connection: Any, message_id: str, actor: str) -> CaseFile | None:
    """Return the case file that *actor* opened; None to everybody else, and afterwards."""
    row = await connection.fetchrow(_SQL["read_case_file"], message_id, actor)
    if row is None:
        return None
    told = None if row["told"] is None else json.loads(row["told"])
    return CaseFile(row["tracking_number"], row["purpose"], told, row["until"])


async def sweep_case_files(pool: "Pool[Any]") -> timedelta:
    """Delete the case files whose time is over."""
    await pool.execute(_SQL["sweep_case_files"])
    return LATER
