"""The tables beside the live ones that a rebuild fills, and where each stands."""

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
"""Topic, partition, offset of a record that is left out; and whether an operator gave it up."""


@dataclass(frozen=True, slots=True)
class Position:
    """
    Where the live service stands, as of one moment.

    ``spans`` are the first offset and the checkpoint of each partition; ``numbers`` the last of
    each subject of the service's ``own`` topic that is read back, ``unsent`` what is not on it.
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

    def offsets(self, partition: Partition, *, given_up: bool) -> frozenset[int]:
        """Return the offsets in *partition* of the records given up, or else left out."""
        return frozenset(
            offset
            for topic, number, offset, was_given_up in self.left_out
            if (topic, number) == partition and was_given_up is given_up
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
    """Connect as the owner; *shadow* sees the rebuilt tables in the place of the live ones."""
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
            f"the database does not let us in ({type(error).__name__})."
            " Is the stack up? `make status` says so."
        ) from error
    return connection


async def read_position(connection: "asyncpg.Connection[Any]", tables: Tables) -> Position:
    """Read where the live service stands with what *tables* are made of, in one transaction."""
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
    """The rebuilt tables; one operator at a time. What was folded before is not folded again."""

    def __init__(self, connection: "asyncpg.Connection[Any]", tables: Tables) -> None:
        self.connection = connection
        self._tables = tables

    async def open(self, *, afresh: bool) -> bool:
        """Make the tables; return whether an earlier rebuild of this build goes on instead."""
        if not await self.connection.fetchval(_SQL["lock"]):
            raise NotPossible("another rebuild is under way here: let it end first.")
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
        """Leave nothing behind."""
        await self.connection.execute(_SQL["drop"])

    async def progress(self) -> dict[Partition, int]:
        """Return up to where each partition is folded."""
        rows = await self.connection.fetch(_SQL["read_progress"])
        return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}

    async def folded(self, spans: Mapping[Partition, tuple[int, int]]) -> int:
        """Return how many records of *spans* are folded."""
        places = await self.progress()
        return sum(
            place - spans[partition][0]
            for partition, place in places.items()
            if partition in spans
        )

    async def leave_out(self, places: Iterable[Place]) -> None:
        """
        Note the records to be left out from here on.

        `NotPossible` when what was folded already left out others: an order released them.
        """
        folded = await self.progress()
        await self.connection.execute(_SQL["forget_left_out"])
        used = {tuple(row) for row in await self.connection.fetch(_SQL["read_used"])}
        wanted = set(places)
        before = {place for place in wanted if place[2] < folded.get((place[0], place[1]), 0)}
        if before != used:
            await self.drop()
            raise NotPossible(
                "an order about dead letters was carried out meanwhile, and what was computed so"
                " far does not know of it. Run it again: it begins anew."
            )
        rest = sorted(wanted - before)
        if rest:
            await self.connection.execute(_SQL["use_left_out"], *zip(*rest, strict=True))

    async def failed(self) -> list[str]:
        """Return the records that cannot be folded, with the reason."""
        rows = await self.connection.fetch(_SQL["read_failed"])
        return [f"{r['topic']}/{r['partition']}/{r['offset']}: {r['error']}" for r in rows]

    async def _begun(self) -> str | None:
        try:
            build: str | None = await self.connection.fetchval(_SQL["read_begun"])
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            return None
        return build
