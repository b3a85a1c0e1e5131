"""Reporting's tables, one function per statement; each statement is ``sql/<function>.sql``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from asyncpg import Pool

from services.reporting.figures import Count, Durations, Volumes, Wait
from services.reporting.programs import ProgramRow
from services.reporting.project import COUNTED, FIRST, LATEST, LISTS
from services.reporting.release import TIMES_BY, Counted
from services.reporting.timeline import TimelineEntry
from shared.contracts import routing
from shared.contracts.reporting import LogPosition, ReleaseFacts
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
            [_value(column, change) for change in changes] if column in changed else []
            for column in LATEST + FIRST + COUNTED
        ),
        await rows_or_copy(
            connection, "timeline", columns=TimelineEntry._fields, rows=sorted(entries)
        ),
    )


def _value(column: str, change: Mapping[str, Any]) -> Any:
    value = change.get(column)
    return ",".join(value) if column in LISTS and value is not None else value


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
    """Return the present real time, and the earliest opening that is not announced yet."""
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
    """Return the real time up to which all is counted, and the present one; None if unknown."""
    row = await connection.fetchrow(_SQL["read_as_of"])
    return None if row is None else (row["as_of"], row["at"])


async def read_routed(connection: "Connection[Any]", requests: Collection[str]) -> dict[str, int]:
    """Return the number of routing's last event that was taken in about each of *requests*."""
    rows = await connection.fetch(_SQL["read_routed"], routing.TOPIC, list(requests))
    return {row["subject"]: row["last"] for row in rows}


async def raise_as_of(pool: "Pool[Any]", at: datetime) -> None:
    """Record that everything on the log at *at* is counted; an earlier *at* changes nothing."""
    await pool.execute(_SQL["raise_as_of"], at)


async def read_clock(source: "Pool[Any] | Connection[Any]") -> datetime:
    """Return Postgres's clock."""
    moment: datetime = await source.fetchval(_SQL["read_clock"])
    return moment


async def read_positions(pool: "Pool[Any]") -> dict[TopicPartition, int]:
    """Return each partition's next offset, over all reporting processes."""
    rows = await pool.fetch(_SQL["read_positions"])
    return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def count_requests(
    connection: "Connection[Any]", *, since: datetime | None = None, until: datetime | None = None
) -> list[Count]:
    """Return the number of requests accepted in the period: the total, and every breakdown."""
    rows = await connection.fetch(_SQL["count_requests"], since, until)
    return [Count(**row) for row in rows]


async def count_reached(
    connection: "Connection[Any]", *, since: datetime, until: datetime
) -> dict[str, int]:
    """Return the number of requests by each state that they first reached in the period."""
    rows = await connection.fetch(_SQL["count_reached"], since, until)
    return {row["name"]: row["count"] for row in rows}


async def count_statuses(connection: "Connection[Any]") -> dict[str, int]:
    """Return the number of requests by status."""
    async with connection.transaction():
        await allow_long_scans(connection)
        rows = await connection.fetch(_SQL["count_statuses"])
    return {row["status"]: row["requests"] for row in rows}


async def count_waiting(connection: "Connection[Any]") -> list[Wait]:
    """Return the number of waiting requests and the longest wait, by program and reason."""
    return [Wait(**row) for row in await connection.fetch(_SQL["count_waiting"])]


async def measure_stages(
    connection: "Connection[Any]",
    *,
    breakdowns: Sequence[str],
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Durations]:
    """Return the percentiles of every stage that ended in the period, overall and per group."""
    zones = list(ZONES), list(ZONES.values())
    rows = await connection.fetch(_SQL["measure_stages"], *zones, since, until, breakdowns)
    return [Durations(**row) for row in rows]


async def measure_providers(
    connection: "Connection[Any]", *, since: datetime | None = None, until: datetime | None = None
) -> list[Durations]:
    """Return the percentiles of every stage of each provider's work that ended in the period."""
    rows = await connection.fetch(_SQL["measure_providers"], since, until)
    return [Durations(**row) for row in rows]


async def count_volumes(
    connection: "Connection[Any]", *, since: datetime | None = None, until: datetime | None = None
) -> list[Volumes]:
    """Return the counts of other units than requests: offers, engagements, clocks."""
    rows = await connection.fetch(_SQL["count_volumes"], since, until)
    return [Volumes(**row) for row in rows]


async def count_agencies(
    connection: "Connection[Any]", *, since: datetime, until: datetime
) -> list[Count]:
    """Return the number of agencies with which an engagement began in the period, by group."""
    rows = await connection.fetch(_SQL["count_agencies"], since, until)
    return [Count(**row) for row in rows]


async def count_recommendations(
    connection: "Connection[Any]", *, since: datetime | None = None, until: datetime | None = None
) -> list[Count]:
    """Return the number of recommendations that were published first in the period, by goal."""
    rows = await connection.fetch(_SQL["count_recommendations"], since, until)
    return [Count(**row) for row in rows]


async def allow_long_scans(connection: Any) -> None:
    """Let the caller's transaction read whole tables, which the limits of batches prevent."""
    await connection.execute(_SQL["allow_long_scans"])


async def count_month(connection: Any, *, begins_at: datetime, ends_at: datetime) -> Counted:
    """Return everything that is counted in a month. Call it in a repeatable-read transaction."""
    await allow_long_scans(connection)
    return Counted(
        requests=await count_requests(connection, since=begins_at, until=ends_at),
        reached=await count_reached(connection, since=begins_at, until=ends_at),
        volumes=await count_volumes(connection, since=begins_at, until=ends_at),
        durations=[
            *await measure_stages(connection, breakdowns=TIMES_BY, since=begins_at, until=ends_at),
            *await measure_providers(connection, since=begins_at, until=ends_at),
        ],
        agencies=await count_agencies(connection, since=begins_at, until=ends_at),
        recommendations=await count_recommendations(connection, since=begins_at, until=ends_at),
    )


class ReleaseState(NamedTuple):
    """The real time, the last released month, and when the first request was accepted."""

    at: datetime
    last: str | None
    first_at: datetime | None


async def read_release_state(source: "Pool[Any] | Connection[Any]") -> ReleaseState:
    """Return what decides which release is next; ``first_at`` only if there is none yet."""
    (row,) = await source.fetch(_SQL["read_release_state"])
    return ReleaseState(*row)


async def lock_releases(connection: "Connection[Any]") -> bool:
    """Lock releases until the transaction ends; return False if another process has the lock."""
    locked: bool = await connection.fetchval(_SQL["lock_releases"])
    return locked


async def is_incomplete(connection: "Connection[Any]", *, until: datetime) -> bool:
    """Tell whether a request accepted before *until* lacks columns that this build fills."""
    found: bool = await connection.fetchval(_SQL["is_incomplete"], until)
    return found


async def read_log_position(
    connection: "Connection[Any]", *, topics: Collection[str]
) -> tuple[list[LogPosition], list[str]]:
    """Return how far *topics* are read, and the coordinates of records that are left out."""
    names = sorted(topics)
    rows = await connection.fetch(_SQL["read_log_positions"], names)
    left_out = await connection.fetch(_SQL["read_records_left_out"], names)
    return [LogPosition(**row) for row in rows], [row["place"] for row in left_out]


async def save_release(
    connection: "Connection[Any]", *, published: ReleaseFacts, at: datetime
) -> None:
    """Store a published release, unless its month has one."""
    body = published.release.encode().decode()
    await connection.execute(
        _SQL["save_release"], published.release.month, published.sha256, at, body
    )


class ReleaseRow(NamedTuple):
    """A published release; ``body`` is its `Release` as JSON, empty in a list."""

    month: str
    sha256: str
    published_at: datetime
    body: str = ""


async def list_releases(connection: "Connection[Any]") -> list[ReleaseRow]:
    """Return all releases without their figures, the newest month first."""
    return [ReleaseRow(*row) for row in await connection.fetch(_SQL["list_releases"])]


async def read_release(connection: Any, *, month: str) -> ReleaseRow | None:
    """Return the release of *month*; None if there is none."""
    row = await connection.fetchrow(_SQL["read_release"], month)
    return None if row is None else ReleaseRow(*row)


async def count_releases(connection: "Connection[Any]") -> tuple[int, int]:
    """Return the number of published releases, and of corrections."""
    (row,) = await connection.fetch(_SQL["count_releases"])
    return row["releases"], row["corrections"]
