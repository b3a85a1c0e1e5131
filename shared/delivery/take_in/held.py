"""Records that wait for an event not yet taken in: kept byte for byte, released in order."""

from collections.abc import Mapping, Sequence
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from shared.delivery.records import Gate, PassedOver, Record
from shared.delivery.take_in.reader import passed_over
from shared.delivery.take_in.rows import columns_of
from shared.postgres.statements import load_statements

_SQL = load_statements("shared.delivery")
Subject = tuple[str, str]
Waiting = tuple[Gate, Record]


async def lock_stubs(
    connection: "PoolConnectionProxy[Any]", gates: Sequence[Gate]
) -> Mapping[Subject, int]:
    """
    Lock the gates' rows, inserting missing ones; return the last number of each subject.

    A process that holds a record and one that moves its gate both take this lock, so the second
    sees what the first wrote.
    """
    subjects = sorted({(gate.topic, gate.subject) for gate in gates})
    topics, names = [t for t, _ in subjects], [s for _, s in subjects]
    await connection.execute(_SQL["lock_stubs"], topics, names)
    rows = await connection.fetch(_SQL["lock_gates"], topics, names)
    return {(row["topic"], row["subject"]): row["last"] for row in rows}


async def hold(connection: "PoolConnectionProxy[Any]", waiting: Sequence[Waiting]) -> None:
    """Keep each record until the gate it waits for has been passed."""
    if not waiting:
        return
    await connection.execute(
        _SQL["hold"],
        [gate.topic for gate, _ in waiting],
        [gate.subject for gate, _ in waiting],
        [gate.number for gate, _ in waiting],
        *columns_of([record for _, record in waiting]),
    )


async def put_back(
    connection: "PoolConnectionProxy[Any]", records: Sequence[Record]
) -> tuple[list[Record], list[Record]]:
    """
    Hold released *records* again; return those that are held now, and those that cannot be.

    Each waits for the event before it in its subject. If that was taken in already, `LeftOver`
    takes the record in. A participant's record has no subject.
    """
    waiting: list[Waiting] = []
    others: list[Record] = []
    for record in records:
        found = passed_over(record)
        if isinstance(found, PassedOver):
            waiting.append((found.gate._replace(number=found.gate.number - 1), record))
        else:
            others.append(record)
    if waiting:
        gates = [gate for gate, _ in waiting]
        await lock_stubs(connection, gates)
        await hold(connection, waiting)
        topics, subjects = [gate.topic for gate in gates], [gate.subject for gate in gates]
        await connection.execute(_SQL["note_left_over"], topics, subjects)
    return [record for _, record in waiting], others
