"""Writes the results of a round, and reads the records that it released."""

from operator import itemgetter
from typing import Any

import structlog
from asyncpg.pool import PoolConnectionProxy

from shared.delivery.records import Record
from shared.delivery.relay import outbox
from shared.delivery.take_in import dead_letters, held, parked
from shared.delivery.take_in.checkpoints import Fenced, Steps
from shared.delivery.take_in.gates import Round
from shared.delivery.take_in.reader import Closing
from shared.delivery.take_in.rows import record_of
from shared.postgres.statements import load_statements

log = structlog.get_logger()
_SQL = load_statements("shared.delivery")


async def settle(
    connection: "PoolConnectionProxy[Any]",
    work: Round,
    closing: Closing,
    steps: Steps,
    *,
    service: str,
) -> list[Record]:
    """Write the results of a round; return the records that it released, in order."""
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
    # A gate that was stepped back has skipped nothing.
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
