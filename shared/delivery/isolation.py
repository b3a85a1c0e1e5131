"""Finds the record at fault when a batch fails unexpectedly, and lets the others continue."""

import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field

import structlog
from aiokafka import TopicPartition

from shared.delivery.reading.blocked import Blocked
from shared.delivery.reading.positions import CannotRun
from shared.delivery.records import Record
from shared.delivery.take_in.checkpoints import Fenced, TooManyFailures
from shared.process import metrics
from shared.process.backoff import DELAYS, Backoff

log = structlog.get_logger()
TRIES = 3
RESTS = DELAYS[2:]
MOST_SUSPECTS = 2
"""If more partitions than this fail and nothing else succeeds, no record is at fault."""
# Not caused by a record: the partition has another owner, or the whole build is wrong.
_NOT_OF_A_RECORD = (Fenced, TooManyFailures, CannotRun)


@dataclass(slots=True)
class _Suspect:
    """A record that failed alone while everything else worked."""

    offset: int
    taken_in_before: int
    """How many attempts of any records had succeeded when it first failed."""
    due: float = 0.0
    backoff: Backoff = field(default_factory=lambda: Backoff(RESTS))


class Isolation:
    """
    Divides a batch that fails until a single record fails.

    Records that are too slow or that Postgres refuses do not come here: `take_in` divides such a
    batch itself. A failure counts against a record only if the record was alone in its batch and
    *is_outage* returns False: no record becomes a dead letter because Kafka or Postgres is down.
    After three such failures *dead_letter* is called. Until then the record's partition pauses
    and the others continue. *attempt* takes in records, or a prefix of each partition. *ready*
    returns only the records that are next in their partitions.
    """

    def __init__(
        self,
        *,
        service: str,
        blocked: Blocked,
        ready: Callable[[Sequence[Record]], list[Record]],
        attempt: Callable[[Sequence[Record]], Awaitable[None]],
        dead_letter: Callable[[Record, Exception], Awaitable[None]],
        is_outage: Callable[[Collection[TopicPartition]], Awaitable[bool]],
    ) -> None:
        self._service = service
        self._blocked = blocked
        self._ready = ready
        self._attempt = attempt
        self._dead_letter = dead_letter
        self._is_outage = is_outage
        self._suspects: dict[TopicPartition, _Suspect] = {}
        self._taken_in = 0

    def resting(self) -> set[TopicPartition]:
        """Return the partitions from which nothing should be offered for now."""
        now = time.monotonic()
        return {partition for partition, each in self._suspects.items() if each.due > now}

    def keep(self, assigned: Collection[TopicPartition]) -> None:
        """Forget the partitions that now belong to other processes."""
        for partition in self._suspects.keys() - set(assigned):
            del self._suspects[partition]

    async def take_in(self, records: Sequence[Record]) -> None:
        """
        Take in as many of *records* as possible; the caller offers the rest again.

        Raises `Fenced`, `TooManyFailures`, `CannotRun`, and what an outage raised.
        """
        ready, resting = self._ready(records), self.resting()
        for partition in self._suspects.keys() - resting:
            await self._try([each for each in ready if _partition(each) == partition][:1])
        await self._try([each for each in records if _partition(each) not in self._suspects])

    async def _try(self, candidates: Sequence[Record]) -> None:
        records = self._ready(candidates)
        if not records:
            return
        try:
            await self._attempt(records)
        except _NOT_OF_A_RECORD:
            raise
        except Exception as error:
            if await self._is_outage({_partition(each) for each in records}):
                raise
            await self._divide(records, error)
        else:
            self._taken_in += 1
            for partition in {_partition(each) for each in records}:
                self._suspects.pop(partition, None)

    async def _divide(self, records: Sequence[Record], error: Exception) -> None:
        name = type(error).__name__
        metrics.FAILED_BATCHES.labels(self._service, name).inc()
        first = records[0]
        log.warning(
            "batch.divided",
            topic=first.topic,
            partition=first.partition,
            offset=first.offset,
            records=len(records),
            **{"error.type": name},
        )
        if len(records) == 1:
            await self._suspect(first, error)
            return
        middle = len(records) // 2
        await self._try(records[:middle])
        await self._try(records[middle:])

    async def _suspect(self, record: Record, error: Exception) -> None:
        partition = _partition(record)
        suspect = self._suspects.get(partition)
        if suspect is None or suspect.offset != record.offset:
            suspect = _Suspect(record.offset, self._taken_in)
            self._suspects[partition] = suspect
        suspect.due = time.monotonic() + suspect.backoff.next_delay()
        await self._blocked.note(
            partition, record.offset, reason="not_taken_in", error=type(error).__name__
        )
        if suspect.backoff.failures < TRIES or not self._may_dead_letter(suspect):
            return
        try:
            await self._dead_letter(record, error)
        except _NOT_OF_A_RECORD:
            raise
        except Exception as failure:
            if await self._is_outage({partition}):
                raise
            log.error("record.not_dead_lettered", **{"error.type": type(failure).__name__})
        else:
            self._suspects.pop(partition, None)  # it may have gone to another process meanwhile

    def _may_dead_letter(self, suspect: _Suspect) -> bool:
        return len(self._suspects) <= MOST_SUSPECTS or self._taken_in > suspect.taken_in_before


def _partition(record: Record) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)
