"""Orders a stopped service to resume: decisions had failed, or a topic was recreated."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from continuum.access import Access, NotPossible
from continuum.status.findings import lost
from shared.contracts.services import DEPLOYABLES
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
    Order *service* to resume where it stopped, and wait for it; a dry run unless *yes*.

    A running process of the service carries it out, or else the next one to start. Failed records
    are not decided again: they stay dead letters, their keys stay parked. A recreated topic is
    read *from_start* or, if its records are there again, from the service's checkpoint.
    """
    if service not in DEPLOYABLES:
        raise NotPossible(
            f"there is no service {service!r}: it is one of {', '.join(DEPLOYABLES)}."
        )
    async with access.connect(service) as connection:
        rows = await connection.fetch(_SQL["read_stopped"])
        gone = await connection.fetch(_SQL["read_lost"])
    if not rows:
        now = datetime.now(UTC)
        return [
            *(f"{service} has lost {lost(row, now)}. It continues after them." for row in gone),
            f"{service} has not stopped: there is nothing to clear.",
        ]
    lines = [_line(row) for row in rows]
    refused = any(row["refused_because"] for row in rows)
    if not yes:
        choice = " (with --from-start a recreated topic is read from its first record)"
        return [
            *lines,
            "Nothing is changed yet. Once the cause is fixed, resume the service:"
            f" continuum resume {service} --yes --why TEXT{choice if refused else ''}",
        ]
    if not why:
        raise NotPossible("a reason is recorded with it: add --why TEXT.")
    async with access.connect(service, write=True) as connection:
        await connection.execute(_SQL["order_resume"], from_start, by, why)
        still = await _wait(connection, seconds=wait)
    if still:
        return [
            *lines,
            f"Ordered. {service} has not carried it out yet: it does so when it next starts.",
        ]
    recreated = from_start and refused
    where = "the first record of the recreated topic" if recreated else "these records"
    return [*lines, f"Carried out. {service} resumes with {where}."]


async def _wait(connection: Any, *, seconds: float) -> bool:
    """Wait at most *seconds*; return whether the service is still stopped."""
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
