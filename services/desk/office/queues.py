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
    """How many late items there are for a clock."""

    clock: str
    items: int


class Reports(NamedTuple):
    """How many reports have been in a state up to a ``day``, a ``week`` or longer (``older``)."""

    state: str
    age: str
    reports: int


class LateReports(NamedTuple):
    """How many due dates of a kind of report have passed without a report."""

    kind: str
    dates: int


async def count_waiting(connection: "Connection[Any]") -> list[Waiting]:
    """Return how many requests wait, by lane."""
    return [Waiting(*row) for row in await connection.fetch(_SQL["count_waiting"])]


async def count_late(connection: "Connection[Any]", *, at: datetime) -> list[Late]:
    """Return how many items are late *at* a business time, by clock."""
    return [Late(*row) for row in await connection.fetch(_SQL["count_late"], at)]


async def count_reports(connection: "Connection[Any]", *, at: datetime) -> list[Reports]:
    """Return how many reports there are *at* a business time, by state and age."""
    return [Reports(*row) for row in await connection.fetch(_SQL["count_reports"], at)]


async def count_late_reports(connection: "Connection[Any]", *, at: datetime) -> list[LateReports]:
    """Return how many due dates have passed *at* a business time, by kind of report."""
    return [LateReports(*row) for row in await connection.fetch(_SQL["count_late_reports"], at)]
