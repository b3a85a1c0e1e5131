"""
What was fetched and is not taken in yet, by partition, and who comes next.

Batches are unpacked only as far as they are asked for. What is offered stays here until the
position of its partition has moved behind it, so a batch may be taken in in part.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from aiokafka import TopicPartition

from shared.delivery.reading.record_batches import (
    MOST_UNPACKED,
    Batch,
    Unreadable,
    plain,
    records_of,
    split,
)
from shared.delivery.records import DELETED, Record

PARTICIPANTS = "cri.in."
TURN_RECORDS = 100
"""What one partition gets of a batch: a record that arrives meanwhile waits for no more."""
FAIR_RECORDS = 64
FAIR_BYTES = 262_144
"""What one participant gets of a batch while others wait."""
BATCH_BYTES = 4_194_304
FULL_BYTES = 524_288
"""With so much waiting nothing more of a partition is fetched."""
_UNPACKED_TOTAL = 4 * MOST_UNPACKED
_UNPACKED_BESIDE = MOST_UNPACKED // 16
"""Beyond the total only small batches are unpacked, so that few large ones stop nobody."""


class Fault(NamedTuple):
    """
    Why *partition* cannot be read at *offset*; no other partition is concerned.

    Of a batch that cannot be unpacked, *until* is the offset behind it and *data* its bytes.
    """

    partition: TopicPartition
    offset: int
    reason: str
    error: str
    until: int | None = None
    data: bytes | None = None


class Found(NamedTuple):
    """The next records, per partition contiguous from its position, and what cannot be read."""

    records: list[Record]
    faults: list[Fault]


class Buffer:
    """The partitions that wait, the one that was served longest ago first."""

    def __init__(self) -> None:
        self._queues: OrderedDict[TopicPartition, _Queue] = OrderedDict()

    def add(self, partition: TopicPartition, data: bytes, position: int) -> int:
        """
        Keep what a fetch from *position* brought; return the position of the next one.

        Raises `Unreadable`.
        """
        batches = split(data, position)
        if not batches:
            raise Unreadable("record_too_large", "a batch does not fit into a fetch")
        queue = self._queues.get(partition)
        if queue is None:
            queue = self._queues[partition] = _Queue(partition, position)
        queue.batches.extend(batches)
        queue.size += sum(len(batch.data) for batch in batches)
        return batches[-1].until

    def take(self, positions: Mapping[TopicPartition, int], most: int) -> Found:
        """Return at most *most* records from *positions* on."""
        found = Found([], [])
        waiting = self._waiting(positions)
        size = 0
        for partition in waiting:
            room = min(most - len(found.records), TURN_RECORDS)
            if room <= 0 or size >= BATCH_BYTES:
                break
            room_bytes = BATCH_BYTES - size
            if len(waiting) > 1 and partition.topic.startswith(PARTICIPANTS):
                room, room_bytes = min(room, FAIR_RECORDS), min(room_bytes, FAIR_BYTES)
            records, taken = self._queues[partition].offer(room, room_bytes, self._limit)
            if records:
                found.records.extend(records)
                size += taken
                self._queues.move_to_end(partition)
            elif (fault := self._queues[partition].fault()) is not None:
                found.faults.append(fault)
        return found

    def add_deleted(self, partition: TopicPartition, first: int, until: int) -> None:
        """Offer records without content for the offsets from *first* to *until*, and no others."""
        queue = self._queues[partition] = _Queue(partition, first)
        queue.batches.append(Batch(until, memoryview(b"")))
        queue.skip(until, DELETED)

    def skip(self, partition: TopicPartition, until: int, *, reason: str) -> None:
        """Offer, instead of what cannot be unpacked below *until*, records without content."""
        if (queue := self._queues.get(partition)) is not None:
            queue.skip(until, reason)

    def is_full(self, partition: TopicPartition) -> bool:
        """Tell whether enough of *partition* waits for now."""
        queue = self._queues.get(partition)
        return queue is not None and queue.size >= FULL_BYTES

    def waits(self, partition: TopicPartition) -> bool:
        """Tell whether anything of *partition* waits."""
        return partition in self._queues

    def forget(self, partitions: Collection[TopicPartition] | None = None) -> None:
        """Drop what waits of *partitions*, or everything."""
        for partition in list(self._queues) if partitions is None else partitions:
            self._queues.pop(partition, None)

    def _waiting(self, positions: Mapping[TopicPartition, int]) -> list[TopicPartition]:
        waiting = []
        for partition in list(self._queues):
            if (position := positions.get(partition)) is None:
                continue  # nobody knows yet where we stand
            queue = self._queues[partition]
            queue.move(position)
            if queue.is_empty():
                del self._queues[partition]
            else:
                waiting.append(partition)
        return waiting

    def _limit(self) -> int:
        total = sum(queue.unpacked for queue in self._queues.values())
        return MOST_UNPACKED if total < _UNPACKED_TOTAL else _UNPACKED_BESIDE


class _Queue:
    """What waits of one partition: unpacked records first, then batches."""

    def __init__(self, partition: TopicPartition, position: int) -> None:
        self.batches: deque[Batch] = deque()
        self.size = 0
        self.unpacked = 0
        """Bytes that the first batch takes beyond those that were fetched."""
        self._partition = partition
        self._ready: deque[Record] = deque()
        self._following = position
        """The offset behind all that is ready."""
        self._reading: Iterator[Record] | None = None
        self._broken: Unreadable | None = None

    def is_empty(self) -> bool:
        return not self._ready and not self.batches and self._broken is None

    def move(self, position: int) -> None:
        """Drop what stands below *position*; say so if that is not where the rest begins."""
        ready = self._ready
        while ready and ready[0].offset < position:
            ready.popleft()
        if (ready[0].offset if ready else self._following) != position:
            ready.clear()
            self._following = position
            self._broken = Unreadable("missing", "fetched records do not begin at the position")

    def offer(
        self, most: int, most_bytes: int, limit: Callable[[], int]
    ) -> tuple[list[Record], int]:
        """Return the next records, at least one if there is any, and their size."""
        self._fill(most, limit)
        records: list[Record] = []
        size = 0
        for record in self._ready:
            if len(records) == most or size >= most_bytes:
                break
            size += len(record.value or b"") + len(record.key or b"")
            if records and size > most_bytes:
                break
            records.append(record)
        return records, size

    def fault(self) -> Fault | None:
        """Return why nothing more can be offered."""
        if self._broken is None or self._ready:
            return None
        reason, error = self._broken.reason, self._broken.error
        if not self.batches or reason == "missing":
            return Fault(self._partition, self._following, reason, error)
        until, data = self.batches[0]
        return Fault(self._partition, self._following, reason, error, until, bytes(data))

    def skip(self, until: int, reason: str) -> None:
        self._broken = None
        topic, number = self._partition
        at = datetime.now(UTC)
        self._reading = (
            Record(topic, number, offset, None, None, (), at, reason)
            for offset in range(self._following, until)
        )

    def _fill(self, most: int, limit: Callable[[], int]) -> None:
        try:
            while len(self._ready) < most and self._broken is None and self.batches:
                if self._reading is None and not self._open(self.batches[0], limit):
                    return
                self._collect(self.batches[0].until, most)
        except Unreadable as error:
            self._broken = error

    def _open(self, batch: Batch, limit: Callable[[], int]) -> bool:
        """Unpack *batch*; False if it must wait until others have been read."""
        try:
            data = plain(batch, limit=limit)
        except Unreadable as error:
            if error.reason == "too_large" and limit() < MOST_UNPACKED:
                return False
            raise
        self.unpacked = 0 if data is batch.data else len(data)
        self._reading = records_of(self._partition, data)
        return True

    def _collect(self, until: int, most: int) -> None:
        assert self._reading is not None
        ready, following = self._ready, self._following
        for record in self._reading:
            if record.offset < following:
                continue
            if record.offset != following:
                raise Unreadable("missing", "a batch skips offsets")
            ready.append(record)
            self._following = following = following + 1
            if len(ready) >= most:
                return
        if following != until:
            raise Unreadable("missing", "a batch skips offsets")
        self.size -= len(self.batches.popleft().data)
        self._reading, self.unpacked = None, 0
