"""How far the log has been read: the moment as of which the figures are complete."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiokafka import TopicPartition
from asyncpg import Pool

from services.reporting import store
from shared.messaging.fetching import FetchingConsumer
from shared.messaging.own_log import opened
from shared.runtime.settings import ServiceSettings

_SECONDS = 3.0


class NotRead(Exception):
    """The oldest record that waits could not be read in time."""


class Reading:
    """
    Says as of when the figures are complete, from what Kafka and the checkpoints say now.

    Everything that was on the log by that moment is counted. While records wait to be taken in it
    is the time of the oldest of them; when none does, the time at which Kafka was asked. A look
    that fails leaves the moment where it was: it only moves with proof.
    """

    def __init__(self, settings: ServiceSettings, *, topics: str) -> None:
        self._settings = settings
        self._topics = topics

    async def look(self, pool: "Pool[Any]") -> None:
        """Bring ``read_to`` up to date. Raises what Kafka, Postgres or the network raised."""
        async with asyncio.timeout(_SECONDS), opened(self._settings, self._topics) as topics:
            at = await store.read_clock(pool)  # before the ends: what came by then is below them
            ends = await topics.ends()
            positions = await store.read_positions(pool)
            waiting = {
                p: positions.get(p, 0) for p, end in ends.items() if positions.get(p, 0) < end
            }
            if waiting:
                beginnings = await topics.beginnings()
                first = {p: max(offset, beginnings[p]) for p, offset in waiting.items()}
                at = min(at, await _oldest(topics.consumer, first))
            await store.raise_as_of(pool, at)


async def _oldest(consumer: FetchingConsumer, positions: Mapping[TopicPartition, int]) -> datetime:
    """Return when the oldest of the records at *positions* came."""
    consumer.assign(list(positions))
    for partition, offset in positions.items():
        consumer.seek(partition, offset)
    left = dict(positions)
    moments = []
    while left:
        found = await consumer.look(left, len(left) * 500, seconds=_SECONDS)
        for record in found.records:
            if left.pop(TopicPartition(record.topic, record.partition), None) is not None:
                moments.append(record.at)
        if found.faults or not found.records:
            raise NotRead
    return min(moments)
