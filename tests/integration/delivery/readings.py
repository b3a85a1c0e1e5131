"""A consumer alone, without a database, and what it fetches."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.protocol.fetch import FetchRequest

from shared.delivery import kafka
from shared.delivery.reading.fetching import FetchingConsumer
from shared.delivery.records import Record
from shared.process.settings import ServiceSettings
from tests.examples.batches import batch
from tests.integration.delivery.consumers import until
from tests.integration.delivery.participants import GOOD, Participants

BUSY = TopicPartition(GOOD, 0)


class Reading:
    """Reads *places* from their start, takes everything in, and notes what is fetched."""

    def __init__(self, consumer: FetchingConsumer, places: Collection[TopicPartition]) -> None:
        self.positions = dict.fromkeys(places, 0)
        self.batch_seconds = 0.0
        """How long it takes to take records in."""
        self.batches = 0
        self.fetched_after: list[float] = []
        """The seconds from the beginning of a batch, as the consumer notes it, to a fetch."""
        self.records: dict[TopicPartition, list[Record]] = {place: [] for place in places}
        self.fetches = 0
        self.named: Counter[TopicPartition] = Counter()
        self.consumer = consumer
        self._assigning: tuple[list[TopicPartition], asyncio.Event] | None = None
        self._news = asyncio.Condition()
        self._send = consumer._send_request
        consumer._send_request = self._count
        self._next_fetch = consumer._pacing.next_fetch
        # The ignore: this method takes the place of the consumer's, to note when it returns.
        consumer._pacing.next_fetch = self._note_fetch  # type: ignore[method-assign]

    async def _count(self, node: int, request: Any, **arguments: Any) -> Any:
        if not isinstance(request, FetchRequest):
            return await self._send(node, request, **arguments)
        for topic, partitions in request.topics:
            self.named.update(TopicPartition(topic, number) for number, *_ in partitions)
        response = await self._send(node, request, **arguments)
        self.fetches += 1
        return response

    async def _note_fetch(self, whole: FetchRequest) -> FetchRequest:
        request = await self._next_fetch(whole)
        if self.batches:
            self.fetched_after.append(time.monotonic() - self.consumer._pacing._turns._began)
        return request

    async def run(self) -> None:
        while True:
            self._assign()
            found = await self.consumer.look(self.positions, 500, seconds=1)
            assert not found.faults, found.faults
            if found.records:
                self.batches += 1
                await asyncio.sleep(self.batch_seconds)  # a batch that takes this long
            for record in found.records:
                place = TopicPartition(record.topic, record.partition)
                assert record.offset == self.positions[place]
                self.positions[place] += 1
                self.records[place].append(record)
            async with self._news:
                self._news.notify_all()

    async def assign(self, places: list[TopicPartition]) -> None:
        """Read other *places* from now on; like a rebalance, wait for the running batch."""
        done = asyncio.Event()
        self._assigning = places, done
        await done.wait()

    def _assign(self) -> None:
        if self._assigning is not None:
            places, done = self._assigning
            self.consumer.forget()
            self.consumer.assign(places)
            for place in places:
                self.consumer.seek(place, self.positions[place])
            self._assigning = None
            done.set()

    async def fetches_on(self, number: int) -> None:
        """Return after another *number* of fetches."""
        wanted = self.fetches + number

        async def is_reached() -> bool:
            return self.fetches >= wanted

        await until(is_reached)

    async def begins(self, number: int) -> None:
        """Return after a *number* of batches have begun."""
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: self.batches >= number)

    async def holds(self, place: TopicPartition, number: int) -> None:
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: len(self.records[place]) >= number)


@asynccontextmanager
async def reading(
    settings: ServiceSettings, places: Collection[TopicPartition]
) -> AsyncIterator[Reading]:
    consumer = FetchingConsumer(
        **kafka.security(settings), enable_auto_commit=False, fetch_max_wait_ms=200
    )
    await consumer.start()
    try:
        await consumer.end_offsets(places)  # a broker does not lead a new topic at once
        consumer.assign(places)
        for place in places:
            consumer.seek(place, 0)
        found = Reading(consumer, places)
        running = asyncio.create_task(found.run())
        yield found
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    finally:
        await consumer.stop()


@asynccontextmanager
async def traffic(door: Participants) -> AsyncIterator[None]:
    """Keep one partition busy."""

    async def send() -> None:
        while True:
            await door.send(GOOD, batch(b"busy"))

    sending = asyncio.create_task(send())
    yield
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
