"""
A Kafka consumer in which a fault of one partition does not affect the others.

``getmany`` of aiokafka 0.14.0 raises an error of one partition (a codec, a header key, a missing
permission) for all partitions and loses the records before it. Therefore fetch responses are
taken here, before aiokafka's fetcher sees them. The fetcher still sends the requests and follows
leaders and assignments, but never holds a record. This depends on aiokafka's internals, as do the
modules beside it that build its requests and read its batches. A solution of
https://github.com/aio-libs/aiokafka/issues/321 would make half of this unnecessary.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka import errors as kafka_errors
from aiokafka.protocol.fetch import FetchRequest

from shared.delivery.reading.buffer import Buffer, Fault, Found
from shared.delivery.reading.fetch_sessions import FetchSession, Place, Wanted
from shared.delivery.reading.pacing import Pacing
from shared.delivery.reading.record_batches import Unreadable
from shared.process.waking import woken

OFFSETS_GONE, NOT_AUTHORIZED = "offsets_gone", "not_authorized"
_FULL, _FAULT = "full", "fault"
# aiokafka renews its metadata for these; the next fetch goes to the right broker.
_MOVED = frozenset(
    error.errno
    for error in (
        kafka_errors.NotLeaderForPartitionError,
        kafka_errors.UnknownTopicOrPartitionError,
        kafka_errors.LeaderNotAvailableError,
    )
)
_REASONS = {
    kafka_errors.OffsetOutOfRangeError.errno: OFFSETS_GONE,
    kafka_errors.TopicAuthorizationFailedError.errno: NOT_AUTHORIZED,
}


class FetchingConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """Returns records from `look`; the inherited ``getmany`` and ``getone`` return none."""

    def __init__(
        self,
        *topics: str,
        batched_topics: Collection[str] = (),
        gather_seconds: float = 0,
        **arguments: Any,
    ) -> None:
        super().__init__(*topics, **arguments)
        self._pacing = Pacing(batched_topics=batched_topics, gather_seconds=gather_seconds)
        self._buffer = Buffer()
        self._faults: dict[TopicPartition, Fault] = {}
        self._pauses: defaultdict[TopicPartition, set[str]] = defaultdict(set)
        self._has_arrived = asyncio.Event()
        self._answered: dict[TopicPartition, float] = {}
        self._watched: dict[TopicPartition, int | None] = {}
        """Partitions that had a fault, and from which offset each last had nothing new."""
        self._nothing_at = float("-inf")
        """When a partition that had no fault last answered that it has nothing new."""
        self._sessions: defaultdict[int, FetchSession] = defaultdict(FetchSession)
        """By broker."""
        self._send_request = self._client.send
        self._client.send = self._send

    async def look(
        self, positions: Mapping[TopicPartition, int], most: int, *, seconds: float
    ) -> Found:
        """
        Return at most *most* records from *positions* on, and the partitions that have a fault.

        Waits at most *seconds* if there are none. A partition with a fault is not fetched until
        `retry`, `skip` or `seek`. Records are returned again until their position has moved.
        """
        self._pacing.end()
        await self.getmany()  # raises errors of the group, and waits for a running assignment
        found = self._take(positions, most)
        if not found.records and not found.faults:
            self._has_arrived.clear()
            if not await woken(self._has_arrived, within=seconds):
                return found
            await self._pacing.next_batch()
            found = self._take(positions, most)
        return found

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Fetch *partition* from *offset* on; drop its fetched records."""
        super().seek(partition, offset)
        self._buffer.forget([partition])
        self._faults.pop(partition, None)
        self._resume(_FULL, [partition])
        self._resume(_FAULT, [partition])

    def seek_past_deleted(self, partition: TopicPartition, first: int, until: int) -> None:
        """Offer records without content from *first* on, and fetch from *until* on."""
        self.seek(partition, until)
        self._buffer.add_deleted(partition, first, until)
        self._has_arrived.set()

    def retry(self, partition: TopicPartition, offset: int, *, after: float) -> None:
        """Fetch *partition* from *offset* on, in *after* seconds."""
        if partition in self.assignment():
            self.watch(partition)
            self.seek(partition, offset)
            self.pause_for(_FAULT, [partition], seconds=after)

    def watch(self, partition: TopicPartition) -> None:
        """Let `has_nothing` tell of *partition*, from the next answer on."""
        self._watched[partition] = None

    def skip(self, partition: TopicPartition, until: int, *, reason: str) -> None:
        """Offer records without content in place of those below *until*, and continue there."""
        self._buffer.skip(partition, until, reason=reason)
        self._resume(_FAULT, [partition])

    def forget(self) -> None:
        """Drop everything that was fetched: the partitions are about to change."""
        self._buffer.forget()
        self._faults.clear()
        self._pauses.clear()
        self._answered.clear()
        self._watched.clear()
        for session in self._sessions.values():
            session.reset()

    def waits(self, partition: TopicPartition) -> bool:
        """Tell whether fetched records of *partition* wait to be taken in."""
        return self._buffer.waits(partition)

    def others_answer(self, partition: TopicPartition, since: float) -> bool:
        """Tell whether a partition other than *partition* was fetched successfully *since*."""
        others = (at for other, at in self._answered.items() if other != partition)
        return any(at >= since for at in (self._nothing_at, *others))

    def has_nothing(self, partition: TopicPartition, offset: int) -> bool:
        """Tell whether a watched *partition* was fetched from *offset* on, and had nothing new."""
        return self._watched.get(partition) == offset

    def pause_for(
        self, reason: str, partitions: Iterable[TopicPartition], *, seconds: float
    ) -> None:
        """Fetch nothing of *partitions* for some *seconds*."""
        paused = list(partitions)
        self._pause(reason, paused)
        asyncio.get_running_loop().call_later(seconds, self._resume, reason, paused)

    def _pause(self, reason: str, partitions: Iterable[TopicPartition]) -> None:
        assigned = self.assignment()
        for partition in partitions:
            if partition in assigned:
                self._pauses[partition].add(reason)
                self.pause(partition)

    def _resume(self, reason: str, partitions: Collection[TopicPartition]) -> None:
        assigned = self.assignment()
        for partition in partitions:
            if (reasons := self._pauses.get(partition)) is None or reason not in reasons:
                continue
            reasons.discard(reason)
            if not reasons and partition in assigned:
                self.resume(partition)

    def _take(self, positions: Mapping[TopicPartition, int], most: int) -> Found:
        found = self._buffer.take(positions, most)
        self._pacing.begin(found.records, most)
        if found.faults:
            self._pause(_FAULT, [fault.partition for fault in found.faults])
        for partition in [p for p, fault in self._faults.items() if p in positions]:
            if not self._buffer.waits(partition):  # earlier records are taken in first
                found.faults.append(self._faults.pop(partition))
        full = [p for p, reasons in self._pauses.items() if _FULL in reasons]
        self._resume(_FULL, [p for p in full if not self._buffer.is_full(p)])
        return found

    # --- between the client and its fetcher ----------------------------------------------

    async def _send(self, node: int, request: Any, **arguments: Any) -> Any:
        if not isinstance(request, FetchRequest):
            return await self._send_request(node, request, **arguments)
        request = await self._pacing.next_fetch(request)
        subscription = self._subscription.subscription
        assignment = subscription.assignment if subscription is not None else None
        session = self._sessions[node]
        sent = session.request(request)
        try:
            response = await self._send_request(node, sent, **arguments)
        except BaseException:
            session.reset()
            raise
        if not session.accept(response):
            response.topics = []
        elif assignment is not None and assignment.active:
            if not response.throttle_time_ms:  # a throttled response names no partitions
                self._note_nothing(sent.wanted, _with_news(response.topics))
            response.topics = [
                (topic, [a for a in answers if not self._keep(assignment, topic, a, sent.wanted)])
                for topic, answers in response.topics
            ]
        return response

    def _note_nothing(self, wanted: Wanted, news: Collection[Place]) -> None:
        """Note which of the *wanted* partitions can be read and have nothing new."""
        watched = [p for p in self._watched if p in wanted and p not in news]
        for partition in watched:
            self._watched[partition], _ = wanted[partition]
        if len(wanted) - len(news) > len(watched):
            self._nothing_at = time.monotonic()

    def _keep(self, assignment: Any, topic: str, answer: Any, wanted: Wanted) -> bool:
        """Keep the records or fault of *answer*; False if aiokafka's fetcher is to handle it."""
        number, code, highwater, *_, data = answer
        if code == 0 and not data:
            return False
        partition, (offset, _) = TopicPartition(topic, number), wanted[topic, number]
        state = assignment.state_value(partition)
        if not state.has_valid_position or state.position != offset:
            return True  # a seek has moved the position meanwhile
        if code in _MOVED:
            return False
        if code != 0:
            error = kafka_errors.for_code(code).__name__
            self._client.force_metadata_update()
            self._note(Fault(partition, offset, _REASONS.get(code, "fetch_failed"), error))
            return True
        self._answered[partition] = time.monotonic()
        state.highwater = highwater
        try:
            state.consumed_to(self._buffer.add(partition, data, offset))
        except Unreadable as error:
            self._note(Fault(partition, offset, error.reason, error.error))
            return True
        if self._buffer.is_full(partition):
            self._pause(_FULL, [partition])
        self._pacing.fetched()
        self._has_arrived.set()
        return True

    def _note(self, fault: Fault) -> None:
        self._faults[fault.partition] = fault
        self._pause(_FAULT, [fault.partition])
        self._has_arrived.set()


def _with_news(topics: Iterable[tuple[str, Iterable[Any]]]) -> set[Place]:
    """Return the partitions that were answered with records or an error."""
    return {
        (topic, number)
        for topic, answers in topics
        for number, code, *_, data in answers
        if code != 0 or data
    }
