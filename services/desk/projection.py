"""
Stores the tables that are folded from the log, one function per statement.

Each statement is ``sql/<function>.sql``; `project` computes the rows.
"""

from collections.abc import Collection, Iterable
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.desk.acts import Answer, ToldFile
from services.desk.project import Case, Happening, MailRow, NoticeRow
from services.desk.work.assessment import ReportState, Said
from services.desk.work.items import Closed, Settling, WorkItem
from shared.delivery.take_in.reader import Connection
from shared.postgres.statements import load_statements

_SQL = load_statements("services.desk")
FILE_KEPT = timedelta(minutes=15)
"""The longest that the contents of a case file are kept."""


class Routed(NamedTuple):
    """What a case's next status depends on; all None before its first event of routing."""

    status: str | None
    since: datetime | None
    provider: str | None


async def read_routed(
    connection: "Connection[Any]", request_ids: Collection[str]
) -> dict[str, Routed]:
    """Return the status, since when, and the provider of each of these cases that is stored."""
    rows = await connection.fetch(_SQL["read_routed"], list(request_ids))
    return {request_id: Routed(*routed) for request_id, *routed in map(tuple, rows)}


async def save_cases(connection: "Connection[Any]", cases: Iterable[Case]) -> None:
    """Merge *cases* into the table, in key order."""
    await connection.execute(_SQL["save_cases"], *zip(*map(astuple, cases), strict=True))


async def save_happenings(
    connection: "Connection[Any]", happenings: Collection[Happening]
) -> None:
    """Append *happenings*; the gates have already dropped duplicates."""
    await connection.execute(_SQL["save_happenings"], *zip(*happenings, strict=True))


async def save_notices(connection: "Connection[Any]", notices: Collection[NoticeRow]) -> None:
    """Store decisions to notify; the outcomes of their mails stay as they are."""
    await connection.execute(_SQL["save_notices"], *zip(*notices, strict=True))


async def save_mails(connection: "Connection[Any]", mails: Collection[MailRow]) -> None:
    """Store the outcomes of mails; the decisions to notify stay as they are."""
    await connection.execute(_SQL["save_mails"], *zip(*mails, strict=True))


async def read_open_items(
    connection: "Connection[Any]", request_ids: Collection[str]
) -> list[WorkItem]:
    """Return the items of these requests that are not closed."""
    rows = await connection.fetch(_SQL["read_open_items"], list(request_ids))
    return [WorkItem(*row) for row in rows]


async def open_items(
    connection: "Connection[Any]", items: Iterable[tuple[WorkItem, Closed | None]]
) -> None:
    """Insert or replace items, each open or already closed, in key order."""
    rows = [(*item, *(closed or (None, None))) for item, closed in items]
    await connection.execute(_SQL["open_items"], *zip(*rows, strict=True))


async def settle_items(connection: "Connection[Any]", settled: Collection[Settling]) -> None:
    """Close open items; one that ``may_come_first`` and is not stored yet will never open."""
    await connection.execute(_SQL["settle_items"], *zip(*settled, strict=True))


async def record_answers(connection: "Connection[Any]", answers: Collection[Answer]) -> None:
    """Note the first answer to each act; answers to other messages change nothing."""
    await connection.execute(_SQL["record_answers"], *zip(*answers, strict=True))


async def keep_case_files(
    connection: "Connection[Any]", files: Collection[ToldFile], *, kept: timedelta
) -> None:
    """Store the contents of case files that staff asked for, for the time *kept*."""
    await connection.execute(_SQL["keep_case_files"], *zip(*files, strict=True), kept)


async def forget_contacts(connection: "Connection[Any]", contact_ids: Collection[str]) -> None:
    """Erase the case files that name one of these contacts, no matter whose contact it is."""
    await connection.execute(_SQL["forget_contacts"], sorted(contact_ids))


async def lock_sites(connection: "Connection[Any]", engagements: Collection[str]) -> None:
    """Lock these engagements: two topics are about them, and two processes may read those."""
    await connection.execute(_SQL["lock_sites"], sorted(engagements))


async def read_said(
    connection: "Connection[Any]", engagements: Collection[str]
) -> dict[str, dict[str, Said]]:
    """Return the stored messages about each of these engagements, by event id."""
    found: dict[str, dict[str, Said]] = {name: {} for name in engagements}
    for row in await connection.fetch(_SQL["read_said"], sorted(engagements)):
        each = Said(*row)
        found[each.engagement_id][each.event_id] = each
    return found


async def save_said(connection: "Connection[Any]", said: Collection[Said]) -> None:
    """Insert or replace messages about engagements."""
    await connection.execute(_SQL["save_said"], *zip(*said, strict=True))


async def save_report_states(
    connection: "Connection[Any]", states: Collection[ReportState]
) -> None:
    """Insert or replace the states of reports."""
    await connection.execute(_SQL["save_report_states"], *zip(*states, strict=True))
