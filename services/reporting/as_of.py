"""Tracks how far reporting has read the log: the time up to which its figures are complete."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiokafka import TopicPartition
from asyncpg import Pool

from services.reporting import store
from shared.delivery.reading.fetching import FetchingConsumer
from shared.delivery.restore.own_log import opened
from shared.process.settings import ServiceSettings

_SECONDS = 3.0


class RecordUnavailable(TimeoutError):
    """The oldest waiting record could not be read in time."""


class AsOf:
    """
    Computes the figures' as-of time by comparing Kafka's log ends with the checkpoints.

    Everything on the log by that time is counted. It is the time of the oldest waiting record or,
    if none waits, the time of the comparison. A failed update leaves it unchanged.
    """

    def __init__(self, settings: ServiceSettings, *, topics: str) -> None:
        self._settings = settings
        self._topics = topics

    async def update(self, pool: "Pool[Any]") -> None:
        """Write the as-of time to ``read_to``. Raises Kafka, Postgres and network errors."""
        async with asyncio.timeout(_SECONDS), opened(self._settings, self._topics) as topics:
            at = await store.read_clock(pool)  # before the ends, which then include all up to it
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
    """Return the time of the oldest record at *positions*."""
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
            raise RecordUnavailable
    return min(moments)
