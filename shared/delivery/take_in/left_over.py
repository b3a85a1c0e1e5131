"""Takes in held records whose gate was passed, but which one transaction did not take in."""

import asyncio
from collections import Counter
from typing import Any

import structlog
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

from shared.delivery.records import Record
from shared.delivery.take_in.checkpoints import Fenced, Steps
from shared.delivery.take_in.one_round import write_dead_letter
from shared.delivery.take_in.reader import Reader
from shared.delivery.take_in.rounds import RELEASED_AT_ONCE, take_in_released
from shared.delivery.take_in.rows import record_of
from shared.delivery.write_probe import can_write
from shared.postgres.statements import load_statements
from shared.process import metrics

log = structlog.get_logger()
_SQL = load_statements("shared.delivery")
TRIES = 3
REST_SECONDS = 1.0
"""Pause after a record has failed alone: the cause may pass."""


class LeftOver:
    """
    Takes in, step by step, the held records that releases have left over.

    A step that fails although Postgres works is repeated with a single record, without those that
    it releases. A record that fails alone for the third time becomes a dead letter, so that the
    others go on.
    """

    def __init__(self, reader: Reader[Any], *, service: str) -> None:
        self._reader = reader
        self._service = service
        self._most = RELEASED_AT_ONCE
        self._failures: Counter[str] = Counter()
        self._error = ""

    async def take_in(self, pool: "Pool[Any]") -> bool:
        """
        Take in some records in one transaction; return False if none were left.

        It locks every checkpoint, so that no batch holds or releases a record meanwhile. Raises
        what an outage raised.
        """
        if not await pool.fetchval(_SQL["is_left_over"]):
            return False
        records: list[Record] = []
        try:
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute(_SQL["lock_every_checkpoint"])
                rows = await connection.fetch(_SQL["release_left_over"], self._most)
                if not rows:  # an event released them meanwhile
                    return True
                records = [record_of(row) for row in rows]
                steps = Steps.of_released(records, at=rows[0]["now"])
                await self._take_in(connection, records, steps)
        except Fenced:  # by the batch of a partition that was opened meanwhile
            return True
        except Exception as error:
            if not records or not await can_write(pool):
                raise
            await self._failed(records, type(error).__name__)
        else:
            self._most = min(2 * self._most, RELEASED_AT_ONCE)
        return True

    async def _take_in(
        self, connection: "PoolConnectionProxy[Any]", records: list[Record], steps: Steps
    ) -> None:
        if len(records) == 1 and self._failures[records[0].coordinate] >= TRIES:
            await write_dead_letter(
                connection, self._reader, records[0], steps,
                service=self._service, reason="not_taken_in", error=self._error,
            )  # fmt: skip
        else:
            await take_in_released(
                connection, self._reader, records, steps,
                service=self._service, isolate=True, is_one_round=self._most == 1,
            )  # fmt: skip

    async def _failed(self, records: list[Record], error: str) -> None:
        """Go on with single records; rest for a moment if a single one has failed."""
        first = records[0]
        metrics.FAILED_BATCHES.labels(self._service, error).inc()
        log.warning(
            "batch.divided",
            topic=first.topic,
            partition=first.partition,
            offset=first.offset,
            records=len(records),
            **{"error.type": error},
        )
        self._most, self._error = 1, error
        if len(records) == 1:
            self._failures[first.coordinate] += 1
            await asyncio.sleep(REST_SECONDS)
