"""Which of the messages written for a participant its topic still holds."""

from collections.abc import Mapping
from typing import Any

from aiokafka import TopicPartition

from shared.contracts.outbound import TYPES
from shared.messaging.own_log import announced, opened
from shared.runtime.settings import ServiceSettings

_TOPICS = r"^cri\.out\.[a-z][a-z0-9-]{1,40}\.v1$"
_READ_SECONDS = 5.0


class Oldest:
    """
    The number of the oldest message on each participant's topic, as of the last look.

    A topic keeps messages for some days and up to a size (``deploy/topics.yaml``). What it has
    deleted unread is lost to the participant, which must be able to tell.
    """

    def __init__(self) -> None:
        self.numbers: Mapping[str, int] = {}
        self._beginnings: dict[TopicPartition, int] = {}

    async def look(self, settings: ServiceSettings) -> None:
        """Look at every topic; read one record of each that has deleted something since."""
        async with opened(settings, _TOPICS) as topics:
            beginnings = await topics.beginnings()
            numbers = dict(self.numbers)
            for partition, beginning in beginnings.items():
                if beginning != self._beginnings.get(partition):
                    numbers.pop(partition.topic, None)
                    number = 1 if beginning == 0 else await _first(topics.consumer, partition)
                    if number is not None:
                        numbers[partition.topic] = number
            self.numbers, self._beginnings = numbers, beginnings


async def _first(consumer: Any, partition: TopicPartition) -> int | None:
    """Return the first number on a topic; None where nothing tells."""
    consumer.assign([partition])
    await consumer.seek_to_beginning(partition)
    found = await consumer.getmany(timeout_ms=_READ_SECONDS * 1000, max_records=1)
    for record in found.get(partition, ()):
        if (event := announced(record)) is not None:
            # A heartbeat stands behind the message whose number it names.
            return event.number + (event.type == TYPES["heartbeat"])
    return None
