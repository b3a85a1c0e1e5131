"""Opens a batch in one call: locks its checkpoints, then reads its gates and parked keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from shared.delivery.records import Item, Malformed
from shared.delivery.take_in.checkpoints import FailureWindow, Fenced, Partition, Steps
from shared.delivery.take_in.gates import Parsed, Round, Subject
from shared.postgres.statements import load_statements

_SQL = load_statements("shared.delivery")


async def open_batch(
    connection: "PoolConnectionProxy[Any]", parsed: Sequence[Parsed]
) -> tuple[Steps, Round]:
    """Lock the checkpoints of a batch; `Fenced` unless each is at its partition's first record."""
    first: dict[Partition, int] = {}
    following: dict[Partition, int] = {}
    for found in parsed:
        partition = (found.record.topic, found.record.partition)
        first.setdefault(partition, found.record.offset)
        following[partition] = found.record.offset + 1
    row = await _open(connection, first, parsed)
    checkpoints = {(topic, number): rest for topic, number, *rest in row["o_checkpoints"]}
    if len(checkpoints) != len(first):
        raise Fenced
    steps = Steps(
        at=row["o_at"],
        first_offsets=first,
        next_offsets=following,
        windows={
            partition: FailureWindow.decode(failures)
            for partition, (failures, _) in checkpoints.items()
        },
        with_losses=frozenset(
            partition for partition, (_, with_losses) in checkpoints.items() if with_losses
        ),
    )
    return steps, _round(row)


async def open_round(connection: "PoolConnectionProxy[Any]", parsed: Sequence[Parsed]) -> Round:
    """Open a further round of a transaction that has locked its checkpoints."""
    return _round(await _open(connection, {}, parsed))


async def _open(
    connection: "PoolConnectionProxy[Any]",
    offsets: Mapping[Partition, int],
    parsed: Sequence[Parsed],
) -> Any:
    subjects: set[Subject] = set()
    keys: set[str] = set()
    for found in parsed:
        if isinstance(found, Malformed):
            continue
        keys.add(found.key)
        if found.gate is not None:
            subjects.add((found.gate.topic, found.gate.subject))
        if isinstance(found, Item):
            subjects.update((need.topic, need.subject) for need in found.needs)
    return await connection.fetchrow(
        _SQL["open_batch"],
        [topic for topic, _ in offsets],
        [partition for _, partition in offsets],
        list(offsets.values()),
        [topic for topic, _ in subjects],
        [subject for _, subject in subjects],
        list(keys),
    )


def _round(row: Any) -> Round:
    gates = {(topic, subject): last for topic, subject, last in row["o_gates"]}
    return Round(gates, set(row["o_parked_keys"]), dict(gates))
