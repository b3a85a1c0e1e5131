"""Routing's tables, one function per statement; each statement is ``sql/<function>.sql``."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.routing.capacity import Capacity
from services.routing.decisions import DecisionRecord
from services.routing.request import CapacityChange, Request
from shared.messaging import outbox
from shared.messaging.records import Outgoing
from shared.postgres.copying import copy_rows
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_NUMBERING, _CHANGES = 0x7175657565, 0x6368616E67
_COLUMNS = Request._fields
_FIXED = ("request_id", "participant", "traceparent")
_CHANGEABLE = itemgetter(*[n for n, name in enumerate(_COLUMNS) if name not in _FIXED])
END = 2**63 - 1
"""A place behind every place in a lane."""
Connection = PoolConnectionProxy


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane as its row says; ``fresh`` and ``queued`` tell whether somebody is there."""

    lane: str
    program: str
    basis: str
    swept_to: int | None
    fresh: bool = False
    queued: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """What the matcher looks at first: changes of capacity, the catalog's version, the lanes."""

    changes: bool
    version: int
    at: datetime
    lanes: list[Lane]


async def lock_requests(
    connection: "Connection[Any]", tracking_numbers: Collection[str]
) -> dict[str, Request]:
    """Return the known requests among *tracking_numbers*, locked until the transaction ends."""
    rows = await connection.fetch(_SQL["lock_requests"], list(tracking_numbers))
    return {request.tracking_number: request for request in map(_request, rows)}


async def lock_next_in_lane(
    connection: "Connection[Any]", lane: str, *, behind: int, limit: int
) -> tuple[list[Request], datetime | None]:
    """
    Return the lane's next requests by queue number: the fresh ones, and those *behind*.

    With them, the time when all were locked; None when there are none.
    """
    rows = await connection.fetch(_SQL["lock_next_in_lane"], lane, behind, limit)
    requests = [_request(columns) for *columns, _ in rows]
    at = max((row["at"] for row in rows), default=None)
    return sorted(requests, key=lambda request: request.queue_number or 0), at


async def read_next_due(connection: Any) -> tuple[int, datetime, datetime | None]:
    """Return the catalog's version, the time of now, and when the next clock is due."""
    version, at, due_at = await connection.fetchrow(_SQL["read_next_due"])
    return version, at, due_at


async def lock_due_requests(
    connection: "Connection[Any]", *, before: datetime, limit: int
) -> list[Request]:
    """Return requests whose clock ran out before *before* and that nobody else has locked."""
    return [
        _request(row) for row in await connection.fetch(_SQL["lock_due_requests"], before, limit)
    ]


async def lock_unrecorded(connection: "Connection[Any]", *, limit: int) -> list[Request]:
    """Return requests whose events do not say all, and that nobody else has locked."""
    return [_request(row) for row in await connection.fetch(_SQL["lock_unrecorded"], limit)]


async def save(
    connection: "Connection[Any]",
    *,
    requests: Sequence[Request] = (),
    new: Collection[str] = (),
    records: Sequence[DecisionRecord] = (),
    capacities: Mapping[str, Capacity] | None = None,
    messages: Sequence[Outgoing] = (),
) -> None:
    """
    Write what decisions led to.

    Requests with a *new* tracking number have no row yet; the others, and *capacities*, are
    locked. With decision *records* come the facts of the candidates that they name.
    """
    ordered = sorted(requests, key=_number_of)
    inserted = [request for request in ordered if request.tracking_number in new]
    if inserted:
        await copy_rows(connection, "requests", columns=_COLUMNS, rows=inserted)
    changed = [request for request in ordered if request.tracking_number not in new]
    if changed or records or capacities or messages:
        await connection.execute(
            _SQL["save"],
            *_request_columns(changed),
            *_capacity_columns([*(capacities or {}).values()]),
            *_decision_columns(records),
            await outbox.rows_or_copy(connection, messages),
        )


def _request_columns(requests: Sequence[Request]) -> list[Any]:
    columns = _columns(map(_CHANGEABLE, requests), 22)
    columns[-1] = ["{" + ",".join(offered) + "}" for offered in columns[-1]]
    return columns


def _capacity_columns(capacities: Sequence[Capacity]) -> list[Any]:
    columns = _columns(capacities, 7)
    columns[4] = ["{" + ",".join(map(str, free)) + "}" for free in columns[4]]
    return columns


def _decision_columns(records: Sequence[DecisionRecord]) -> list[Any]:
    panels = {record.panel: record.panel_body for record in records if record.panel}
    return [
        [record.tracking_number for record in records],
        [record.number for record in records],
        [record.id for record in records],
        [record.at for record in records],
        [bytes.fromhex(record.hash) for record in records],
        [record.text for record in records],
        [bytes.fromhex(panel) for panel in panels],
        list(panels.values()),
    ]


def _columns(rows: Iterable[Sequence[Any]], number: int) -> list[Any]:
    return list(zip(*rows, strict=True)) or [()] * number


async def take_queue_numbers(
    connection: "Connection[Any]", requests: Sequence[Request]
) -> dict[str, int]:
    """Give *requests*, which enter a lane for the first time, their places, in this order."""
    lanes = {request.lane: request.program for request in requests}
    rows = await connection.fetch(
        _SQL["take_queue_numbers"], _NUMBERING, len(requests), list(lanes), list(lanes.values())
    )
    numbers = sorted(row[0] for row in rows)
    return dict(zip(map(_number_of, requests), numbers, strict=True))


async def survey(connection: Any) -> Survey:
    """Return whether there is work, in any lane or before."""
    rows = await connection.fetch(_SQL["survey"])
    changes, version, at = rows[0][:3]
    return Survey(changes, version, at, [Lane(*row[3:]) for row in rows if row["lane"]])


async def lock_lane(connection: "Connection[Any]", lane: str) -> tuple[Lane, int, datetime] | None:
    """Return the lane, locked, with the catalog's version and the time of now; None if taken."""
    row = await connection.fetchrow(_SQL["lock_lane"], lane)
    return None if row is None else (Lane(*row[:4]), row["version"], row["at"])


async def save_lane(
    connection: "Connection[Any]", lane: str, *, basis: str, swept_to: int
) -> None:
    """Write how far the lane was swept on which basis; to the end, if nobody is left behind."""
    await connection.execute(_SQL["save_lane"], lane, basis, swept_to)


async def sweep_lanes(connection: "Connection[Any]", programs: Collection[str]) -> None:
    """Let everybody who waits in the lanes of *programs* be looked at again."""
    await connection.execute(_SQL["sweep_lanes"], list(programs))


async def lock_lanes(connection: "Connection[Any]") -> None:
    """Lock every lane, in key order."""
    await connection.fetch(_SQL["lock_lanes"])


async def append_capacity_changes(
    connection: "Connection[Any]", changes: Sequence[CapacityChange]
) -> None:
    """Leave *changes* to the matcher, in their order."""
    if changes:
        columns = zip(*changes, strict=True)
        await connection.execute(_SQL["append_capacity_changes"], *columns)


async def try_to_take_changes(connection: "Connection[Any]") -> bool:
    """Tell whether this transaction alone may take changes of capacity."""
    return bool(await connection.fetchval(_SQL["try_to_take_changes"], _CHANGES))


async def take_capacity_changes(
    connection: "Connection[Any]", *, limit: int
) -> list[CapacityChange]:
    """Remove and return the first changes of capacity, in their order."""
    rows = await connection.fetch(_SQL["take_capacity_changes"], limit)
    await connection.execute(_SQL["delete_capacity_changes"], [row["id"] for row in rows])
    return [CapacityChange(*row[1:]) for row in map(tuple, rows)]


async def lock_capacities(
    connection: "Connection[Any]", providers: Collection[str]
) -> dict[str, Capacity]:
    """Return what is known of the capacity of *providers*, locked in key order."""
    rows = await connection.fetch(_SQL["lock_capacities"], list(providers))
    return {
        provider: Capacity(provider, declaration, until, entries, tuple(free), load, last)
        for provider, declaration, until, entries, free, load, last in map(tuple, rows)
    }


async def open_capacities(connection: "Connection[Any]", providers: Collection[str]) -> None:
    """Make the missing rows of *providers*."""
    await connection.execute(_SQL["open_capacities"], list(providers))


async def read_clock(connection: Any) -> datetime:
    """Return Postgres's clock."""
    at: datetime = await connection.fetchval(_SQL["read_clock"])
    return at


async def read_decisions(
    connection: Any, *, behind: tuple[str, int], limit: int
) -> list[tuple[str, int, str, str]]:
    """Return the next decisions: tracking number, number, hash, record."""
    rows = await connection.fetch(_SQL["read_decisions"], *behind, limit)
    return [(t, n, digest.hex(), text) for t, n, digest, text in map(tuple, rows)]


async def read_panel(connection: Any, digest: str) -> str | None:
    """Return the candidates' facts whose hash is *digest*."""
    body: str | None = await connection.fetchval(_SQL["read_panel"], bytes.fromhex(digest))
    return body


def _request(row: Any) -> Request:
    *columns, offered = row
    return Request(*(*columns, tuple(offered)))


def _number_of(request: Request) -> str:
    return request.tracking_number


async def count_waiting(connection: "Connection[Any]") -> dict[str, int]:
    """Return how many requests wait in each lane that any waits in."""
    return {row["lane"]: row["requests"] for row in await connection.fetch(_SQL["count_waiting"])}


async def count_clocks(connection: "Connection[Any]") -> dict[str, tuple[int, int]]:
    """Return, by clock, how many run and how many of them have run out unnoticed."""
    rows = await connection.fetch(_SQL["count_clocks"])
    return {row["due_clock"]: (row["running"], row["overdue"]) for row in rows}
