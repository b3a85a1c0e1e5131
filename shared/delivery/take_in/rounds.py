"""The rounds of one transaction: classify, decide, save; released records are the next round."""

import traceback
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import structlog
from asyncpg.pool import PoolConnectionProxy

from shared.contracts.tracking import is_tracking_number
from shared.delivery.records import DELETED, Item, Malformed, PassedOver, Record
from shared.delivery.relay import outbox
from shared.delivery.take_in import dead_letters, held, parked
from shared.delivery.take_in.budget import Budget, TooSlow
from shared.delivery.take_in.checkpoints import Fenced, Steps, TooManyFailures
from shared.delivery.take_in.dead_letters import Failure
from shared.delivery.take_in.gates import Parsed, Round, classify
from shared.delivery.take_in.opening import open_round
from shared.delivery.take_in.reader import Closing, Reader
from shared.delivery.take_in.rows import record_of
from shared.postgres.statements import load_statements

log = structlog.get_logger()
_SQL = load_statements("shared.delivery")
RELEASED_AT_ONCE = 500
"""Most released records in one round: Postgres ends a session that is idle for seconds."""


def parse(reader: Reader[Any], records: Sequence[Record]) -> list[Parsed]:
    """Parse *records*, or a prefix of each partition if the budget ends; raises `TooSlow`."""
    budget = Budget()
    parsed: list[Parsed] = []
    with budget:
        for record in records:
            if budget.allows(record):
                parsed.append(_parse(reader, record))
    return parsed


def _parse(reader: Reader[Any], record: Record) -> Parsed:
    if record.unreadable is None:
        return reader.parse(record)
    return reader.unprocessable(record) or Malformed(record, record.unreadable)


async def take_in_rounds(
    connection: "PoolConnectionProxy[Any]",
    reader: Reader[Any],
    parsed: Sequence[Parsed],
    steps: Steps,
    *,
    service: str,
    opened: Round | None = None,
    budget: Budget | None = None,
) -> int:
    """
    Take in *parsed*, then the records it released; return how many messages were appended.

    *opened* is the first round if `open_batch` has opened it. A *budget* may cut off records from
    the first round; *steps* holds the offsets it reached.
    """
    steps.counted.clear()  # an attempt before this one may have been rolled back
    appended, released = 0, list[Record]()
    while True:
        work = opened or await open_round(connection, parsed)
        await classify(connection, work, parsed, steps)
        closing = await _decide(connection, reader, work, steps, budget)
        appended += len(work.outgoing) + len(work.failed)
        released += await _settle(connection, work, closing, steps, service=service)
        if not released:
            return appended
        now, released = released[:RELEASED_AT_ONCE], released[RELEASED_AT_ONCE:]
        parsed, opened, budget = [reader.parse(record) for record in now], None, None


async def write_dead_letter(
    connection: "PoolConnectionProxy[Any]",
    reader: Reader[Any],
    record: Record,
    steps: Steps,
    *,
    service: str,
    reason: str,
    error: str,
) -> int:
    """
    Make *record* a dead letter without deciding it; return how many messages that appended.

    A participant is answered `not_processable`. The key of another service's record is parked.
    """
    steps.counted.clear()
    work, closing = Round({}, set()), Closing()
    refusal = reader.unprocessable(record)
    if refusal is None:
        key = _key_of(reader, record)
        _count_failure(record, key, steps, reason=reason)
        work.failed.append(Failure(record, reason, error, parking_key=key))
    else:
        state = await reader.load(connection, [refusal], at=steps.at)
        _refuse(reader, state, work, refusal, steps)
        closing = await _save(connection, reader, state, work)
        work.failed.append(Failure(record, reason, error, answered=True))
    steps.note(record, "dead")
    await _settle(connection, work, closing, steps, service=service)
    return len(work.outgoing) + len(work.failed)


def _count_failure(record: Record, key: str | None, steps: Steps, *, reason: str) -> None:
    """Count a failed record; raise `TooManyFailures` if so many failed that the build is wrong."""
    partition = (record.topic, record.partition)
    window = steps.windows.get(partition)
    if window is None or reason == "refused_by_postgres":  # the data is wrong, not the build
        return
    window.count(key=key or record.coordinate, failed=True)
    if window.tripped:
        raise TooManyFailures(partition, window.encode() or "")


def _key_of(reader: Reader[Any], record: Record) -> str | None:
    """Return the key that is to be parked, if the record can be parsed in time."""
    try:
        parsed = parse(reader, [record])
    except TooSlow:
        return None
    return parsed[0].key if isinstance(parsed[0], Item) else None


def _refuse(reader: Reader[Any], state: Any, work: Round, refusal: Item, steps: Steps) -> None:
    """Answer the sender of a record that could not be processed."""
    taken = reader.decide(state, refusal)
    work.outgoing.extend(taken.outgoing)
    steps.counted.update(taken.counted)


async def _decide(
    connection: "PoolConnectionProxy[Any]",
    reader: Reader[Any],
    work: Round,
    steps: Steps,
    budget: Budget | None,
) -> Closing:
    """Decide each item; one that raises becomes a dead letter, and the others go on."""
    items = [found for found in work.passing if isinstance(found, Item)]
    state = await reader.load(connection, items, at=steps.at) if items else None
    if budget is None:
        _decide_all(reader, state, work, steps)
    else:
        with budget:
            _decide_all(reader, state, work, steps, budget)
        if budget.cut:
            work.cut_off(budget.cut)
            steps.cut_off(budget.cut)
    return await _save(connection, reader, state, work) if items else Closing()


async def _save(
    connection: "PoolConnectionProxy[Any]", reader: Reader[Any], state: Any, work: Round
) -> Closing:
    closing = await reader.save(connection, state) or Closing()
    work.outgoing.extend(closing.messages)
    return closing


def _decide_all(
    reader: Reader[Any], state: Any, work: Round, steps: Steps, budget: Budget | None = None
) -> None:
    for found in work.passing:
        if budget is not None and not budget.allows(found.record):
            continue
        if found.key in work.parked_keys:
            work.parked.append((found.key, found.record))
            work.step_back(found)
            steps.note(found.record, "parked")
        elif work.has_stepped_back and work.hold_back(found):
            steps.note(found.record, "held")
        elif isinstance(found, PassedOver):
            steps.note(found.record, "ignored")
            if found.unknown is not None:
                steps.counted["schema_unknown", found.unknown] += 1
        else:
            _decide_one(reader, state, work, found, steps)


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
        if record.unreadable not in (None, DELETED):
            steps.counted["dead_letters", "unreadable"] += 1
    partition = (record.topic, record.partition)
    window = steps.windows.get(partition)
    if window is not None and item.gate is not None:  # only records of our own services count
        window.count(key=item.key, failed=error is not None)
        if window.tripped:
            raise TooManyFailures(partition, window.encode() or "") from error
    if error is None:
        return
    name = type(error).__name__
    refusal = reader.unprocessable(record)
    if refusal is None:
        work.failed.append(Failure(record, "decision_failed", name, parking_key=item.key))
        work.parked_keys.add(item.key)
        work.step_back(item)
    else:
        _refuse(reader, state, work, refusal, steps)
        work.failed.append(Failure(record, "decision_failed", name, answered=True))
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
    connection: "PoolConnectionProxy[Any]",
    work: Round,
    closing: Closing,
    steps: Steps,
    *,
    service: str,
) -> list[Record]:
    """Write the results of a round; return the records it released, in the order of holding."""
    await dead_letters.keep(connection, work.failed, service=service, at=steps.at)
    await parked.park(connection, work.parked)
    steps.counted.update(("dead_letters", failure.reason) for failure in work.failed)
    first, *released = await connection.fetch(
        closing.statement,
        await outbox.rows_or_copy(connection, work.outgoing),
        steps.take(),
        work.gate_steps(),
        steps.take_counted(),
        *closing.parameters,
    )
    if work.lost:
        await _note_lost(connection, work)
    if first["saved"] != len(work.moved):
        raise Fenced  # another process has moved a gate meanwhile
    ready = await _hold(connection, work) if work.waiting or work.behind else []
    return ready + [record_of(row) for row in sorted(released, key=itemgetter("id"))]


async def _note_lost(connection: "PoolConnectionProxy[Any]", work: Round) -> None:
    """Record the skipped numbers, so that an operator can inform the participants."""
    # A gate that was put back has skipped nothing.
    skipped = [lost for lost in work.lost if work.moved[lost[0], lost[2]] == lost[4] - 1]
    columns = [list(column) for column in zip(*skipped, strict=True)] or [[]] * 5
    await connection.execute(_SQL["note_lost_numbers"], *columns)
    for topic, partition, _, first, until in skipped:
        log.error(
            "numbers.lost", topic=topic, partition=partition, numbers=until - first, number=first
        )


async def _hold(connection: "PoolConnectionProxy[Any]", work: Round) -> list[Record]:
    """Store the waiting records; return those whose gate another process has moved meanwhile."""
    candidates = [*work.waiting, *work.behind]
    now = await held.lock_stubs(connection, [gate for gate, _ in candidates])
    waiting = [(gate, r) for gate, r in candidates if now[gate.topic, gate.subject] < gate.number]
    await held.hold(connection, waiting)
    return [r for gate, r in candidates if now[gate.topic, gate.subject] >= gate.number]
