"""How a service's windows stand: what they keep now, and what would go at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.catalog.catalog import CatalogCache
from shared.postgres.statements import load_statements
from shared.retention.sweeper import due_arguments, find_due

_SQL = load_statements(__package__)
MOST = 10_000
"""How many rows that would go are counted at most."""


@dataclass(frozen=True, slots=True)
class Standing:
    """
    A window, and the rows of its kind.

    ``setting`` is None if the time is fixed. ``oldest`` is when the first of their requests or
    assessments ended; None while none has ended. ``over`` have been kept long enough; of these
    ``due`` go next, at most `MOST` are counted, and records holds cover the others, or their
    participant is registered.
    """

    what: str
    setting: str | None
    kept: timedelta
    rows: int
    oldest: datetime | None
    over: int
    due: int
    swept_at: datetime | None
    next_at: datetime
    erased: int
    now: datetime


async def read_standing(connection: Any) -> list[Standing]:
    """Return how each window of the service stands, by kind."""
    windows = await connection.fetch(_SQL["read_windows"])
    catalog = await CatalogCache().current(connection) if windows else None
    found = []
    for row in windows:
        assert catalog is not None
        before = before_of(row)
        at = before if row["has_ends"] else before + row["kept"]
        arguments = due_arguments(
            catalog, row["what"], before=before, at=at, is_copy=row["is_copy"]
        )
        counted = await connection.fetchrow(_SQL["count_retained"], row["what"], before)
        due = len(await find_due(connection, arguments, MOST))
        named = ("what", "setting", "kept", "swept_at", "next_at", "erased", "now")
        found.append(Standing(**{name: row[name] for name in named}, **counted, due=due))
    return found


def before_of(row: Any) -> datetime:
    """Return up to which end rows have been kept long enough, as the service itself counts."""
    if row["gone_before"] is None or row["swept_at"] is None:
        before: datetime = row["now"] if row["has_ends"] else row["now"] - row["kept"]
        return before
    # What the service noted is by its own clock, which a demonstration plays faster.
    noted: datetime = row["gone_before"] + (row["now"] - row["swept_at"])
    return noted
