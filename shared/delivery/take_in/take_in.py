"""Takes in a batch in one transaction, divided if a record is too slow or Postgres refuses it."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from shared.delivery.records import Malformed, Outcome, Record
from shared.delivery.take_in.budget import TooSlow
from shared.delivery.take_in.checkpoints import Fenced, Partition, TooManyFailures
from shared.delivery.take_in.one_round import DATA_ERRORS, parse, sqlstate, write_dead_letter
from shared.delivery.take_in.opening import open_batch
from shared.delivery.take_in.reader import Reader
from shared.delivery.take_in.rounds import SLOW_TRIES, ReleasedFailed, take_in_rounds
from shared.delivery.traces import RecordingReader, Traces, now
from shared.process import crash_points
from shared.process.outages import TRANSIENT

_NONE: Counter[Outcome] = Counter()

__all__ = ["Fenced", "Result", "TooManyFailures", "dead_letter", "take_in"]


@dataclass(frozen=True, slots=True)
class Result:
    """
    The result of a batch: outcomes by partition, and how many messages were appended.

    ``positions`` holds the next offset to take in of each partition of the batch. ``culprits``
    are the coordinates of the records that became dead letters without being decided.
    """

    outcomes: Mapping[Partition, Counter[Outcome]]
    appended: int
    positions: Mapping[Partition, int]
    culprits: tuple[str, ...] = ()

    def left(self, records: Sequence[Record]) -> list[Record]:
        """Return those of *records* that were not taken in."""
        return [record for record in records if not self._holds(record)]

    def taken(self, records: Sequence[Record]) -> list[Record]:
        """Return those of *records* that were taken in."""
        return [record for record in records if self._holds(record)]

    def _holds(self, record: Record) -> bool:
        return record.offset < self.positions.get((record.topic, record.partition), 0)

    def followed_by(self, later: "Result") -> "Result":
        """Return the result of this batch and a *later* one together."""
        partitions = self.outcomes.keys() | later.outcomes.keys()
        return Result(
            {p: self.outcomes.get(p, _NONE) + later.outcomes.get(p, _NONE) for p in partitions},
            self.appended + later.appended,
            {**self.positions, **later.positions},
            self.culprits + later.culprits,
        )


async def take_in(
    pool: "Pool[Any]",
    reader: Reader[Any],
    records: Sequence[Record],
    *,
    service: str,
    traces: Traces | None = None,
    isolate: bool = False,
) -> Result:
    """
    Take in *records* (per partition contiguous, from its checkpoint on), or a prefix of each.

    All effects and the checkpoints commit together, or none of them does. If deciding needs more
    processor time than one batch is allowed, only some records are taken in; ``Result.left``
    returns the others. A record becomes a dead letter (`dead_letter`) if it takes more than a
    second three times while it is alone, or if Postgres refuses its data. So does a held record
    that *records* release: the batch is then retried with *isolate* (callers leave it False),
    which takes in released records behind savepoints. Raises `Fenced`, `TooManyFailures`, or what
    Postgres or the network raised. *traces* get the committed records.
    """
    attempt = partial(_attempt, pool, reader, service=service, traces=traces, isolate=isolate)
    try:
        return await attempt(records)
    except ReleasedFailed:
        return await take_in(pool, reader, records, service=service, traces=traces, isolate=True)
    except TooSlow as slow:
        if len(records) == 1:
            return await _retry_slow(pool, reader, records[0], service=service, traces=traces)
        place = next(n for n, record in enumerate(records) if record is slow.record)
        parts = [records[:place], records[place : place + 1], records[place + 1 :]]
    except DATA_ERRORS as error:
        if len(records) == 1:
            return await dead_letter(
                pool, reader, records[0],
                service=service, reason="refused_by_postgres", error=sqlstate(error),
            )  # fmt: skip
        middle = len(records) // 2
        parts = [records[:middle], records[middle:]]
    done = Result({}, 0, {})
    for part in parts:
        if part:
            done = done.followed_by(
                await take_in(pool, reader, part, service=service, traces=traces, isolate=isolate)
            )
            if done.left(part):
                break
    return done


async def dead_letter(
    pool: "Pool[Any]",
    reader: Reader[Any],
    record: Record,
    *,
    service: str,
    reason: str,
    error: str,
) -> Result:
    """
    Make *record*, the next of its partition, a dead letter without deciding it.

    A participant is answered `not_processable`. The key of another service's record is parked.
    Raises what `take_in` raises.
    """
    async with _transaction(pool) as connection:
        steps, _ = await open_batch(connection, [Malformed(record, reason)])
        appended = await write_dead_letter(
            connection, reader, record, steps, service=service, reason=reason, error=error
        )
    return Result(steps.count(), appended, steps.next_offsets, (record.coordinate,))


async def _retry_slow(
    pool: "Pool[Any]", reader: Reader[Any], record: Record, *, service: str, traces: Traces | None
) -> Result:
    """Retry a record that was too slow while alone; make it a dead letter after the last try."""
    for _ in range(SLOW_TRIES - 1):
        try:
            return await _attempt(
                pool, reader, [record], service=service, traces=traces, isolate=True
            )
        except TooSlow:
            continue
    return await dead_letter(
        pool, reader, record, service=service, reason="too_slow", error=TooSlow.__name__
    )


async def _attempt(
    pool: "Pool[Any]",
    reader: Reader[Any],
    records: Sequence[Record],
    *,
    service: str,
    traces: Traces | None,
    isolate: bool,
) -> Result:
    if traces is None:
        return await _take_in(pool, reader, records, service=service, isolate=isolate)
    recording, began = RecordingReader(reader), now()
    result = await _take_in(pool, recording, records, service=service, isolate=isolate)
    traces.taken_in(recording, began=began)
    return result


async def _take_in(
    pool: "Pool[Any]",
    reader: Reader[Any],
    records: Sequence[Record],
    *,
    service: str,
    isolate: bool,
) -> Result:
    parsed = parse(reader, records)  # not while locks are held
    async with _transaction(pool) as connection:
        steps, opened = await open_batch(connection, parsed)
        appended = await take_in_rounds(
            connection, reader, parsed, steps, service=service, opened=opened, isolate=isolate
        )
        crash_points.reach(f"{service}.in_transaction")
    return Result(steps.count(), appended, steps.next_offsets)


@asynccontextmanager
async def _transaction(pool: "Pool[Any]") -> AsyncIterator["PoolConnectionProxy[Any]"]:
    """Commit at the end; an exception inside is raised even if the rollback fails."""
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield connection
        except BaseException:
            with suppress(*TRANSIENT):  # if the session has ended, Postgres has rolled back
                await transaction.rollback()
            raise
        await transaction.commit()
