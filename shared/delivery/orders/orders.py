"""Carries out operators' orders to replay or discard a dead letter, or to resume a partition."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from shared.delivery.records import Outcome, Record
from shared.delivery.take_in import parked
from shared.delivery.take_in.checkpoints import Steps
from shared.delivery.take_in.gates import Parsed
from shared.delivery.take_in.reader import Reader, given_up
from shared.delivery.take_in.rounds import take_in_rounds, write_dead_letter
from shared.delivery.take_in.rows import record_of
from shared.delivery.take_in.take_in import DATA_ERRORS
from shared.postgres.statements import load_statements
from shared.process.outages import TRANSIENT

log = structlog.get_logger()
_SQL = load_statements("shared.delivery")
MOST_REPLAYS = 3


class FailedAgain(Exception):
    """The order cannot be carried out; the text says why. The attempt is rolled back."""


@dataclass(frozen=True, slots=True)
class _Settled:
    """The result of an order, stored with it."""

    outcome: str
    detail: str
    cause: str | None = None
    parking_key: str | None = None


async def is_order_open(pool: "Pool[Any]") -> bool:
    """Tell whether an order waits to be carried out."""
    return bool(await pool.fetchval(_SQL["is_order_open"]))


async def carry_out(pool: "Pool[Any]", reader: Reader[Any], *, service: str) -> bool:
    """
    Carry out the oldest order in one transaction; False when there is none.

    It locks every checkpoint of the service: released records go through the same rounds as a
    batch, and meanwhile no batch may park another record behind the key that is unparked.
    """
    async with pool.acquire() as connection, connection.transaction():
        order = await connection.fetchrow(_SQL["lock_order"])
        if order is None:
            return False
        await connection.execute(_SQL["lock_every_checkpoint"])
        if await connection.fetchval(_SQL["is_settled"], order["id"]):
            return True
        settled = await _settle(connection, reader, order, service=service)
        await connection.execute(
            _SQL["settle_order"],
            order["id"],
            settled.outcome,
            settled.detail,
            settled.cause,
            settled.parking_key,
        )
    _log(order, outcome=settled.outcome)
    return True


async def resume(pool: "Pool[Any]") -> None:
    """Carry out all orders to resume partitions on which the service has stopped."""
    for order in await pool.fetch(_SQL["resume"]):
        _log(order, outcome=order["outcome"])


def _log(order: Any, *, outcome: str) -> None:
    log.info(
        "order.carried_out",
        action=order["action"],
        by=order["by"],
        topic=order["topic"],
        partition=order["partition"],
        offset=order["offset"],
        outcome=outcome,
    )


async def _settle(
    connection: "PoolConnectionProxy[Any]", reader: Reader[Any], order: Any, *, service: str
) -> _Settled:
    place = (order["topic"], order["partition"], order["offset"])
    row = await connection.fetchrow(_SQL["read_dead_letter"], *place)
    if row is None:
        return _Settled("refused", "it is no dead letter, or no longer")
    if row["answered"]:
        return await _settle_answered(connection, order["action"], place)
    cause, key = f"{row['reason'].replace('_', ' ')}: {row['error']}", row["parking_key"]
    replays = await connection.fetchval(_SQL["count_replays"], *([part] for part in place))
    before = replays - 1  # this one is counted
    if order["action"] == "replay" and before >= MOST_REPLAYS and not order["again"]:
        return _Settled("refused", f"it was replayed {before} times already", cause, key)
    try:
        async with connection.transaction():
            await connection.execute(_SQL["delete_dead_letter"], *place)
            waiting = await parked.release(connection, key) if key is not None else []
            records = [record_of(row), *waiting]
            attempt = _Attempt(connection, reader, records, at=row["now"], service=service)
            if order["action"] == "replay":
                return _Settled("released", await attempt.replay(), cause, key)
            return _Settled("discarded", await attempt.discard(), cause, key)
    except FailedAgain as failure:
        detail = str(failure)
    except TRANSIENT:
        raise
    except Exception as error:  # a bug outside of decisions: the order fails, not the service
        log.error("order.failed", **{"error.type": type(error).__name__})
        detail = f"raised {type(error).__name__} outside of a decision"
    outcome = "failed_again" if order["action"] == "replay" else "refused"
    return _Settled(outcome, detail, cause, key)


async def _settle_answered(
    connection: "PoolConnectionProxy[Any]", action: str, place: tuple[str, int, int]
) -> _Settled:
    """Keep the promise of `not_processable`: its sender may have sent the record again."""
    if action == "replay":
        return _Settled("refused", "its sender was answered not_processable, which is final")
    await connection.execute(_SQL["delete_dead_letter"], *place)
    return _Settled("discarded", "the record: dropped; its sender was answered not_processable")


class _Attempt:
    """Takes in a dead letter and the records that waited behind it."""

    def __init__(
        self,
        connection: "PoolConnectionProxy[Any]",
        reader: Reader[Any],
        records: Sequence[Record],
        *,
        at: datetime,
        service: str,
    ) -> None:
        self._connection = connection
        self._reader = reader
        self._service = service
        self._first, *self._waiting = records
        # No checkpoint moves: each record was counted when it was read.
        partitions = {(record.topic, record.partition): 0 for record in records}
        self._steps = Steps(at=at, first_offsets=partitions, next_offsets={}, windows={})

    async def replay(self) -> str:
        """Take in the record, then the waiting ones; `FailedAgain` if the record itself fails."""
        outcome = await self._begin(self._reader.parse(self._first))
        if outcome == "dead":
            row = await self._connection.fetchrow(_SQL["read_dead_letter"], *_place(self._first))
            assert row is not None
            raise FailedAgain(f"{row['reason'].replace('_', ' ')}: {row['error']}")
        return await self._go_on(f"the record: {outcome}")

    async def discard(self) -> str:
        """Pass over the record, then take in the waiting ones."""
        without_effect = given_up(self._reader.parse(self._first))
        if without_effect is None:
            return await self._go_on("the record: dropped")
        if await self._begin(without_effect) == "held":
            raise FailedAgain("events before it are still missing: it cannot be passed over yet")
        return await self._go_on("the record: passed over")

    async def _begin(self, found: Parsed) -> Outcome:
        try:
            await self._rounds([found])
        except DATA_ERRORS as error:
            name = getattr(error, "sqlstate", None) or type(error).__name__
            raise FailedAgain(f"refused by postgres: {name}") from error
        return self._steps.outcomes[_place(self._first)]

    async def _go_on(self, beginning: str) -> str:
        await self._take_in(self._waiting)
        outcomes = Counter(self._steps.outcomes.get(_place(record)) for record in self._waiting)
        behind = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        return f"{beginning}; behind it: {behind}" if behind else beginning

    async def _take_in(self, records: Sequence[Record]) -> None:
        """Take in waiting records, halving them down to one whose data Postgres refuses."""
        try:
            async with self._connection.transaction():
                await self._rounds([self._reader.parse(record) for record in records])
                return
        except DATA_ERRORS as error:
            failure = error
        if len(records) > 1:
            middle = len(records) // 2
            await self._take_in(records[:middle])
            await self._take_in(records[middle:])
            return
        await write_dead_letter(
            self._connection,
            self._reader,
            records[0],
            self._steps,
            service=self._service,
            reason="refused_by_postgres",
            error=getattr(failure, "sqlstate", None) or type(failure).__name__,
        )

    async def _rounds(self, parsed: Sequence[Parsed]) -> None:
        await take_in_rounds(
            self._connection, self._reader, parsed, self._steps, service=self._service
        )


def _place(record: Record) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset
