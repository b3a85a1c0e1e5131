"""Opens the matcher's transactions, each with one call, behind locks held until the commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from asyncpg.pool import PoolConnectionProxy

from services.routing.life.capacity import Capacity
from services.routing.life.request import CapacityChange, Request
from services.routing.store import capacity_of, request_of
from shared.business_clock import BusinessClock
from shared.postgres.statements import load_statements

_SQL = load_statements("services.routing")
_CHANGES = 0x6368616E67
Connection = PoolConnectionProxy


class Lane(NamedTuple):
    """A row of `lanes`; ``fresh`` and ``queued`` tell whether the lane has such requests."""

    lane: str
    program: str
    basis: str
    swept_to: int | None
    fresh: bool
    queued: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """The state of all lanes, with the catalog's version and the business time of the read."""

    version: int
    at: datetime
    lanes: Sequence[Lane]


@dataclass(frozen=True, slots=True)
class OpenedLane:
    """
    A locked lane: its next requests by queue number, and its providers' capacities, locked.

    ``sweep_from`` is the queue number after which its sweep goes on; None without a sweep.
    """

    survey: Survey
    sweep_from: int | None
    capacities: dict[str, Capacity]
    requests: list[Request]


@dataclass(frozen=True, slots=True)
class OpenedChanges:
    """The next capacity changes, no longer stored, and their providers' capacities, locked."""

    survey: Survey
    changes: list[CapacityChange]
    capacities: dict[str, Capacity]


async def survey(connection: Any, *, clock: BusinessClock) -> tuple[Survey, bool]:
    """Return the state of the lanes, and whether capacity changes are pending."""
    changes, version, at, lanes = await connection.fetchrow(_SQL["survey"])
    return Survey(version, clock.at(at), _lanes(lanes)), changes


async def open_lane(
    connection: "Connection[Any]",
    lane: str,
    *,
    basis: str,
    providers: Sequence[str],
    clock: BusinessClock,
    limit: int,
) -> OpenedLane | None:
    """
    Lock the lane, its providers' capacities and its next requests; None if the lane is locked.

    A *basis* other than that of the last sweep starts a new sweep.
    """
    row = await connection.fetchrow(_SQL["open_lane"], lane, basis, providers, limit)
    assert row is not None
    if row["o_at"] is None:
        return None
    requests = [request_of(request) for request in row["o_requests"]]
    return OpenedLane(
        _survey(row, clock),
        row["o_sweep_from"],
        _capacities(row),
        sorted(requests, key=lambda request: request.queue_number or 0),
    )


async def open_changes(
    connection: "Connection[Any]", *, clock: BusinessClock, limit: int
) -> OpenedChanges | None:
    """
    Take the first capacity changes, in their order; lock all lanes and the changed capacities.

    Returns None if another transaction is taking changes.
    """
    row = await connection.fetchrow(_SQL["open_changes"], _CHANGES, limit)
    assert row is not None
    if row["o_at"] is None:
        return None
    changes = [CapacityChange(*change) for change in row["o_changes"] or ()]
    return OpenedChanges(_survey(row, clock), changes, _capacities(row))


def _survey(row: Any, clock: BusinessClock) -> Survey:
    return Survey(row["o_version"], clock.at(row["o_at"]), _lanes(row["o_lanes"]))


def _lanes(rows: Any) -> list[Lane]:
    return [Lane(*row) for row in rows]


def _capacities(row: Any) -> dict[str, Capacity]:
    return {capacity[0]: capacity_of(capacity) for capacity in row["o_capacities"]}
