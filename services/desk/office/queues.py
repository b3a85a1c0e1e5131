"""Counts for the staff's figures: one function per statement."""

from datetime import datetime
from typing import Any, NamedTuple

from services.desk.office.people import Connection
from shared.postgres.statements import load_statements

_SQL = load_statements("services.desk")


class Waiting(NamedTuple):
    """How many requests wait in a lane."""

    program: str | None
    lane: str | None
    requests: int


class Late(NamedTuple):
    """How many items are late that wait for one clock."""

    clock: str
    items: int


async def count_waiting(connection: "Connection[Any]") -> list[Waiting]:
    """Return how many requests wait, by lane."""
    return [Waiting(*row) for row in await connection.fetch(_SQL["count_waiting"])]


async def count_late(connection: "Connection[Any]", *, at: datetime) -> list[Late]:
    """Return how many clocks are late at a business time, by the clock's name."""
    return [Late(*row) for row in await connection.fetch(_SQL["count_late"], at)]
