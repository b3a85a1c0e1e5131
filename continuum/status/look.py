"""Asks everything there is, each within a time limit, and says what is wrong."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from continuum.access import Access
from continuum.rebuild.log import Log
from continuum.status import processes, tables
from continuum.status.as_json import to_json
from continuum.status.findings import findings
from continuum.status.hints import Hints
from continuum.status.log_ends import LogEnds, log_ends
from continuum.status.seen import Away, Process, Rows, Seen, Unread
from continuum.status.unread import find_unread
from continuum.status.words import told

LATE_SECONDS = 10.0
Running = Mapping[str, Sequence[Process] | Away]


async def tell(
    connection: Path, *, late: float = LATE_SECONDS, waiting: bool = False, as_json: bool = False
) -> tuple[list[str], int]:
    """
    Return the state of everything, and 0, 1 when something is wrong, 2 when nobody answers.

    What does not answer is said to be away after a few seconds, and the rest is told.
    """
    access, log, hints = Access.read(connection), Log.read(connection), Hints.read(connection)
    addresses = processes.read_addresses(connection)
    asked = asyncio.create_task(processes.ask(addresses))
    try:
        async with log_ends(log) as ends:
            seen = await _seen(access, ends, asked, waiting=waiting)
    finally:
        asked.cancel()
    wrong = findings(seen, hints, late=late)
    lines = to_json(seen, wrong).splitlines() if as_json else told(seen, wrong, late=late)
    return lines, 2 if seen.is_blind else int(bool(wrong))


async def _seen(
    access: Access, ends: LogEnds | Away, asked: "asyncio.Task[Running]", *, waiting: bool
) -> Seen:
    # The ends first: what is taken in after they were read is not called unread.
    spans = ends if isinstance(ends, Away) else await ends.read()
    found, waits, offers, one_by_one = await asyncio.gather(
        tables.read(access),
        tables.read_waits(access),
        tables.read_offers(access),
        tables.read_waiting(access) if waiting else _not_asked(),
    )
    unread: dict[str, list[Unread]] = {}
    if not isinstance(spans, Away) and not isinstance(ends, Away):
        unread = await find_unread(ends, spans, found)
    return Seen(
        at=datetime.now(UTC),
        processes=await asked,
        kafka=spans,
        tables=found,
        unread=unread,
        waits=waits,
        offers=offers,
        waiting=one_by_one,
    )


async def _not_asked() -> Rows | None:
    return None
