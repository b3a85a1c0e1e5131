"""
``python -m benchmarks.seed CONNECTION COUNT``: adds COUNT requests to every service's tables.

They are copies, by COPY, of requests that the services have processed, so that every table holds
realistic rows. Copies differ from their original in all ids and numbers; times and participants'
message numbers are the same.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.copies import QUEUE, Original, row
from benchmarks.measurement import Incomplete
from deploy.local.connection import Connection
from shared.contracts.tracking import tracking_number
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_SHARES = {"ended": 0.980, "engaged": 0.010, "waiting": 0.005, "offered": 0.005}
"""Shares of the copied requests, by outcome."""
_STATUSES = {
    "closed": "ended",
    "withdrawn": "ended",
    "ineligible": "ended",
    "waiting": "waiting",
    "offered": "offered",
}
_ORIGINALS = 400
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table with rows about requests; ``key`` is the column that identifies the request."""

    service: str
    name: str
    key: str = "tracking_number"


# The largest first, because two tables are filled concurrently.
_TABLES = (
    Table("notifications", "notices", "subject"),
    Table("routing", "decisions"),
    Table("reporting", "timeline"),
    Table("notifications", "answers", "inreplyto"),
    Table("intake", "messages", "first_record"),
    Table("intake", "requests"),
    Table("routing", "requests"),
    Table("intake", "words"),
    Table("notifications", "needs"),
    Table("notifications", "requests"),
    Table("notifications", "gates", "subject"),
    Table("reporting", "gates", "subject"),
    Table("reporting", "requests"),
    Table("routing", "gates", "subject"),
)


@dataclass(frozen=True, slots=True)
class Work:
    """One table to fill."""

    table: Table
    dsn: str
    originals: Sequence[Original]
    count: int
    first_number: int
    first_queue_number: int
    kept: frozenset[bytes]


def main() -> int:
    """Seed a running stack."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seed", description=__doc__)
    parser.add_argument("connection", type=Path, help="the stack's connection.json")
    parser.add_argument("count", type=int, help="number of requests to add")
    asked = parser.parse_args()
    connection = Connection.model_validate_json(asked.connection.read_text())
    try:
        seed(connection.owners, asked.count, say=lambda text: print(text, flush=True))
    except Incomplete as failure:
        print(f"seed: {failure}", file=sys.stderr)
        return 1
    return 0


def seed(dsns: Mapping[str, str], count: int, *, say: Callable[[str], None]) -> None:
    """
    Add *count* copies of requests, table by table; no request may be in progress.

    *dsns* are the owners'. Vacuums and analyzes the tables at the end, reports rows and seconds
    per table. Raises `Incomplete` if an outcome has no request to copy.
    """
    begun = time.monotonic()
    originals, kept = asyncio.run(_originals(dsns))
    first_numbers = asyncio.run(_take_numbers(dsns, count))
    pool = ProcessPoolExecutor(2, mp_context=get_context("spawn"))
    with pool:
        work = [
            Work(table, dsns[table.service], originals, count, *first_numbers, kept)
            for table in _TABLES
        ]
        for table, (rows, seconds) in zip(_TABLES, pool.map(_fill, work), strict=True):
            say(f"seed: {table.service}.{table.name} {rows} rows in {seconds:.0f} s")
        asyncio.run(_take_capacity(dsns["routing"], first_numbers[1], count))
        vacuumed = time.monotonic()
        list(pool.map(_vacuum, dsns.values()))
    say(
        f"seed: {count} requests in {time.monotonic() - begun:.0f} s, "
        f"of which vacuum and analyze took {time.monotonic() - vacuumed:.0f} s"
    )


async def _originals(dsns: Mapping[str, str]) -> tuple[list[Original], frozenset[bytes]]:
    """Return the requests to copy, a few hundred per outcome, and the ids that all share."""
    found = defaultdict[str, list[tuple[str, str]]](list)
    for number, status in await _fetch(dsns["routing"], "list_originals"):
        kind = _STATUSES.get(status, "engaged")
        if len(found[kind]) < _ORIGINALS:
            found[kind].append((number, status))
    if missing := set(_SHARES) - set(found):
        raise Incomplete(f"no request is {' or '.join(sorted(missing))}: there is none to copy")
    statuses = dict(each for kind in found.values() for each in kind)
    asked = list(statuses)
    references = dict(await _fetch(dsns["intake"], "read_references", asked))
    records = defaultdict[str, list[str]](list)
    for number, record in await _fetch(dsns["notifications"], "read_records", asked):
        records[number].append(record)
    kept = await _fetch(dsns["routing"], "read_declarations")
    return [
        Original(number, references[number], tuple(records[number]), statuses[number])
        for number in asked
    ], frozenset(declaration.encode() for (declaration,) in kept)


async def _take_numbers(dsns: Mapping[str, str], count: int) -> tuple[int, int]:
    """Reserve *count* tracking numbers and queue numbers; return the first of each."""
    (numbers,) = await _fetch(dsns["intake"], "skip_tracking_numbers", count)
    (places,) = await _fetch(dsns["routing"], "skip_queue_numbers", count)
    return numbers[0], places[0]


async def _take_capacity(dsn: str, first_queue_number: int, count: int) -> None:
    """Take the copies' offers off the providers' capacities."""
    await _fetch(dsn, "take_capacity", first_queue_number, first_queue_number + count)


async def _fetch(dsn: str, statement: str, *arguments: object) -> list[Any]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(_SQL[statement], *arguments))
    finally:
        await connection.close()


def _fill(work: Work) -> tuple[int, float]:
    """Fill one table; return the rows and the seconds."""
    begun = time.monotonic()
    return asyncio.run(_copy(work)), time.monotonic() - begun


async def _copy(work: Work) -> int:
    connection = await asyncpg.connect(work.dsn)
    try:
        await connection.execute("SET bytea_output = escape")  # keeps JSON readable
        lines, columns = await _rows(connection, work)
        done = await connection.copy_to_table(
            work.table.name, source=_copies(work, lines, columns), columns=columns
        )
        return int(done.split()[1])
    finally:
        await connection.close()


async def _rows(connection: Any, work: Work) -> tuple[dict[str, list[bytes]], list[str]]:
    """Return original → its rows in COPY format, and the table's columns."""
    table = work.table
    owners = {original.number: original.number for original in work.originals}
    owners |= {
        record: original.number for original in work.originals for record in original.records
    }
    query = f"SELECT {table.key} AS owner, * FROM {table.name} WHERE {table.key} = ANY ($1)"
    statement = await connection.prepare(query)
    columns = [attribute.name for attribute in statement.get_attributes()][1:]
    received: list[bytes] = []

    async def receive(chunk: bytes) -> None:
        received.append(chunk)

    asked = "', '".join(owners)
    await connection.copy_from_query(query.replace("$1", f"ARRAY['{asked}']"), output=receive)
    found = defaultdict[str, list[bytes]](list)
    for line in b"".join(received).splitlines():
        owner, _, own = line.partition(b"\t")
        if "queue_number" in columns:
            own = _marked(own, columns.index("queue_number"))
        found[owners[owner.decode()]].append(own)
    return found, columns


def _marked(line: bytes, place: int) -> bytes:
    values = line.split(b"\t")
    if values[place] != rb"\N":
        values[place] = QUEUE
    return b"\t".join(values)


async def _copies(
    work: Work, lines: Mapping[str, Sequence[bytes]], columns: Sequence[str]
) -> AsyncIterator[bytes]:
    """Yield the rows of all copies; each copy has the same random original in every table."""
    originals = [
        [
            row(line, original, ahead=work.first_queue_number - work.first_number, kept=work.kept)
            for line in lines.get(original.number, ())
        ]
        for original in work.originals
    ]
    kinds = [_STATUSES.get(original.status, "engaged") for original in work.originals]
    weights = [_SHARES[kind] / kinds.count(kind) for kind in kinds]
    draw, year = random.Random(work.count), datetime.now(UTC).year
    hashed = _hashed if "hash" in columns else bytes
    end = work.first_number + work.count
    for begin in range(work.first_number, end, _AT_ONCE):
        counters = range(begin, min(begin + _AT_ONCE, end))
        drawn = draw.choices(originals, weights, k=len(counters))
        chunk = []
        for counter, life in zip(counters, drawn, strict=True):
            number = tracking_number(year, counter).encode()
            chunk += [hashed(each.copy(counter, number)) for each in life]
        yield b"\n".join(chunk) + b"\n"


def _hashed(line: bytes) -> bytes:
    """Return a decision's row with its hash recomputed; its last columns are hash and record."""
    *others, _, record = line.split(b"\t")
    digest = sha256(record.replace(rb"\\", b"\\")).hexdigest().encode()
    return b"\t".join((*others, rb"\\x" + digest, record))


def _vacuum(dsn: str) -> None:
    async def vacuum() -> None:
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute("VACUUM (ANALYZE)")
        finally:
            await connection.close()

    asyncio.run(vacuum())


if __name__ == "__main__":
    sys.exit(main())
