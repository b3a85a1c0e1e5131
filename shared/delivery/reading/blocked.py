"""Partitions whose next record cannot be taken in, kept across restarts."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import structlog
from aiokafka import TopicPartition
from asyncpg import Pool

from shared.postgres.statements import load_statements
from shared.process.outages import TRANSIENT
from shared.process.probes import Health

log = structlog.get_logger()
_SQL = load_statements("shared.delivery")


class _Block(NamedTuple):
    offset: int
    since: float
    kept: bool


class Blocked:
    """
    The blocked partitions of one process.

    Each is kept in the database as well, so that metric, alert and `continuum status` still know
    it after a restart. A partition counts as blocked until its checkpoint has moved past the
    record, or until it belongs to another process.
    """

    def __init__(self, pool: "Pool[Any]", *, service: str, health: Health) -> None:
        self._pool = pool
        self._service = service
        self._health = health
        self._blocks: dict[TopicPartition, _Block] = {}

    def __contains__(self, partition: object) -> bool:
        return partition in self._blocks

    async def note(
        self, partition: TopicPartition, offset: int, *, reason: str, error: str
    ) -> None:
        """
        Keep that the record at *offset* blocks *partition*; log it once for each record.

        *reason* is a code and *error* the name of an exception; neither holds any of the record's
        content. While Postgres is down only this process knows the block; the next call stores it.
        """
        known = self._blocks.get(partition)
        if known is None or known.offset != offset:
            self._add(partition, offset, time.monotonic(), reason=reason, error=error)
        elif known.kept:
            return
        try:
            await self._pool.execute(
                _SQL["note_blocked"], *partition, offset, reason, error, timeout=2
            )
        except TRANSIENT:
            return
        if (block := self._blocks.get(partition)) is not None and block.offset == offset:
            self._blocks[partition] = block._replace(kept=True)

    async def recall(
        self, assigned: Callable[[], Collection[TopicPartition]]
    ) -> dict[TopicPartition, int]:
        """
        Return the offsets of all blocks of this process, by partition.

        They include stored blocks of the *assigned* partitions that another process noted; such a
        block is logged as a new one is.
        """
        for row in await self._pool.fetch(_SQL["read_blocked"]):
            partition = TopicPartition(row["topic"], row["partition"])
            if partition in assigned() and partition not in self._blocks:
                since = time.monotonic() - row["seconds"]
                reason, error = row["reason"], row["error"]
                self._add(partition, row["offset"], since, reason=reason, error=error, kept=True)
        return {partition: block.offset for partition, block in self._blocks.items()}

    async def moved(self, positions: Mapping[TopicPartition, int]) -> None:
        """Unblock the partitions that *positions* (next offsets, after a commit) have passed."""
        passed = {
            partition: positions[partition]
            for partition, block in self._blocks.items()
            if positions.get(partition, -1) > block.offset
        }
        if not passed:
            return
        for partition in passed:
            block = self._forget(partition)
            log.info(
                "partition.unblocked",
                topic=partition.topic,
                partition=partition.partition,
                offset=block.offset,
                blocked_s=round(time.monotonic() - block.since, 1),
            )
        with suppress(*TRANSIENT):  # the checkpoint has moved: the row no longer counts
            await self._pool.execute(
                _SQL["clear_blocked"],
                [partition.topic for partition in passed],
                [partition.partition for partition in passed],
                list(passed.values()),
            )

    def keep(self, assigned: Iterable[TopicPartition]) -> None:
        """Forget the partitions that now belong to other processes."""
        for partition in self._blocks.keys() - set(assigned):
            self._forget(partition)

    def _add(
        self,
        partition: TopicPartition,
        offset: int,
        since: float,
        *,
        reason: str,
        error: str,
        kept: bool = False,
    ) -> None:
        log.error(
            "partition.blocked",
            topic=partition.topic,
            partition=partition.partition,
            offset=offset,
            reason=reason,
            **{"error.type": error},
        )
        where = f"{partition.topic}/{partition.partition}"
        self._health.blocked[where] = f"{where}/{offset}: {reason}"
        self._blocks[partition] = _Block(offset, since, kept)

    def _forget(self, partition: TopicPartition) -> _Block:
        self._health.blocked.pop(f"{partition.topic}/{partition.partition}", None)
        return self._blocks.pop(partition)
