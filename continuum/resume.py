"""Lets a service go on that stopped because too many of its decisions failed."""

from continuum.access import SERVICES, Access, NotPossible
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


async def clear(access: Access, service: str, *, yes: bool) -> list[str]:
    """
    Clear the failures that *service* counts, so that it may start again; dry run unless *yes*.

    Nothing that failed is decided again: it stays a dead letter, its key stays parked.
    """
    if service not in SERVICES:
        raise NotPossible(f"there is no service {service!r}: it is one of {', '.join(SERVICES)}.")
    async with access.connect(service) as connection:
        rows = await connection.fetch(_SQL["read_stopped"])
    if not rows:
        return [f"{service} has not stopped: there is nothing to clear."]
    lines = [
        f"{row['topic']}/{row['partition']} at offset {row['next_offset']}: stopped by build"
        f" {row['stopped_by']}"
        for row in rows
    ]
    if not yes:
        return [
            *lines,
            "Nothing is changed yet. If the cause is mended, clear it with --yes and start the"
            f" service again: continuum resume {service} --yes",
        ]
    async with access.connect(service, write=True) as connection:
        await connection.execute(_SQL["clear_stopped"])
    return [*lines, f"Cleared. {service} goes on with these records at its next start."]
