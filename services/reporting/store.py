"""Reporting's tables, one function per statement; each statement is ``sql/<function>.sql``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any

from aiokafka import TopicPartition
from asyncpg import Pool

from services.reporting.figures import Count, Durations, Volumes, Wait
from services.reporting.programs import ProgramRow
from services.reporting.project import COUNTED, FIRST, LATEST
from services.reporting.timeline import TimelineEntry
from shared.contracts.states_and_zones import ZONES
from shared.delivery.take_in.reader import Connection
from shared.postgres.copying import rows_or_copy
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


async def save_batch(
    connection: "Connection[Any]",
    *,
    rows: Mapping[str, Mapping[str, Any]],
    entries: Collection[TimelineEntry],
) -> None:
    """
    Merge *rows* (tracking number → changed columns), in key order; append *entries*.

    The gates have already dropped duplicates.
    """
    changes = rows.values()
    changed = {column for change in changes for column in change}
    await connection.execute(
        _SQL["save_batch"],
        list(rows),
        # Send an empty array for a column that no row changes: unnest pads it with NULL.
        *(
            [change.get(column) for change in changes] if column in changed else []
            for column in LATEST + FIRST + COUNTED
        ),
        await rows_or_copy(
            connection, "timeline", columns=TimelineEntry._fields, rows=sorted(entries)
        ),
    )


async def lock_programs(connection: "Connection[Any]", *, programs: Sequence[str]) -> None:
    """Lock the existing rows of *programs* until the transaction ends."""
    await connection.execute(_SQL["lock_programs"], programs)


async def save_programs(
    connection: "Connection[Any]", *, programs: Collection[ProgramRow]
) -> None:
    """Insert or replace *programs*."""
    columns = zip(*(astuple(program) for program in programs), strict=True)
    await connection.execute(_SQL["save_programs"], *(list(column) for column in columns))


async def read_next_opening(connection: "Pool[Any]") -> tuple[datetime, datetime | None]:
    """Return the real time, and the earliest opening that is not announced yet."""
    ((at, opens_at),) = await connection.fetch(_SQL["read_next_opening"])
    return at, opens_at


async def lock_due_openings(
    connection: "Connection[Any]", *, until: datetime
) -> tuple[list[ProgramRow], datetime | None]:
    """Lock and return the announced programs that open by *until*, and the real time."""
    return _programs(await connection.fetch(_SQL["lock_due_openings"], until))


async def mark_openings_announced(
    connection: "Connection[Any]", *, programs: Sequence[str], at: datetime
) -> None:
    """Record that the openings of *programs* were announced at *at*."""
    await connection.execute(_SQL["mark_openings_announced"], programs, at)


async def read_programs(
    connection: "Connection[Any]",
) -> tuple[list[ProgramRow], datetime | None]:
    """Return all programs, and the real time (None if there is no program)."""
    return _programs(await connection.fetch(_SQL["read_programs"]))


def _programs(rows: Sequence[Any]) -> tuple[list[ProgramRow], datetime | None]:
    found = []
    for row in rows:
        values = dict(row)
        del values["at"]
        found.append(ProgramRow(**{**values, "defined_by": str(values["defined_by"])}))
    return found, rows[0]["at"] if rows else None


async def read_as_of(connection: "Connection[Any]") -> tuple[datetime, datetime] | None:
    """Return the real time up to which all is counted, and the real time; None if unknown."""
    row = await connection.fetchrow(_SQL["read_as_of"])
    return None if row is None else (row["as_of"], row["at"])


async def raise_as_of(pool: "Pool[Any]", at: datetime) -> None:
    """Record that everything on the log at *at* is counted; an earlier *at* changes nothing."""
    await pool.execute(_SQL["raise_as_of"], at)


async def read_clock(pool: "Pool[Any]") -> datetime:
    """Return Postgres's clock."""
    moment: datetime = await pool.fetchval(_SQL["read_clock"])
    return moment


async def read_positions(pool: "Pool[Any]") -> dict[TopicPartition, int]:
    """Return each partition's next offset, over all reporting processes."""
    rows = await pool.fetch(_SQL["read_positions"])
    return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def count_requests(connection: "Connection[Any]") -> list[Count]:
    """Return the number of requests: the total, and each group of every breakdown."""
    return [Count(**row) for row in await connection.fetch(_SQL["count_requests"])]


async def count_statuses(connection: "Connection[Any]") -> dict[str, int]:
    """Return the number of requests by status."""
    async with connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = on")  # faster than an index here
        rows = await connection.fetch(_SQL["count_statuses"])
    return {row["status"]: row["requests"] for row in rows}


async def count_waiting(connection: "Connection[Any]") -> list[Wait]:
    """Return the number of waiting requests and the longest wait, by program and reason."""
    return [Wait(**row) for row in await connection.fetch(_SQL["count_waiting"])]


async def measure_stages(connection: "Connection[Any]") -> list[Durations]:
    """Return the median and the 90th percentile of every stage, overall and per group."""
    rows = await connection.fetch(_SQL["measure_stages"], list(ZONES), list(ZONES.values()))
    return [Durations(**row) for row in rows]


async def count_volumes(connection: "Connection[Any]") -> list[Volumes]:
    """Return the counts of other units than requests: offers, engagements, clocks."""
    return [Volumes(**row) for row in await connection.fetch(_SQL["count_volumes"])]
