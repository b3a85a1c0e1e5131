"""Compares the rebuilt tables with the live ones: rows, checksums, then keys that differ."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
Sums = Mapping[tuple[str, int], tuple[int, int]]
"""Rows and checksum by (table, part)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A key whose rows differ; ``what`` says how."""

    table: str
    key: str
    what: str


@dataclass(frozen=True, slots=True)
class Total:
    """A whole table: its rows, and a checksum that does not depend on their order."""

    rows: int
    checksum: str


@dataclass(frozen=True, slots=True)
class RowComparison:
    """
    The rows of a live table, compared field by field with what the service's own topic says.

    ``not_recorded`` counts the rows whose complete state is not on the topic yet: such a request
    is not compared, such a capacity only in the fields that are known.
    """

    table: str
    compared: int
    not_recorded: int
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The totals of both sides, every key that differs, and the rows compared by field."""

    live: Mapping[str, Total]
    rebuilt: Mapping[str, Total]
    differences: Sequence[Difference]
    states: Sequence[RowComparison] = field(default=())

    @property
    def rows(self) -> int:
        rebuilt = sum(total.rows for total in self.rebuilt.values())
        return rebuilt + sum(each.compared for each in self.states)

    @property
    def differing_states(self) -> list[Difference]:
        return [difference for each in self.states for difference in each.differences]

    @property
    def is_equal(self) -> bool:
        return not self.differences and not self.differing_states


async def compare(
    live: "asyncpg.Connection[Any]", rebuilt: "asyncpg.Connection[Any]", tables: Sequence[str]
) -> Comparison:
    """Compare *tables* as the two connections see them now."""
    sums = await _sums(live), await _sums(rebuilt)
    differences = []
    for table, parts in differing_parts(*sums).items():
        keys = await _keys(live, table, parts), await _keys(rebuilt, table, parts)
        differences += differing_keys(table, *keys)
    return Comparison(totals(sums[0], tables), totals(sums[1], tables), differences)


async def _sums(connection: "asyncpg.Connection[Any]") -> Sums:
    rows = await connection.fetch(_SQL["sum"])
    return {(row["table_name"], row["part"]): (row["count"], int(row["checksum"])) for row in rows}


async def _keys(
    connection: "asyncpg.Connection[Any]", table: str, parts: Sequence[int]
) -> Mapping[str, tuple[int, int]]:
    rows = await connection.fetch(_SQL["keys"], table, parts)
    return {row["key"]: (row["count"], int(row["checksum"])) for row in rows}


def totals(sums: Sums, tables: Sequence[str]) -> Mapping[str, Total]:
    """Return each of *tables* with its rows and checksum (64 bits, hexadecimal)."""
    return {
        table: Total(
            sum(rows for (name, _), (rows, _) in sums.items() if name == table),
            f"{sum(c for (name, _), (_, c) in sums.items() if name == table) % 2**64:016x}",
        )
        for table in tables
    }


def differing_parts(live: Sums, rebuilt: Sums) -> Mapping[str, list[int]]:
    """Return table → the parts that differ."""
    found: dict[str, list[int]] = defaultdict(list)
    for place in sorted({*live, *rebuilt}):
        if live.get(place) != rebuilt.get(place):
            found[place[0]].append(place[1])
    return found


def differing_keys(
    table: str, live: Mapping[str, tuple[int, int]], rebuilt: Mapping[str, tuple[int, int]]
) -> list[Difference]:
    """Return the keys that differ, and how."""
    found = []
    for key in sorted({*live, *rebuilt}):
        if live.get(key) != rebuilt.get(key):
            what = "differs"
            if key not in rebuilt:
                what = "is in the live table and not in the log"
            elif key not in live:
                what = "is missing in the live table"
            found.append(Difference(table, key, what))
    return found
