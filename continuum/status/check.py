"""Queries Kafka, the databases and the processes, each with a timeout, and reports problems."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from continuum.access import Access
from continuum.rebuild.log import Log
from continuum.status import databases, processes
from continuum.status.as_json import to_json
from continuum.status.findings import findings
from continuum.status.hints import Hints
from continuum.status.log_ends import LogEnds, log_ends
from continuum.status.observation import Observation, Process, Rows, Unavailable, Unread
from continuum.status.render import render
from continuum.status.unread import find_unread

LATE_SECONDS = 10.0
Running = Mapping[str, Sequence[Process] | Unavailable]


async def check(
    connection: Path, *, late: float = LATE_SECONDS, waiting: bool = False, as_json: bool = False
) -> tuple[list[str], int]:
    """
    Return the status as lines, and 0, 1 if something is wrong, or 2 if nothing answers.

    A part that does not answer within seconds is reported as unavailable, beside all others.
    """
    access, log, hints = Access.read(connection), Log.read(connection), Hints.read(connection)
    addresses = processes.read_addresses(connection)
    asked = asyncio.create_task(processes.ask(addresses))
    try:
        async with log_ends(log) as ends:
            observation = await _seen(access, ends, asked, waiting=waiting)
    finally:
        asked.cancel()
    wrong = findings(observation, hints, late=late)
    lines = (
        to_json(observation, wrong).splitlines()
        if as_json
        else render(observation, wrong, late=late)
    )
    return lines, 2 if observation.nothing_answered else int(bool(wrong))


async def _seen(
    access: Access, ends: LogEnds | Unavailable, asked: "asyncio.Task[Running]", *, waiting: bool
) -> Observation:
    # The ends first: records taken in while the databases are read do not count as unread.
    spans = ends if isinstance(ends, Unavailable) else await ends.read()
    found, waits, offers, one_by_one = await asyncio.gather(
        databases.read(access),
        databases.read_waits(access),
        databases.read_offers(access),
        databases.read_waiting(access) if waiting else _not_asked(),
    )
    unread: dict[str, list[Unread]] = {}
    if not isinstance(spans, Unavailable) and not isinstance(ends, Unavailable):
        unread = await find_unread(ends, spans, found)
    return Observation(
        at=datetime.now(UTC),
        processes=await asked,
        kafka=spans,
        databases=found,
        unread=unread,
        waits=waits,
        offers=offers,
        waiting=one_by_one,
    )


async def _not_asked() -> Rows | None:
    return None
