"""
What pages read and people change, one function per statement: ``sql/<function>.sql``.

`projection` writes the tables that are folded from the log.
"""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.desk.acts import OFFICE, Sent
from services.desk.project import Case, Happening
from services.desk.work.assessment import Said
from shared.contracts.assessments import PROGRAM
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
ASSESSED = PROGRAM
"""The program whose engagements are assessed in public."""
PAGE = 50
"""The most items on a page of the list."""
_AT_ONCE = 500
TAKEN_FOR = timedelta(minutes=30)


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


class ItemFilter(NamedTuple):
    """
    Which items are asked for.

    ``taken_by`` is the person who has them now, ``text`` a part of the tracking number or of the
    agency's name.
    """

    kind: str | None = None
    program: str | None = None
    lane: str | None = None
    taken_by: str | None = None
    text: str | None = None


_ALL = ItemFilter()


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
    """A decision to notify an audience of an event, or not to; with the outcome of its mail."""

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
    """A case file that a person asked for; ``told``, its contents, is None until they arrive."""

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


class Assessed(NamedTuple):
    """An engagement that is assessed in public; ``waiting`` counts its items."""

    engagement_id: str
    tracking_number: str
    agency: str | None
    state_code: str | None
    provider: str
    status: str | None
    waiting: int


async def read_items(
    connection: Any,
    *,
    at: datetime,
    wanted: ItemFilter = _ALL,
    page: int = 1,
) -> ItemPage:
    """Return a page of the items open *at* a business time: the first due, then the oldest."""
    rows = await connection.fetch(_SQL["read_items"], at, *wanted, PAGE, (page - 1) * PAGE)
    return ItemPage([_item(row) for row in rows], rows[0]["total"] if rows else 0)


async def each_item(
    connection: Any, *, at: datetime, wanted: ItemFilter
) -> AsyncIterator[ItemRow]:
    """Yield the items of all pages, in one transaction: none twice, and none left out."""
    async for row in connection.cursor(
        _SQL["read_items"], at, *wanted, None, 0, prefetch=_AT_ONCE
    ):
        yield _item(row)


async def count_items(connection: Any, *, at: datetime) -> list[ItemCount]:
    """Return the number of items open *at* a business time, by kind and age."""
    return [ItemCount(*row) for row in await connection.fetch(_SQL["count_items"], at)]


async def take_item(connection: Any, item_id: str, actor: str) -> bool:
    """Give *actor* an item for half an hour; False if another person has it, or it is closed."""
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
    items = await connection.fetch(_SQL["read_items_of_case"], at, case.request_id)
    return CaseFacts(
        case,
        [(Happening(*each), json.loads(each["data"])) for each in happenings],
        [NoticeLine(*each) for each in notices],
        [_item(each) for each in items],
    )


def _item(row: Any) -> ItemRow:
    return ItemRow(**{name: row[name] for name in ItemRow._fields})


async def read_roles(connection: Any, actor: str) -> frozenset[str]:
    """Return the roles that *actor* has at the office now; none if they were never set."""
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
    await connection.execute(_SQL["restore_acts"], *zip(*acts, strict=True))


async def begin_case_file(
    connection: Any, *, message_id: str, tracking_number: str, actor: str, purpose: str
) -> None:
    """Store that *actor* asks for a case file; its contents follow with the answer."""
    await connection.execute(_SQL["begin_case_file"], message_id, tracking_number, actor, purpose)


async def read_case_file(connection: Any, message_id: str, actor: str) -> CaseFile | None:
    """Return the case file that *actor* opened; None for anyone else, and once it is closed."""
    row = await connection.fetchrow(_SQL["read_case_file"], message_id, actor)
    if row is None:
        return None
    told = None if row["told"] is None else json.loads(row["told"])
    return CaseFile(row["tracking_number"], row["purpose"], told, row["until"])


async def list_assessed(connection: Any, *, at: datetime) -> list[Assessed]:
    """Return the engagements assessed in public; most items open *at* a business time first."""
    rows = await connection.fetch(_SQL["list_assessed"], at, ASSESSED)
    return [Assessed(*row) for row in rows]


async def read_said(connection: Any, engagement_id: str) -> list[Said]:
    """Return the stored messages about an engagement, in any order."""
    return [Said(*row) for row in await connection.fetch(_SQL["read_said"], [engagement_id])]
