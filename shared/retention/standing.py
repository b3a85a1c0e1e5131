"""The state of a service's retention windows: what they keep, and what is due to be erased."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.catalog.catalog import CatalogCache
from shared.postgres.statements import load_statements
from shared.retention.sweeper import due_arguments, find_due

_SQL = load_statements(__package__)
MOST = 10_000
"""The most due rows of a window that are counted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """
    A window, and counts of its rows.

    ``setting`` is None if the time is fixed. ``oldest`` is the earliest end of what a row belongs
    to, such as a request; None while nothing has ended. ``over`` counts the rows that have been
    kept long enough, and ``due`` those of them that are erased next, up to `MOST`. The others stay
    because a records hold covers them, or because their participant is still registered.
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
    """Return the state of each window of the service, in the order of their kinds."""
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
    """Return the latest end of rows that have been kept long enough, by the service's clock."""
    if row["gone_before"] is None or row["swept_at"] is None:
        before: datetime = row["now"] if row["has_ends"] else row["now"] - row["kept"]
        return before
    # The service noted it by its own clock, which runs faster in a demonstration.
    noted: datetime = row["gone_before"] + (row["now"] - row["swept_at"])
    return noted
