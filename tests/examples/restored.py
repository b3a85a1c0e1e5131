"""A database restored from an older dump: later events are only on the log."""

import random
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from deploy.local.stack import Stack
from deploy.provision import databases
from shared.delivery.kafka import partition_of
from shared.delivery.records import Record
from shared.delivery.restore.catch_up import Restore
from shared.delivery.restore.own_log import parse_published
from shared.delivery.take_in.take_in import take_in
from tests.examples.outboxes import Outbox


def cut(rows: Outbox, *, seed: int) -> Outbox:
    """
    Return what a relay has sent of *rows* that ended at any moment; all of it for seed 0.

    In each partition it has come so far, each by itself.
    """
    draw = random.Random(seed)
    by_partition: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in rows:
        partitions = 6 if row["topic"].startswith("cri.int.") else 1
        by_partition[row["topic"], partition_of(row["key"], partitions)].append(row)
    sent = []
    for place in sorted(by_partition):
        found = by_partition[place]
        sent += found if seed == 0 else found[: draw.randint(0, len(found))]
    return sent


@asynccontextmanager
async def dumped(stack: Stack, dsn: str, *, service: str) -> AsyncIterator[str]:
    """Yield a copy of the database *dsn*, which has no open connections; drop it at the end."""
    name = dsn.rsplit("/", 1)[1]
    await databases.make(stack.postgres.dsn(), f"{name}_dump", service=service, template=name)
    try:
        yield databases.with_database(dsn, f"{name}_dump")
    finally:
        await databases.drop(stack.postgres.dsn(), f"{name}_dump")


async def announce(pool: "asyncpg.Pool[Any]", rows: Outbox, *, at: Any) -> None:
    """Insert *rows* as events on the log that the tables lack."""
    events = []
    for offset, row in enumerate(rows):
        record = Record(row["topic"], 0, offset, row["key"], row["value"], (), at)
        events.append(parse_published(record))
    await pool.executemany(
        'INSERT INTO announced (topic, partition, "offset", id, type, subject, number, cause, at,'
        " value) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [event for event in events if event is not None],
    )


async def catch_up(
    pool: "asyncpg.Pool[Any]",
    restore: Restore,
    batches: Sequence[Sequence[Record]],
    *,
    service: str,
) -> None:
    """Catch up with the published events; the inputs come in these *batches*."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = on")
        await restore.fold(connection)
    for batch in batches:
        await take_in(pool, restore.reader, batch, service=service)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = on")
        await restore.finish(connection)
