"""The tables of corrections, one function per statement; each is ``sql/<function>.sql``."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from services.reporting.corrections.shown import CorrectedMonth, Correction
from shared.contracts.reporting import CorrectedFigure, FigureCorrected
from shared.delivery.take_in.reader import Connection
from shared.postgres.statements import load_statements

_SQL = load_statements("services.reporting")


async def note_late_times(
    connection: "Connection[Any]",
    times: Sequence[datetime],
    requests: Collection[str],
    *,
    before: datetime,
    because: str,
) -> None:
    """Note *times*, and the times before *before* at which *requests* reached a state."""
    wanted = sorted(requests)
    await connection.execute(_SQL["note_late_times"], times, wanted, before, because)


async def read_late_times(
    connection: "Connection[Any]", *, before: datetime
) -> list[tuple[datetime, str]]:
    """Return the noted times before *before*, each with its kind of cause."""
    rows = await connection.fetch(_SQL["read_late_times"], before)
    return [(row["at"], row["because"]) for row in rows]


async def remove_late_times(
    connection: "Connection[Any]", *, since: datetime, before: datetime
) -> None:
    """Remove the times of the months that were counted again."""
    await connection.execute(_SQL["remove_late_times"], since, before)


async def read_corrections(connection: Any, *, month: str) -> list[Correction]:
    """Return the corrections of *month*, oldest first."""
    return [
        Correction(number, at, CorrectedFigure.model_validate_json(body))
        for number, at, body in await connection.fetch(_SQL["read_corrections"], month)
    ]


async def list_corrected_months(connection: Any) -> list[CorrectedMonth]:
    """Return the months of which a figure was corrected, the latest month first."""
    return [CorrectedMonth(*row) for row in await connection.fetch(_SQL["list_corrected_months"])]


async def save_corrections(
    connection: "Connection[Any]", published: Sequence[FigureCorrected]
) -> None:
    """Store published corrections; those that are stored already stay as they are."""
    rows = [(e.subject, e.number, e.time, e.data.encode().decode()) for e in published]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    await connection.execute(_SQL["save_corrections"], *columns)
