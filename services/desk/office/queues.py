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


class Reports(NamedTuple):
    """How many reports stand somewhere since a ``day``, a ``week`` or longer (``older``)."""

    state: str
    age: str
    reports: int


class LateReports(NamedTuple):
    """How many days have passed on which a report of a kind was due."""

    kind: str
    dates: int


async def count_waiting(connection: "Connection[Any]") -> list[Waiting]:
    """Return how many requests wait, by lane."""
    return [Waiting(*row) for row in await connection.fetch(_SQL["count_waiting"])]


async def count_late(connection: "Connection[Any]", *, at: datetime) -> list[Late]:
    """Return how many clocks are late at a business time, by the clock's name."""
    return [Late(*row) for row in await connection.fetch(_SQL["count_late"], at)]


async def count_reports(connection: "Connection[Any]", *, at: datetime) -> list[Reports]:
    """Return how many reports stand where *at* a business time, by age."""
    return [Reports(*row) for row in await connection.fetch(_SQL["count_reports"], at)]


async def count_late_reports(connection: "Connection[Any]", *, at: datetime) -> list[LateReports]:
    """Return how many reports are late *at* a business time, by kind."""
    return [LateReports(*row) for row in await connection.fetch(_SQL["count_late_reports"], at)]
