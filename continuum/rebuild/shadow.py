"""The rebuilt tables beside the live ones, and the positions of both."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import asyncpg

from continuum.access import NotPossible
from continuum.rebuild.log import Partition
from continuum.rebuild.tables import Tables
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
Place = tuple[str, int, int, bool]
"""Topic, partition, offset of a record that is left out, and whether an operator discarded it."""


@dataclass(frozen=True, slots=True)
class Position:
    """
    The live service's position in the log, in one snapshot.

    ``spans`` holds each partition's first offset and checkpoint. ``numbers`` holds the last number
    of each subject on the service's ``own`` topic, ``unsent`` its messages that are not there yet.
    """

    own: str | None
    spans: Mapping[Partition, tuple[int, int]]
    left_out: frozenset[Place]
    numbers: Mapping[str, int]
    unsent: Sequence[bytes]

    @property
    def records(self) -> int:
        return sum(self.topics.values())

    @property
    def to_fold(self) -> int:
        return sum(end - first for first, end in self.spans.values())

    def offsets(self, partition: Partition, *, discarded: bool) -> frozenset[int]:
        """Return the offsets left out in *partition*, of discarded records or of the others."""
        return frozenset(
            offset
            for topic, number, offset, was_discarded in self.left_out
            if (topic, number) == partition and was_discarded is discarded
        )

    @property
    def topics(self) -> Counter[str]:
        """Records by topic."""
        counted: Counter[str] = Counter()
        for (topic, _), (first, end) in self.spans.items():
            counted[topic] += end - first
        if self.own is not None and self.numbers:
            counted[self.own] = sum(self.numbers.values())
        return counted


async def connect(dsn: str, *, shadow: bool) -> "asyncpg.Connection[Any]":
    """Connect as the owner; a *shadow* connection sees the rebuilt tables, not the live ones."""
    try:
        connection: asyncpg.Connection[Any] = await asyncpg.connect(
            dsn,
            timeout=10,
            server_settings={
                "application_name": "continuum rebuild",
                "timezone": "UTC",
                "search_path": "rebuild, public" if shadow else "public",
                "jit": "off",
            },
        )
    except (OSError, asyncpg.PostgresError) as error:
        raise NotPossible(
            f"the database refuses the connection ({type(error).__name__})."
            " Is the stack up? `make status` says so."
        ) from error
    return connection


async def read_position(connection: "asyncpg.Connection[Any]", tables: Tables) -> Position:
    """Return the live service's position on the topics of *tables*. Call it in a transaction."""
    topics = sorted(tables.topics)
    spans: dict[Partition, tuple[int, int]] = {}
    for row in await connection.fetch(_SQL["read_position"], topics):
        if row["lost"]:
            raise NotPossible(
                f"{row['topic']}/{row['partition']} lost {row['lost']} records before they were"
                " read (see lost_ranges): the live rows are all that is left of them, and nothing"
                " is computed again without them."
            )
        spans[row["topic"], row["partition"]] = (row["first_offset"], row["next_offset"])
    left_out = await connection.fetch(_SQL["read_left_out"], topics)
    published = await connection.fetch(_SQL["read_published"], tables.own)
    return Position(
        tables.own,
        spans,
        frozenset(tuple(row) for row in left_out),
        {row["subject"]: row["last"] for row in published if row["subject"] is not None},
        [row["value"] for row in published if row["value"] is not None],
    )


class Shadow:
    """The rebuilt tables; for one operator at a time. A later run resumes where one stopped."""

    def __init__(self, connection: "asyncpg.Connection[Any]", tables: Tables) -> None:
        self.connection = connection
        self._tables = tables

    async def open(self, *, afresh: bool) -> bool:
        """Create the tables or resume an earlier run of this build; return whether resumed."""
        if not await self.connection.fetchval(_SQL["lock"]):
            raise NotPossible("another rebuild of this service is running: wait until it ends.")
        build = version("continuum")
        resumed = not afresh and await self._begun() == build
        if not resumed:
            await self.drop()
            async with self.connection.transaction():
                await self.connection.execute(_SQL["make"])
                await self.connection.execute(self._tables.make)
                await self.connection.execute(_SQL["begin"], build)
        await self.connection.execute(self._tables.see)
        return resumed

    async def drop(self) -> None:
        """Drop the rebuilt tables."""
        await self.connection.execute(_SQL["drop"])

    async def progress(self) -> dict[Partition, int]:
        """Return partition → the next offset to fold."""
        rows = await self.connection.fetch(_SQL["read_progress"])
        return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}

    async def folded(self, spans: Mapping[Partition, tuple[int, int]]) -> int:
        """Return the number of records in *spans* that are folded."""
        places = await self.progress()
        return sum(
            place - spans[partition][0]
            for partition, place in places.items()
            if partition in spans
        )

    async def leave_out(self, places: Iterable[Place]) -> None:
        """
        Record which records to leave out from now on.

        Raises `NotPossible` if the folded part left out other records: an operator's order has
        changed them meanwhile.
        """
        folded = await self.progress()
        await self.connection.execute(_SQL["forget_left_out"])
        used = {tuple(row) for row in await self.connection.fetch(_SQL["read_used"])}
        wanted = set(places)
        before = {place for place in wanted if place[2] < folded.get((place[0], place[1]), 0)}
        if before != used:
            await self.drop()
            raise NotPossible(
                "an order about dead letters was carried out meanwhile, which makes the rebuilt"
                " tables outdated. Run it again: it starts over."
            )
        rest = sorted(wanted - before)
        if rest:
            await self.connection.execute(_SQL["use_left_out"], *zip(*rest, strict=True))

    async def failed(self) -> list[str]:
        """Return the records that cannot be folded, with their errors, as lines."""
        rows = await self.connection.fetch(_SQL["read_failed"])
        return [f"{r['topic']}/{r['partition']}/{r['offset']}: {r['error']}" for r in rows]

    async def _begun(self) -> str | None:
        try:
            build: str | None = await self.connection.fetchval(_SQL["read_begun"])
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            return None
        return build
