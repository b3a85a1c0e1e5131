"""The table of what was published about sites; each function is named like its statement."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from shared.contracts.published_reports import PublicationEvent
from shared.delivery.take_in.reader import Connection
from shared.postgres.statements import load_statements

_SQL = load_statements("services.reporting")


class EventRow(NamedTuple):
    """An event about a site; ``value`` is its JSON."""

    slug: str
    number: int
    value: str


async def take_in(connection: "Connection[Any]", events: Collection[PublicationEvent]) -> None:
    """
    Keep *events* for the public pages; those that are kept already stay as they are.

    Call it in the transaction that publishes them.
    """
    if events:
        rows = [(each.subject, each.number, each.encode().decode()) for each in events]
        await connection.execute(_SQL["save_site_events"], *map(list, zip(*rows, strict=True)))


async def read_site_events(connection: Any, *, after: Mapping[str, int]) -> list[EventRow]:
    """Return the events of each site *after* its number there, in order; all of other sites."""
    rows = await connection.fetch(_SQL["read_site_events"], list(after), list(after.values()))
    return [EventRow(*row) for row in rows]
