"""Reads each partition's first and next offset, and when a record was appended."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from continuum.rebuild.log import Log
from continuum.status.observation import Ends, Place, Unavailable

SECONDS = 5.0
_CLOSE_SECONDS = 1.0
_OUTAGE = (KafkaError, OSError, TimeoutError)
_FIRST = 0
_EXACT_MS = 1000
Found = tuple[int, int]
"""The offset and the time (in milliseconds) of a record."""
Search = Callable[[Mapping[Place, int]], Awaitable[Mapping[Place, Found | None]]]
"""Finds each partition's first record at or after a time (in milliseconds)."""


class LogEnds:
    """
    Kafka as the operator may see it: names, offsets and times, no contents.

    All of it needs only the right to describe a topic, so it includes topics that only services
    may read.
    """

    def __init__(self, admin: Any, consumer: Any) -> None:
        self._admin = admin
        self._consumer = consumer

    async def read(self) -> Ends | Unavailable:
        """Return the span of every partition that the operator may describe."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._read()
        except _OUTAGE as error:
            return unavailable(error)

    async def _read(self) -> Ends:
        topics = await self._admin.describe_topics()
        described = [
            (TopicPartition(topic["topic"], each["partition"]), each["leader"])
            for topic in topics
            for each in topic["partitions"]
        ]
        # Without a group, aiokafka 0.14 looks up the leaders of one unknown topic at a time:
        # set all topics at once.
        await self._consumer._client.set_topics([topic["topic"] for topic in topics])
        led = [place for place, leader in described if leader >= 0]
        begin = await self._consumer.beginning_offsets(led)
        end = await self._consumer.end_offsets(led)
        return Ends(
            {Place(*each): (begin[each], end[each]) for each in led},
            [Place(*place) for place, leader in described if leader < 0],
        )

    async def appended_at(self, offsets: Mapping[Place, int]) -> Mapping[Place, datetime]:
        """Return when the record at each offset was appended; unknown ones are left out."""
        with suppress(*_OUTAGE):
            async with asyncio.timeout(SECONDS):
                return await appended_at(self._search, offsets)
        return {}

    async def _search(self, times: Mapping[Place, int]) -> Mapping[Place, Found | None]:
        asked = {TopicPartition(*place): time for place, time in times.items()}
        found = await self._consumer.offsets_for_times(asked)
        return {
            Place(*place): None if each is None else (each.offset, each.timestamp)
            for place, each in found.items()
        }


async def appended_at(search: Search, offsets: Mapping[Place, int]) -> Mapping[Place, datetime]:
    """
    Find the append times of records, to the second, by a binary search over time.

    Topics use the broker's append time, so times grow with offsets. The time of a record is the
    latest at which the first record found is that record or an earlier one.
    """
    latest = round((datetime.now(UTC) + timedelta(minutes=1)).timestamp() * 1000)
    low: dict[Place, int] = {}
    high = dict.fromkeys(offsets, latest)
    found = await search(dict.fromkeys(offsets, _FIRST))
    for place, first in found.items():
        if first is not None and first[0] <= offsets[place]:
            low[place] = first[1]
    while open_still := [place for place in low if high[place] - low[place] > _EXACT_MS]:
        middle = {place: (low[place] + high[place] + 1) // 2 for place in open_still}
        found = await search(middle)
        for place, time in middle.items():
            record = found[place]
            if record is not None and record[0] <= offsets[place]:
                low[place] = max(record[1], time)
            else:
                high[place] = time - 1
    return {place: datetime.fromtimestamp(time / 1000, UTC) for place, time in low.items()}


@asynccontextmanager
async def log_ends(log: Log) -> AsyncIterator[LogEnds | Unavailable]:
    """Connect to Kafka as the operator; give `Unavailable` if that fails within seconds."""
    login = log.login | {"request_timeout_ms": round(SECONDS * 1000)}
    async with AsyncExitStack() as stack:
        admin = AIOKafkaAdminClient(**login)
        consumer = AIOKafkaConsumer(**login, group_id=None, enable_auto_commit=False)
        stack.push_async_callback(_close, [admin.close, consumer.stop])
        try:
            async with asyncio.timeout(SECONDS):
                await asyncio.gather(admin.start(), consumer.start())
        except _OUTAGE as error:
            yield unavailable(error)
            return
        yield LogEnds(admin, consumer)


def unavailable(error: BaseException) -> Unavailable:
    """Return *error* as `Unavailable`."""
    if isinstance(error, TimeoutError):
        return Unavailable(f"no answer in {SECONDS:.0f} s")
    return Unavailable(f"{type(error).__name__}: {error}")


async def _close(closes: Iterable[Callable[[], Awaitable[None]]]) -> None:
    for close in closes:
        with suppress(*_OUTAGE):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await close()
