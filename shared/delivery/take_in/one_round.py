"""One round of a transaction: classify, decide, save."""

import traceback
from collections.abc import Sequence
from typing import Any

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from shared.contracts.tracking import is_tracking_number
from shared.delivery.records import DELETED, Item, Malformed, PassedOver, Record
from shared.delivery.take_in.budget import Budget, TooSlow
from shared.delivery.take_in.checkpoints import Steps, TooManyFailures
from shared.delivery.take_in.dead_letters import Failure
from shared.delivery.take_in.gates import Parsed, Round, classify
from shared.delivery.take_in.opening import open_round
from shared.delivery.take_in.reader import Closing, Reader
from shared.delivery.take_in.settling import settle

log = structlog.get_logger()
# Raised by Postgres (classes 22 and 23) or asyncpg for data that can never be stored.
# UnicodeEncodeError: a reader that encodes such a text itself fails before asyncpg does.
DATA_ERRORS = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, UnicodeEncodeError)


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


def sqlstate(error: BaseException) -> str:
    """Return the code of an error of Postgres, or else the error's type."""
    return getattr(error, "sqlstate", None) or type(error).__name__


async def take_in_round(
    connection: "PoolConnectionProxy[Any]",
    reader: Reader[Any],
    parsed: Sequence[Parsed],
    steps: Steps,
    *,
    service: str,
    opened: Round | None = None,
) -> tuple[int, list[Record]]:
    """Take in one round; return how many messages it appended, and the next round's records."""
    work = opened or await open_round(connection, parsed)
    await classify(connection, work, parsed, steps)
    closing, undecided = await _decide(
        connection, reader, work, steps, is_batch=opened is not None
    )
    released = await settle(connection, work, closing, steps, service=service)
    return len(work.outgoing) + len(work.failed), [*undecided, *released]


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
    await settle(connection, work, closing, steps, service=service)
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
    """Return the key to park; None unless the record parses, in time, to an item."""
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
    *,
    is_batch: bool,
) -> tuple[Closing, list[Record]]:
    """
    Decide each item; one that raises becomes a dead letter, and the others go on.

    Records over the time budget are cut off from a batch; in a later round they are returned.
    """
    items = [found for found in work.passing if isinstance(found, Item)]
    state = await reader.load(connection, items, at=steps.at) if items else None
    budget = Budget()
    with budget:
        undecided = _decide_all(reader, state, work, steps, budget)
    if is_batch and budget.cut:
        work.cut_off(budget.cut)
        steps.cut_off(budget.cut)
        undecided.clear()
    for found in undecided:
        work.step_back(found)
    closing = await _save(connection, reader, state, work) if items else Closing()
    return closing, [found.record for found in undecided]


async def _save(
    connection: "PoolConnectionProxy[Any]", reader: Reader[Any], state: Any, work: Round
) -> Closing:
    closing = await reader.save(connection, state) or Closing()
    work.outgoing.extend(closing.messages)
    return closing


def _decide_all(
    reader: Reader[Any], state: Any, work: Round, steps: Steps, budget: Budget
) -> list[Item | PassedOver]:
    """Decide what the budget allows; return the rest."""
    undecided = []
    for found in work.passing:
        if not budget.allows(found.record):
            undecided.append(found)
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
    return undecided


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
        if taken.until is not None:
            work.put_off(item, taken.until)
            return
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
