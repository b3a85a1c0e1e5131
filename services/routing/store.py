"""Routing's tables, one function per statement; each statement is ``sql/<function>.sql``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from asyncpg.pool import PoolConnectionProxy

from services.routing.life.capacity import Capacity
from services.routing.life.request import CapacityChange, Request
from services.routing.rules.decisions import DecisionRecord
from shared.delivery.records import Outgoing
from shared.delivery.relay import outbox
from shared.delivery.sequences import Subject
from shared.delivery.take_in.reader import Closing
from shared.postgres.copying import rows_or_copy
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_NUMBERING, _CHANGES = 0x7175657565, 0x6368616E67
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


@dataclass(frozen=True, slots=True)
class Loaded:
    """Requests and last numbers, locked until the transaction ends; the catalog's version."""

    requests: dict[str, Request]
    numbers: dict[Subject, int]
    version: int


class LaneSweep(NamedTuple):
    """How far a lane was swept on which basis; to the end, if no request is left behind."""

    lane: str
    basis: str
    swept_to: int


@dataclass(frozen=True, slots=True)
class Results:
    """
    What decisions led to.

    Requests with a *new* tracking number have no row yet; the others, ``capacities`` and
    ``numbers`` are locked. With decision ``records`` come the facts of the candidates that they
    name; ``changes`` are left to the matcher, in their order.
    """

    requests: Sequence[Request] = ()
    new: Collection[str] = ()
    records: Sequence[DecisionRecord] = ()
    capacities: Sequence[Capacity] = ()
    changes: Sequence[CapacityChange] = ()
    numbers: Mapping[Subject, int] = field(default_factory=dict)
    sweeps: Sequence[LaneSweep] = ()


async def load_batch(
    connection: "Connection[Any]",
    *,
    requests: Collection[str],
    subjects: Collection[Subject] = (),
) -> Loaded:
    """Return the known ones of *requests* and the numbers of *subjects*, in one round trip."""
    row = await connection.fetchrow(
        _SQL["load_batch"],
        list(requests),
        [topic for topic, _ in subjects],
        [subject for _, subject in subjects],
    )
    assert row is not None
    return Loaded(
        {request[0]: _request(request) for request in row["o_requests"] or ()},
        {(topic, subject): last for topic, subject, last in row["o_numbers"] or ()},
        row["o_version"],
    )


async def lock_next_in_lane(
    connection: "Connection[Any]", lane: str, *, behind: int, limit: int
) -> tuple[list[Request], datetime | None]:
    """
    Return the lane's next requests by queue number: the fresh ones, and those *behind*.

    With them, the time when all were locked; None when there are none.
    """
    rows = await connection.fetch(_SQL["lock_next_in_lane"], lane, behind, limit)
    requests = [_request(row["request"]) for row in rows]
    at = max((row["at"] for row in rows), default=None)
    return sorted(requests, key=lambda request: request.queue_number or 0), at


async def read_next_due(connection: Any) -> tuple[int, datetime, datetime | None]:
    """Return the catalog's version, the time of now, and when the next clock is due."""
    version, at, due_at = await connection.fetchrow(_SQL["read_next_due"])
    return version, at, due_at


async def lock_due_requests(
    connection: "Connection[Any]", *, grace: timedelta, limit: int
) -> tuple[list[Request], datetime | None]:
    """
    Return requests whose clock ran out *grace* ago and that are not locked by others.

    With them, the time when all were locked; None when there are none.
    """
    rows = await connection.fetch(_SQL["lock_due_requests"], grace.total_seconds(), limit)
    at = max((row["at"] for row in rows), default=None)
    return [_request(row["request"]) for row in rows], at


async def lock_unrecorded(connection: "Connection[Any]", *, limit: int) -> list[Request]:
    """Return requests whose events do not say all, and that nobody else has locked."""
    return [_request(row[0]) for row in await connection.fetch(_SQL["lock_unrecorded"], limit)]


async def close(
    connection: "Connection[Any]", results: Results, *, messages: Sequence[Outgoing] = ()
) -> Closing:
    """Return how *results* are written; of many new requests, the rows are written here."""
    created = [request for request in results.requests if request.tracking_number in results.new]
    parameters = (
        await rows_or_copy(connection, "requests", columns=Request._fields, rows=created),
        [request for request in results.requests if request.tracking_number not in results.new],
        results.capacities,
        list({r.panel: _panel_row(r) for r in results.records if r.panel}.values()),
        [_decision_row(record) for record in results.records],
        results.changes,
        [(*subject, last) for subject, last in results.numbers.items()],
        results.sweeps,
    )
    if not any(parameters):
        return Closing(messages=messages)
    return Closing(_SQL["save"], parameters, messages)


async def save(
    connection: "Connection[Any]", results: Results, *, messages: Sequence[Outgoing] = ()
) -> None:
    """Write *results*, and append *messages*, outside of a batch."""
    closing = await close(connection, results, messages=messages)
    rows = await outbox.rows_or_copy(connection, messages)
    await connection.execute(closing.statement, rows, [], [], [], *closing.parameters)


def _decision_row(made: DecisionRecord) -> tuple[Any, ...]:
    digest = bytes.fromhex(made.hash)
    return made.tracking_number, made.number, made.id, made.at, digest, made.text


def _panel_row(made: DecisionRecord) -> tuple[bytes, str]:
    return bytes.fromhex(made.panel), made.panel_body


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


async def sweep_lanes(connection: "Connection[Any]", programs: Collection[str]) -> None:
    """Let everybody who waits in the lanes of *programs* be looked at again."""
    await connection.execute(_SQL["sweep_lanes"], list(programs))


async def lock_lanes(connection: "Connection[Any]") -> None:
    """Lock every lane, in key order."""
    await connection.fetch(_SQL["lock_lanes"])


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
