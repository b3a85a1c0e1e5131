"""Orders a service to go on that has stopped: decisions failed, or a topic was made anew."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from continuum.access import Access, NotPossible
from continuum.status.findings import lost
from shared.contracts.services import SERVICES
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


async def clear(
    access: Access,
    service: str,
    *,
    by: str,
    why: str | None,
    yes: bool,
    from_start: bool = False,
    wait: float = 20,
) -> list[str]:
    """
    Order *service* to read on where it stopped, and wait for it; a dry run unless *yes*.

    A process of the service carries it out, at its start at the latest. Nothing that failed is
    decided again: it stays a dead letter, its key stays parked. A topic that was made anew is read
    *from_start*, or, when its records are there again, from where the service stood.
    """
    if service not in SERVICES:
        raise NotPossible(f"there is no service {service!r}: it is one of {', '.join(SERVICES)}.")
    async with access.connect(service) as connection:
        rows = await connection.fetch(_SQL["read_stopped"])
        gone = await connection.fetch(_SQL["read_lost"])
    if not rows:
        now = datetime.now(UTC)
        return [
            *(f"{service} has lost {lost(row, now)}. It reads on behind them." for row in gone),
            f"{service} has not stopped: there is nothing to clear.",
        ]
    lines = [_line(row) for row in rows]
    refused = any(row["refused_because"] for row in rows)
    if not yes:
        choice = " (with --from-start a topic made anew is read from its first record)"
        return [
            *lines,
            "Nothing is changed yet. If the cause is mended, have the service go on:"
            f" continuum resume {service} --yes --why TEXT{choice if refused else ''}",
        ]
    if not why:
        raise NotPossible("who looks at this later must know why: add --why TEXT.")
    async with access.connect(service, write=True) as connection:
        await connection.execute(_SQL["order_resume"], from_start, by, why)
        still = await _wait(connection, seconds=wait)
    if still:
        return [
            *lines,
            f"Ordered. {service} has not carried it out yet: it does so at its next start.",
        ]
    where = "the first record of what was made anew" if from_start and refused else "these records"
    return [*lines, f"Carried out. {service} goes on with {where}."]


async def _wait(connection: Any, *, seconds: float) -> bool:
    """Return whether something is stopped still when time is up."""
    deadline = asyncio.get_running_loop().time() + seconds
    while still := bool(await connection.fetch(_SQL["read_stopped"])):
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.2)
    return still


def _line(row: Mapping[str, Any]) -> str:
    place = f"{row['topic']}/{row['partition']} at offset {row['next_offset']}"
    if row["refused_because"]:
        return f"{place}: refused. {row['refused_because']}"
    return f"{place}: stopped by build {row['stopped_by']}"
