"""Decides what to do about a partition that cannot be read: retry, skip, or leave it blocked."""

import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiokafka import TopicPartition
from asyncpg import Pool

from shared.delivery.reading.blocked import Blocked
from shared.delivery.reading.buffer import PARTICIPANTS, Fault
from shared.delivery.reading.fetching import OFFSETS_GONE, FetchingConsumer
from shared.delivery.reading.positions import MOST_ANSWERED, Positions
from shared.postgres.statements import load_statements
from shared.process.backoff import Backoff
from shared.process.outages import TRANSIENT

log = structlog.get_logger()
_SQL = load_statements("shared.delivery")
TRIES = 3
_KEPT_BYTES = 4_194_304
_WRITE_SECONDS = 5


@dataclass(slots=True)
class _Failing:
    """A partition that cannot be read: at which offset, since when, and its pauses."""

    offset: int
    since: float
    backoff: Backoff = field(default_factory=Backoff)


class Faults:
    """
    The partitions of one process that cannot be read; the others continue.

    A fault is shown in log and metric and retried with backoff. Only a participant's batch that
    cannot be unpacked is skipped, after three tries, and only if there is no outage: another
    partition was fetched meanwhile, and Postgres stores the fault. Its range of offsets is kept,
    each record is answered `not_processable`, and the partition continues. A partition of our own
    services stays blocked until an operator acts: our own events are never skipped.
    """

    def __init__(self, pool: "Pool[Any]", *, positions: Positions, blocked: Blocked) -> None:
        self._pool = pool
        self._positions = positions
        self._blocked = blocked
        self._failing: dict[TopicPartition, _Failing] = {}

    def __contains__(self, partition: object) -> bool:
        return partition in self._failing

    def moved(self, positions: Mapping[TopicPartition, int]) -> None:
        """Forget faults that *positions* have passed, or of partitions that are no longer ours."""
        for partition, failing in list(self._failing.items()):
            if positions.get(partition, failing.offset + 1) > failing.offset:
                del self._failing[partition]

    async def meet(self, consumer: FetchingConsumer, fault: Fault) -> None:
        """Note *fault* and decide what follows. Raises `CannotRun`."""
        failing = self._failing.get(fault.partition)
        if failing is None or failing.offset != fault.offset:
            failing = _Failing(fault.offset, time.monotonic())
            self._failing[fault.partition] = failing
        pause = failing.backoff.next_delay()
        try:
            if await self._is_settled(consumer, fault, failing):
                return
        except TRANSIENT as error:
            log.debug("fault.stays", **{"error.type": type(error).__name__})
        if fault.reason == "missing" and failing.backoff.failures == 1:
            log.warning(
                "records.missing",
                topic=fault.partition.topic,
                partition=fault.partition.partition,
                offset=fault.offset,
            )
        else:
            await self._blocked.note(
                fault.partition, fault.offset, reason=fault.reason, error=fault.error
            )
        consumer.retry(fault.partition, fault.offset, after=pause)

    async def recall(self, consumer: FetchingConsumer) -> None:
        """
        Let `look_again` look at every block of the assigned partitions.

        A process may end, or lose a partition, after it has stored a block. If the partition can
        be read again but gets no new record, nothing else would ever remove the block.
        """
        for partition, offset in (await self._blocked.recall(consumer.assignment)).items():
            if partition not in self._failing:
                self._failing[partition] = _Failing(offset, time.monotonic())
                consumer.watch(partition)

    async def look_again(self, consumer: FetchingConsumer) -> None:
        """Unblock partitions that can be fetched again but have no new records."""
        for partition, failing in list(self._failing.items()):
            if self._failing.get(partition) is not failing:
                continue  # it has moved, or failed elsewhere, meanwhile
            has_moved = self._positions.expected.get(partition, 0) > failing.offset
            if has_moved or consumer.has_nothing(partition, failing.offset):
                del self._failing[partition]
                await self._blocked.moved({partition: failing.offset + 1})

    async def _is_settled(
        self, consumer: FetchingConsumer, fault: Fault, failing: _Failing
    ) -> bool:
        partition = fault.partition
        if fault.reason == OFFSETS_GONE:
            await self._positions.open(consumer, [partition])
            position = self._positions.expected.get(partition, fault.offset)
            if consumer.waits(partition):  # the deleted records are answered one by one
                return True
        elif (
            _may_be_given_up(fault)
            and failing.backoff.failures >= TRIES
            and consumer.others_answer(partition, failing.since)
        ):
            position = await self._give_up(consumer, fault)
        else:
            return False
        await self._blocked.moved({partition: position})
        return position != fault.offset

    async def _give_up(self, consumer: FetchingConsumer, fault: Fault) -> int:
        """Keep the unreadable range and continue after the batch; return the next offset."""
        assert fault.until is not None
        assert fault.data is not None
        first: int = struct.unpack_from(">q", fault.data)[0]
        until = min(fault.until, first + MOST_ANSWERED)
        if fault.offset >= until:
            await self._positions.lose(consumer, fault.partition, until=fault.until)
            return fault.until
        await self._pool.execute(
            _SQL["keep_unreadable"],
            *fault.partition,
            fault.offset,
            until,
            fault.reason,
            fault.error,
            fault.data if len(fault.data) <= _KEPT_BYTES else None,
            timeout=_WRITE_SECONDS,
        )
        log.error(
            "records.unreadable",
            topic=fault.partition.topic,
            partition=fault.partition.partition,
            offset=fault.offset,
            until=until,
            reason=fault.reason,
            **{"error.type": fault.error},
        )
        consumer.skip(fault.partition, until, reason=fault.reason)
        return until


def _may_be_given_up(fault: Fault) -> bool:
    return fault.until is not None and fault.partition.topic.startswith(PARTICIPANTS)
