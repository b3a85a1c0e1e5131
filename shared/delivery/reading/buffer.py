"""
Fetched records that are not yet taken in, by partition, offered in turn.

Batches are unpacked only as far as needed. An offered record stays in the buffer until the
position of its partition has moved past it, so a batch may be taken in partly.
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
"""Most records of one partition in a batch; then the next partition is served."""
FAIR_RECORDS = 64
FAIR_BYTES = 262_144
"""Most records and bytes of one participant in a batch while another partition waits."""
BATCH_BYTES = 4_194_304
FULL_BYTES = 524_288
"""A partition with this many bytes in the buffer is not fetched."""
_UNPACKED_TOTAL = 4 * MOST_UNPACKED
_UNPACKED_BESIDE = MOST_UNPACKED // 16
"""Beyond the total only small batches are unpacked: large ones must not block the others."""


class Fault(NamedTuple):
    """
    Why *partition* cannot be read at *offset*; other partitions are not affected.

    If a batch cannot be unpacked, *until* is the offset after it and *data* its bytes.
    """

    partition: TopicPartition
    offset: int
    reason: str
    error: str
    until: int | None = None
    data: bytes | None = None


class Found(NamedTuple):
    """The next records, per partition contiguous from its position, and the faults found."""

    records: list[Record]
    faults: list[Fault]


class Buffer:
    """Partitions with waiting records, the least recently served first."""

    def __init__(self) -> None:
        self._queues: OrderedDict[TopicPartition, _Queue] = OrderedDict()

    def add(self, partition: TopicPartition, data: bytes, position: int) -> int:
        """
        Keep the data of a fetch from *position*; return the position of the next fetch.

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
        """Offer records without content in place of those below *until*, which are unreadable."""
        if (queue := self._queues.get(partition)) is not None:
            queue.skip(until, reason)

    def is_full(self, partition: TopicPartition) -> bool:
        """Tell whether no more of *partition* should be fetched for now."""
        queue = self._queues.get(partition)
        return queue is not None and queue.size >= FULL_BYTES

    def waits(self, partition: TopicPartition) -> bool:
        """Tell whether anything of *partition* waits."""
        return partition in self._queues

    def forget(self, partitions: Collection[TopicPartition] | None = None) -> None:
        """Drop the records of *partitions*, or all records."""
        for partition in list(self._queues) if partitions is None else partitions:
            self._queues.pop(partition, None)

    def _waiting(self, positions: Mapping[TopicPartition, int]) -> list[TopicPartition]:
        waiting = []
        for partition in list(self._queues):
            if (position := positions.get(partition)) is None:
                continue  # its checkpoint has not been read yet
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
    """The waiting records of one partition: unpacked records first, then batches."""

    def __init__(self, partition: TopicPartition, position: int) -> None:
        self.batches: deque[Batch] = deque()
        self.size = 0
        self.unpacked = 0
        """Size of the first batch after decompression; 0 if it is not compressed."""
        self._partition = partition
        self._ready: deque[Record] = deque()
        self._following = position
        """The offset after the last unpacked record."""
        self._reading: Iterator[Record] | None = None
        self._broken: Unreadable | None = None

    def is_empty(self) -> bool:
        return not self._ready and not self.batches and self._broken is None

    def move(self, position: int) -> None:
        """Drop records below *position*; note a fault if the next record is not at *position*."""
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
        """Return the next records and their size; at least one record if any is ready."""
        self._fill(most, limit)
        records: list[Record] = []
        size = 0
        for record in self._ready:
            if len(records) == most or size >= most_bytes:
                break
            size += _size(record)
            if records and size > most_bytes:
                break
            records.append(record)
        return records, size

    def fault(self) -> Fault | None:
        """Return the fault that prevents offering more, if any."""
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


def _size(record: Record) -> int:
    headers = sum(len(name) + len(value or b"") for name, value in record.headers)
    return len(record.value or b"") + len(record.key or b"") + headers
