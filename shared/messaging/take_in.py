"""One batch, one transaction: checkpoint, gates, decisions, state, outbox, dead letters."""

import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from shared.contracts.tracking import is_tracking_number
from shared.messaging import checkpoints, dead_letters, held, outbox, parked
from shared.messaging.checkpoints import Fenced, Partition, Steps, TooManyFailures
from shared.messaging.dead_letters import Failure
from shared.messaging.gates import Parsed, Round, classify
from shared.messaging.reader import Reader
from shared.messaging.records import Item, Outcome, PassedOver, Record
from shared.messaging.traces import Traces, Watched, now
from shared.postgres.statements import load_statements
from shared.runtime import crash_points

log = structlog.get_logger()
_SQL = load_statements(__package__)
# What Postgres, or the client for it, says of data that it will never store: classes 22 and 23.
# A reader that encodes what it saves fails on the same texts before the client sees them.
DATA_ERRORS = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, UnicodeEncodeError)

__all__ = ["DATA_ERRORS", "Fenced", "Result", "TooManyFailures", "condemn", "rounds", "take_in"]


@dataclass(frozen=True, slots=True)
class Result:
    """What a batch came to: outcomes by partition, and how many messages it appended."""

    outcomes: Mapping[Partition, Counter[Outcome]]
    appended: int
    culprits: tuple[str, ...] = ()


async def take_in(
    pool: "Pool[Any]",
    reader: Reader[Any],
    records: Sequence[Record],
    *,
    service: str,
    traces: Traces | None = None,
) -> Result:
    """
    Take in *records* (per partition contiguous, from its checkpoint on) as one transaction.

    Either all effects and the checkpoints commit, or nothing does. When Postgres refuses the
    data of a record, the batch is halved down to it; it becomes a dead letter, its key parked.
    Raises `Fenced`, `TooManyFailures`, or what Postgres or the network raised. *traces* are told
    of what has committed.
    """
    try:
        if traces is not None:
            return await _take_in_traced(pool, reader, records, service=service, traces=traces)
        return await _take_in(pool, reader, records, service=service)
    except DATA_ERRORS as error:
        if len(records) == 1:
            return await _condemn(pool, reader, records[0], service=service, error=error)
    middle = len(records) // 2
    first = await take_in(pool, reader, records[:middle], service=service, traces=traces)
    second = await take_in(pool, reader, records[middle:], service=service, traces=traces)
    outcomes = dict(first.outcomes)
    for partition, counts in second.outcomes.items():
        outcomes[partition] = outcomes.get(partition, Counter()) + counts
    return Result(outcomes, first.appended + second.appended, first.culprits + second.culprits)


async def _take_in(
    pool: "Pool[Any]", reader: Reader[Any], records: Sequence[Record], *, service: str
) -> Result:
    parsed = [reader.parse(record) for record in records]  # not while locks are held
    async with pool.acquire() as connection, connection.transaction():
        steps = await checkpoints.lock(connection, records)
        appended = await rounds(connection, reader, parsed, steps, service=service)
        crash_points.reach(f"{service}.in_transaction")
    return Result(steps.count(), appended)


async def _take_in_traced(
    pool: "Pool[Any]",
    reader: Reader[Any],
    records: Sequence[Record],
    *,
    service: str,
    traces: Traces,
) -> Result:
    watched, began = Watched(reader), now()
    result = await _take_in(pool, watched, records, service=service)
    traces.taken_in(watched, began=began)
    return result


async def _condemn(
    pool: "Pool[Any]", reader: Reader[Any], record: Record, *, service: str, error: Exception
) -> Result:
    async with pool.acquire() as connection, connection.transaction():
        steps = await checkpoints.lock(connection, [record])
        await condemn(connection, reader, record, steps, service=service, error=error)
    return Result(steps.count(), 1, (record.coordinate,))


async def rounds(
    connection: "PoolConnectionProxy[Any]",
    reader: Reader[Any],
    parsed: Sequence[Parsed],
    steps: Steps,
    *,
    service: str,
) -> int:
    """Take in what was parsed, then what that released; return how many messages it appended."""
    appended = 0
    steps.counted.clear()  # of an attempt that was rolled back
    while parsed:
        work = await classify(connection, parsed, steps)
        await _decide(connection, reader, work, steps)
        appended += len(work.outgoing) + len(work.failed)
        released = await _settle(connection, work, steps, service=service)
        parsed = [reader.parse(record) for record in released]
    return appended


async def condemn(
    connection: "PoolConnectionProxy[Any]",
    reader: Reader[Any],
    record: Record,
    steps: Steps,
    *,
    service: str,
    error: Exception,
) -> None:
    """Set one record aside without deciding it: its data is what Postgres refused."""
    parsed = reader.parse(record)
    failure = Failure(
        record,
        reason="refused_by_postgres",
        error=getattr(error, "sqlstate", None) or type(error).__name__,
        parking_key=parsed.key if isinstance(parsed, Item) else None,
    )
    steps.counted.clear()
    steps.note(record, "dead")
    await _settle(connection, Round({}, set(), failed=[failure]), steps, service=service)


async def _decide(
    connection: "PoolConnectionProxy[Any]", reader: Reader[Any], work: Round, steps: Steps
) -> None:
    """Decide each item; one that raises is set aside with its key, its neighbors go on."""
    items = [found for found in work.passing if isinstance(found, Item)]
    state = await reader.load(connection, items, at=steps.at) if items else None
    for found in work.passing:
        if found.key in work.parked_keys:
            work.parked.append((found.key, found.record))
            work.step_back(found)
            steps.note(found.record, "parked")
        elif isinstance(found, PassedOver):
            steps.note(found.record, "ignored")
            if found.unknown is not None:
                steps.counted[f"schema_unknown {found.unknown}"] += 1
        else:
            _decide_one(reader, state, work, found, steps)
    if items:
        await reader.save(connection, state)


def _decide_one(reader: Reader[Any], state: Any, work: Round, item: Item, steps: Steps) -> None:
    record = item.record
    error: Exception | None = None
    try:
        taken = reader.decide(state, item)
    except Exception as failure:  # pure code that fails once fails for ever: do not retry it
        error = failure
    else:
        work.outgoing.extend(taken.outgoing)
        steps.note(record, taken.outcome)
        steps.counted.update(taken.counted)
    partition = (record.topic, record.partition)
    window = steps.windows.get(partition)
    if window is not None and item.gate is not None:  # a participant's records stop nobody
        window.count(key=item.key, failed=error is not None)
        if window.tripped:
            raise TooManyFailures(partition, window.encode() or "") from error
    if error is None:
        return
    name = type(error).__name__
    work.failed.append(Failure(record, "decision_failed", name, parking_key=item.key))
    work.parked_keys.add(item.key)
    work.step_back(item)
    steps.note(record, "dead")
    log.error(
        "decision.failed",
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        **{"error.type": name},
        where=_where(error),
        **({"tracking_number": item.key} if is_tracking_number(item.key) else {}),
    )


def _where(error: Exception) -> str:
    """Return the file and line that raised, never the values."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}"


async def _settle(
    connection: "PoolConnectionProxy[Any]", work: Round, steps: Steps, *, service: str
) -> list[Record]:
    """Write what the round came to; return the records that it released."""
    await dead_letters.keep(connection, work.failed, service=service, at=steps.at)
    await parked.park(connection, work.parked)
    steps.counted.update(f"dead_letters {failure.reason}" for failure in work.failed)
    moved = sorted(work.moved.items())
    known = [(subject, last) for subject, last in moved if subject in work.read]
    new = [(subject, last) for subject, last in moved if subject not in work.read]
    (_, _, saved), *was_there = await connection.fetch(
        _SQL["settle_round"],
        *await outbox.columns_or_copy(connection, work.outgoing),
        *steps.columns(),
        [topic for (topic, _), _ in new],
        [subject for (_, subject), _ in new],
        [last for _, last in new],
        [topic for (topic, _), _ in known],
        [subject for (_, subject), _ in known],
        [work.read[subject] for subject, _ in known],
        [last for _, last in known],
        *steps.take_counted(),
    )
    if saved != len(moved):  # another process released a held record of ours meanwhile
        raise Fenced
    ready = await _hold(connection, work) if work.waiting or work.behind else []
    return ready + await held.release(
        connection, {(topic, subject): last for topic, subject, last in was_there}
    )


async def _hold(connection: "PoolConnectionProxy[Any]", work: Round) -> list[Record]:
    """Keep what waits; return what need not wait after all, as another has moved the gate."""
    every = [*work.waiting, *work.behind]
    now = await held.lock_stubs(connection, [gate for gate, _ in every])
    still = [(gate, r) for gate, r in every if now[gate.topic, gate.subject] < gate.number]
    await held.hold(connection, still)
    return [r for gate, r in every if now[gate.topic, gate.subject] >= gate.number]
