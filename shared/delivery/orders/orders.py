"""Carries out operators' orders to replay or discard a dead letter, or to resume a partition."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import structlog
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from shared.delivery.orders.attempt import Attempt, FailedAgain
from shared.delivery.take_in import parked
from shared.delivery.take_in.reader import Reader
from shared.delivery.take_in.rows import record_of
from shared.delivery.write_probe import can_write
from shared.postgres.statements import load_statements
from shared.process.outages import TRANSIENT

log = structlog.get_logger()
_SQL = load_statements("shared.delivery")
MOST_REPLAYS = 3
TRIES = 3
"""An order that fails this often while Postgres works is given up, so that later ones can run."""


@dataclass(frozen=True, slots=True)
class _Settled:
    """The result of an order, stored with it."""

    outcome: str
    detail: str
    cause: str | None = None
    parking_key: str | None = None


async def is_work_open(pool: "Pool[Any]") -> bool:
    """Tell whether an order waits to be carried out, or records are left over (`LeftOver`)."""
    return bool(await pool.fetchval(_SQL["is_work_open"]))


async def carry_out(
    pool: "Pool[Any]", reader: Reader[Any], *, service: str, failures: Counter[int] | None = None
) -> bool:
    """
    Carry out the oldest order in one transaction; False when there is none.

    It locks every checkpoint of the service: released records go through the same rounds as a
    batch, and meanwhile no batch can park another record behind the key that is unparked.
    *failures* counts each order's failures outside an outage; after `TRIES` it is given up.
    """
    failures = Counter() if failures is None else failures
    order = None
    try:
        async with pool.acquire() as connection, connection.transaction():
            order = await connection.fetchrow(_SQL["lock_order"])
            if order is None:
                return False
            await connection.execute(_SQL["lock_every_checkpoint"])
            if await connection.fetchval(_SQL["is_settled"], order["id"]):
                return True
            settled = await _settle(connection, reader, order, service=service)
            await _save(connection, order, settled)
    except TRANSIENT as error:
        if order is None or not await can_write(pool):
            raise
        failures[order["id"]] += 1
        if failures[order["id"]] < TRIES:
            raise
        return await _give_up(pool, order, error)
    _log(order, outcome=settled.outcome)
    return True


async def _give_up(pool: "Pool[Any]", order: Any, error: BaseException) -> bool:
    """Settle an order that cannot be carried out; False if another process is trying it now."""
    name = type(error).__name__
    detail = f"could not be carried out: {name}, {TRIES} times"
    settled = _Settled(_failed(order), detail)
    async with pool.acquire() as connection, connection.transaction():
        locked = await connection.fetchrow(_SQL["lock_order"])
        if locked is None or locked["id"] != order["id"]:
            return False
        if await connection.fetchval(_SQL["is_settled"], order["id"]):
            return True
        await _save(connection, order, settled)
    log.error("order.failed", **{"error.type": name})
    _log(order, outcome=settled.outcome)
    return True


def _failed(order: Any) -> str:
    return "failed_again" if order["action"] == "replay" else "refused"


async def _save(connection: "PoolConnectionProxy[Any]", order: Any, settled: _Settled) -> None:
    await connection.execute(
        _SQL["settle_order"],
        order["id"],
        settled.outcome,
        settled.detail,
        settled.cause,
        settled.parking_key,
    )


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
        return _Settled("refused", "it is not, or no longer, a dead letter")
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
            attempt = Attempt(connection, reader, records, at=row["now"], service=service)
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
    return _Settled(_failed(order), detail, cause, key)


async def _settle_answered(
    connection: "PoolConnectionProxy[Any]", action: str, place: tuple[str, int, int]
) -> _Settled:
    """Keep the promise of `not_processable`: its sender may have sent the record again."""
    if action == "replay":
        return _Settled("refused", "its sender was answered not_processable, which is final")
    await connection.execute(_SQL["delete_dead_letter"], *place)
    return _Settled("discarded", "the record: dropped; its sender was answered not_processable")
