"""Routing's tables, one function per statement; each statement is ``sql/<function>.sql``."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from asyncpg.pool import PoolConnectionProxy

from services.routing.life.capacity import Capacity
from services.routing.life.late import REHOME_CLOCK, Late
from services.routing.life.moving import Decided
from services.routing.life.pauses import SILENCE
from services.routing.life.reaching import Unreached
from services.routing.life.request import REHOME, STOPPED, CapacityChange, Request
from services.routing.rules.decisions import DecisionRecord
from shared.business_clock import BusinessClock
from shared.contracts.routing import PROVIDER_LEFT
from shared.delivery.records import Outgoing
from shared.delivery.relay import outbox
from shared.delivery.sequences import Subject
from shared.delivery.take_in.reader import Closing
from shared.postgres.copying import rows_or_copy
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_NUMBERING = 0x7175657565
Connection = PoolConnectionProxy


@dataclass(frozen=True, slots=True)
class Loaded:
    """
    Requests and last sequence numbers, locked until commit, and the catalog's version.

    ``declarations`` are current ones, by provider. ``capacities``, not locked, has the providers
    of open offers of amended requests.
    """

    requests: dict[str, Request]
    numbers: dict[Subject, int]
    declarations: dict[str, str]
    version: int
    capacities: dict[str, Capacity]


class LaneSweep(NamedTuple):
    """The queue number up to which a lane was swept, and the basis of the sweep."""

    lane: str
    basis: str
    swept_to: int


@dataclass(frozen=True, slots=True)
class Results:
    """
    Rows to write after decisions.

    Requests with a ``new`` tracking number have no row yet; the rows of the others, ``capacities``
    and ``numbers`` are locked. The facts of candidates are written with the decision ``records``
    that name them. The matcher applies ``changes`` later, in this order. ``late`` has each clock
    of a request once; those without a next announcement lose their row.
    """

    requests: Sequence[Request] = ()
    new: Collection[str] = ()
    records: Sequence[DecisionRecord] = ()
    capacities: Sequence[Capacity] = ()
    changes: Sequence[CapacityChange] = ()
    numbers: Mapping[Subject, int] = field(default_factory=dict)
    sweeps: Sequence[LaneSweep] = ()
    late: Sequence[Late] = ()


async def load_batch(
    connection: "Connection[Any]",
    *,
    requests: Collection[str],
    subjects: Collection[Subject] = (),
    ending: Collection[str] = (),
    amended: Collection[str] = (),
) -> Loaded:
    """
    Load and lock *requests* that exist and the numbers of *subjects*, in one round trip.

    Of the providers engaged for the requests *ending*, the current declarations are loaded.
    """
    row = await connection.fetchrow(
        _SQL["load_batch"],
        list(requests),
        [topic for topic, _ in subjects],
        [subject for _, subject in subjects],
        list(ending),
        list(amended),
    )
    assert row is not None
    return Loaded(
        {request[0]: request_of(request) for request in row["o_requests"] or ()},
        {(topic, subject): last for topic, subject, last in row["o_numbers"] or ()},
        {
            provider: declaration
            for provider, declaration in row["o_declarations"] or ()
            if declaration is not None
        },
        row["o_version"],
        {capacity[0]: capacity_of(capacity) for capacity in row["o_capacities"] or ()},
    )


class NextDue(NamedTuple):
    """
    The inputs of a step of `Deadlines`; ``version`` is the catalog's, ``at`` the real time.

    ``swept`` is the version of the catalog whose calendars all clocks follow once the sweep has
    ended. ``due_at`` is when the next clock is due, ``next_at`` the time of the next reminder or
    repeated miss.
    """

    version: int
    swept: int
    is_sweeping: bool
    at: datetime
    due_at: datetime | None
    next_at: datetime | None


async def read_next_due(connection: Any) -> NextDue:
    """Return the inputs of a step of `Deadlines`, in one round trip."""
    return NextDue(*await connection.fetchrow(_SQL["read_next_due"]))


async def begin_calendar_sweep(connection: "Connection[Any]", *, version: int) -> None:
    """Begin a sweep of all clocks, by the calendars of the catalog's *version*."""
    await connection.execute(_SQL["begin_calendar_sweep"], version)


async def lock_swept(
    connection: "Connection[Any]", *, limit: int
) -> tuple[list[Decided], datetime | None]:
    """
    Lock the next requests of the sweep that have a clock.

    Return them and the real time when all were locked (None if there are none).
    """
    rows = await connection.fetch(_SQL["lock_swept"], limit)
    requests, at = _locked(rows)
    found = [
        Decided(
            request,
            row["since"],
            json.loads(row["record"])["ruleset"],
            None if row["clock"] is None else _late(row, request),
        )
        for request, row in zip(requests, rows, strict=True)
    ]
    return found, at


async def move_calendar_sweep(connection: "Connection[Any]", *, to: str | None) -> None:
    """Record how far the sweep has come; None at its end."""
    await connection.execute(_SQL["move_calendar_sweep"], to)


async def lock_due_requests(
    connection: "Connection[Any]", *, until: datetime, limit: int
) -> tuple[list[Request], datetime | None]:
    """
    Lock requests whose clock ran out by *until*, except those locked by others.

    Return them and the real time when all were locked (None if there are none).
    """
    rows = await connection.fetch(_SQL["lock_due_requests"], until, limit)
    return _locked(rows)


async def read_affected(connection: Any) -> tuple[int, datetime, bool, datetime | None]:
    """
    Return the catalog's version, the real time, and whether any request is ``affected``.

    The last value is when the next mail about an offer must be delivered, by the business clock.
    """
    version, at, is_any_affected, reach_by = await connection.fetchrow(_SQL["read_affected"])
    return version, at, is_any_affected, reach_by


async def expect_reach(connection: Any, offers: Sequence[Unreached]) -> None:
    """Store the offers about which a mail must be delivered."""
    if offers:
        await connection.execute(_SQL["expect_reach"], *zip(*offers, strict=True))


async def lock_reached(connection: Any, offer_ids: Collection[str]) -> dict[str, Unreached]:
    """Lock and return those of the offers about which no mail was delivered before."""
    rows = await connection.fetch(_SQL["lock_reached"], list(offer_ids)) if offer_ids else ()
    return {row[0]: Unreached(*row) for row in rows}


async def forget_unreached(connection: Any, offer_ids: Collection[str]) -> None:
    """Delete the rows of offers about which a mail was delivered, or that are over."""
    if offer_ids:
        await connection.execute(_SQL["forget_unreached"], list(offer_ids))


async def lock_unreached(
    connection: "Connection[Any]", *, until: datetime, limit: int
) -> tuple[list[Request], list[str], datetime | None]:
    """Lock requests with an offer whose mail was due by *until*; skip those locked by others."""
    rows = await connection.fetch(_SQL["lock_unreached"], until, limit)
    requests, at = _locked(rows)
    return requests, [row["offer_id"] for row in rows], at


async def lock_offers(
    connection: "Connection[Any]",
    *,
    providers: Collection[str],
    programs: Collection[str],
    limit: int,
) -> tuple[list[Request], datetime | None]:
    """
    Lock requests with an open offer of *providers* or in *programs*; skip those locked by others.

    Return them and the real time when all were locked (None if there are none).
    """
    rows = await connection.fetch(_SQL["lock_offers"], list(providers), list(programs), limit)
    return _locked(rows)


async def lock_engagements(
    connection: "Connection[Any]",
    *,
    providers: Mapping[str, str],
    programs: Mapping[str, str],
    work: Mapping[str, str],
    limit: int,
) -> tuple[list[Request], datetime | None]:
    """
    Lock requests with an engagement that is to be reported to the office, or no longer affected.

    *providers* and *programs* have the reasons; *work* has the suffix that a program adds to its
    reason. A request is locked if its ``affected`` differs from that. Skip those locked by others.
    Return them and the real time when all were locked (None if there are none).
    """
    rows = await connection.fetch(
        _SQL["lock_engagements"],
        list(providers),
        list(providers.values()),
        list(programs),
        list(programs.values()),
        [work.get(program, "") for program in programs],
        limit,
    )
    return _locked(rows)


async def read_capacities(connection: "Connection[Any]") -> dict[str, Capacity]:
    """Return the capacities of all providers, without locks."""
    rows = await connection.fetch(_SQL["read_capacities"])
    return {row[0]: capacity_of(row) for row in rows}


async def lock_unrecorded(
    connection: "Connection[Any]", *, limit: int
) -> tuple[list[Request], datetime | None]:
    """
    Lock requests whose events are incomplete, except those locked by others.

    Return them and the time when all were locked (None if there are none).
    """
    return _locked(await connection.fetch(_SQL["lock_unrecorded"], limit))


async def lock_late(
    connection: "Connection[Any]", *, until: datetime, limit: int
) -> tuple[list[tuple[Request, Late]], datetime | None]:
    """
    Lock clocks to be announced by *until*, with their requests; skip those locked by others.

    Return them and the real time when all were locked (None if there are none).
    """
    rows = await connection.fetch(_SQL["lock_late"], until, limit)
    requests, at = _locked(rows)
    found = [(request, _late(row, request)) for request, row in zip(requests, rows, strict=True)]
    return found, at


async def read_late(connection: "Connection[Any]", requests: Collection[str]) -> list[Late]:
    """Return the late clocks of *requests*, which are locked."""
    rows = await connection.fetch(_SQL["read_late"], list(requests))
    return [Late(*row) for row in rows]


def _late(row: Any, request: Request) -> Late:
    return Late(request.tracking_number, *(row[name] for name in Late._fields[1:]))


def _locked(rows: Sequence[Any]) -> tuple[list[Request], datetime | None]:
    at = max((row["at"] for row in rows), default=None)
    return [request_of(row["request"]) for row in rows], at


async def close(
    connection: "Connection[Any]", results: Results, *, messages: Sequence[Outgoing] = ()
) -> Closing:
    """Return the statement that writes *results*; the rows of many new requests are copied now."""
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
        results.late,
    )
    if not any(parameters):
        return Closing(messages=messages)
    return Closing(_SQL["save"], parameters, messages)


async def save(
    connection: "Connection[Any]", results: Results, *, messages: Sequence[Outgoing] = ()
) -> None:
    """Write *results* and append *messages* outside a batch."""
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
    """Return new queue numbers for *requests*, in this order, and create missing lanes."""
    lanes = {request.lane: request.program for request in requests}
    rows = await connection.fetch(
        _SQL["take_queue_numbers"], _NUMBERING, len(requests), list(lanes), list(lanes.values())
    )
    numbers = sorted(row[0] for row in rows)
    return dict(zip(map(_number_of, requests), numbers, strict=True))


async def lock_capacities(
    connection: "Connection[Any]", providers: Collection[str]
) -> dict[str, Capacity]:
    """Lock and return the capacities of *providers*, in key order."""
    rows = await connection.fetch(_SQL["lock_capacities"], list(providers))
    return {row[0]: capacity_of(row) for row in rows}


async def open_capacities(connection: "Connection[Any]", providers: Collection[str]) -> None:
    """Insert the missing capacity rows of *providers*."""
    await connection.execute(_SQL["open_capacities"], list(providers))


async def read_decisions(
    connection: Any, *, behind: tuple[str, int], limit: int
) -> list[tuple[str, int, str, str]]:
    """Return the next decisions: tracking number, number, hash, record."""
    rows = await connection.fetch(_SQL["read_decisions"], *behind, limit)
    return [(t, n, digest.hex(), text) for t, n, digest, text in map(tuple, rows)]


async def read_panel(connection: Any, digest: str) -> str | None:
    """Return the JSON of candidates' facts whose hash is *digest*."""
    body: str | None = await connection.fetchval(_SQL["read_panel"], bytes.fromhex(digest))
    return body


def request_of(row: Any) -> Request:
    """Return the request in *row*, a ``request_row_2``."""
    *columns, offered, due_left = row
    return Request(*(*columns, tuple(offered), due_left))


def capacity_of(row: Any) -> Capacity:
    """Return the capacity in *row*, a ``capacity_row``."""
    provider, declaration, until, entries, free, load, last = row
    return Capacity(provider, declaration, until, entries, tuple(free), load, last)


def _number_of(request: Request) -> str:
    return request.tracking_number


async def count_waiting(connection: "Connection[Any]") -> dict[str, int]:
    """Return the number of queued requests by lane, without empty lanes."""
    return {row["lane"]: row["requests"] for row in await connection.fetch(_SQL["count_waiting"])}


async def count_clocks(
    connection: "Connection[Any]", clock: BusinessClock
) -> dict[str, tuple[int, int]]:
    """Return, by clock, how many run, and how many are overdue and not acted on."""
    names = (SILENCE, STOPPED, REHOME_CLOCK, REHOME)
    rows = await connection.fetch(
        _SQL["count_clocks"], *astuple(clock), *names, list(PROVIDER_LEFT)
    )
    return {row["clock"]: (row["running"], row["overdue"]) for row in rows}
