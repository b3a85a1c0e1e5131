"""``continuum retention``: what is kept of people, how long, and what would go now."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from continuum.access import Access, NotPossible
from continuum.status.formatting import moment, table
from shared.postgres.statements import load_statements
from shared.retention.standing import MOST, Standing, read_standing

_SQL = load_statements(__package__)
_HEAD = ("service", "what", "kept for", "setting", "rows", "oldest end", "go now", "stay", "next")
_WORDS: Mapping[tuple[str, str], str] = {
    ("intake", "words"): "needs in words",
    ("notifications", "contacts"): "contacts",
    ("notifications", "callers"): "contacts of callers that no request names",
    ("notifications", "codes_sent"): "hashes of addresses to which codes went",
    ("notifications", "needs"): "needs in words",
    ("notifications", "notes"): "notes of providers",
    ("notifications", "unconfirmed"): "unconfirmed subscriptions",
    ("reporting", "drafts"): "texts of assessments",
    ("reporting", "draft_reports"): "texts of reports that were not published",
    ("desk", "case_files"): "case files told",
    ("desk", "sessions"): "sessions of staff",
    ("desk", "sign_ins"): "sign-ins under way",
    ("webdesk", "drafts"): "drafts of requests",
    ("webdesk", "sessions"): "sessions of requesters",
    ("webdesk", "provider_sessions"): "sessions of providers",
    ("webdesk", "readings"): "texts of reports that contacts read",
    ("webdesk", "starts"): "hashes of who began drafts",
    ("webdesk", "asks"): "hashes of who asked for news",
    ("webdesk", "link_uses"): "uses of links",
    ("webdesk", "codes"): "codes that may be entered",
    ("webdesk", "codes_asked"): "hashes of who asked for codes",
    ("webdesk", "pages"): "status pages",
    ("webdesk", "work"): "work and acts of providers",
}
_EXPLAINED = (
    "rows: all that are stored. oldest end: when what the oldest of them belongs to has ended.",
    "go now: kept long enough. stay: kept long enough, but on a records hold, or of a participant"
    " that is registered.",
)


async def show(access: Access) -> list[str]:
    """Return, as a table, what each service keeps and what would go now."""
    return render(await _read(access))


async def apply(
    access: Access, *, by: str, why: str | None, wait: float
) -> tuple[list[str], bool]:
    """
    Have the services erase what would go now, and wait for it; return what is kept then.

    They do so by themselves at least once an hour. Each records who asked, and why.
    """
    if not why:
        raise NotPossible("who has it carried out is recorded, with the reason: add --why TEXT.")
    found = await _read(access)
    waiting = []
    for service in sorted(found):
        if found[service]:
            async with access.connect(service, write=True) as connection:
                asked_at = await connection.fetchval(_SQL["order_sweep"], by, why)
            waiting.append((service, asked_at))
    late = [
        service
        for service, asked_at in waiting
        if not await _is_swept(access, service, since=asked_at, seconds=wait)
    ]
    lines = await show(access)
    if late:
        names = ", ".join(late)
        return [*lines, f"Ordered. Not carried out yet by {names}: is it running?"], False
    return [*lines, "Carried out."], True


def render(found: Mapping[str, Sequence[Standing]]) -> list[str]:
    """Return the *found* windows, by service, as lines."""
    rows = [_row(service, each) for service, windows in found.items() for each in windows]
    if not rows:
        return ["No service has noted its windows yet: each does so when it starts."]
    return [*table(_HEAD, rows), "", *_EXPLAINED]


def _row(service: str, each: Standing) -> list[str]:
    is_more = each.due >= MOST
    return [
        service,
        _WORDS.get((service, each.what), each.what),
        span(each.kept),
        "fixed" if each.setting is None else f"CONTINUUM_{each.setting.upper()}",
        str(each.rows),
        moment(each.oldest),
        f"{each.due} or more" if is_more else str(each.due),
        "-" if is_more else str(each.over - each.due),
        _next(each),
    ]


def _next(each: Standing) -> str:
    if each.setting is None:
        return "by itself"
    return "now" if each.next_at <= each.now else moment(each.next_at)


def span(kept: timedelta) -> str:
    """Return how long *kept* is, in its largest unit that says it exactly."""
    seconds = round(kept.total_seconds())
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    raise AssertionError(kept)


async def _read(access: Access) -> dict[str, list[Standing]]:
    found = {}
    for service in access.services:
        async with access.connect(service) as connection:
            found[service] = await read_standing(connection)
    return found


async def _is_swept(access: Access, service: str, *, since: datetime, seconds: float) -> bool:
    """Wait at most *seconds*; return whether *service* has swept all windows *since* then."""
    deadline = asyncio.get_running_loop().time() + seconds
    async with access.connect(service) as connection:
        while await _count_unswept(connection, since):
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(0.2)
    return True


async def _count_unswept(connection: Any, since: datetime) -> int:
    count: int = await connection.fetchval(_SQL["count_unswept"], since)
    return count
