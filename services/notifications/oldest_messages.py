"""Reads the number of the oldest message that each participant's topic still holds."""

from collections.abc import Mapping

from aiokafka import TopicPartition

from shared.contracts.outbound import TYPES
from shared.delivery.reading.fetching import FetchingConsumer
from shared.delivery.restore.own_log import opened, parse_published
from shared.process.settings import ServiceSettings

_TOPICS = r"^cri\.out\.[a-z][a-z0-9-]{1,40}\.v1$"
_READ_SECONDS = 5.0


class OldestMessages:
    """
    The number of the oldest message on each participant's topic, as last read.

    A topic keeps messages for some days and up to a size (``deploy/topics.yaml``). Messages
    deleted before the participant read them are lost; this number lets the participant notice.
    """

    def __init__(self) -> None:
        self.numbers: Mapping[str, int] = {}
        self._beginnings: dict[TopicPartition, int] = {}

    async def look(self, settings: ServiceSettings) -> None:
        """Update the numbers: read one record of each topic whose beginning has moved."""
        async with opened(settings, _TOPICS) as topics:
            beginnings, ends = await topics.beginnings(), await topics.ends()
            found: dict[TopicPartition, int | None] = {}
            for partition, beginning in self.moved(beginnings).items():
                found[partition] = 1 if beginning == 0 else None
                if 0 < beginning < ends.get(partition, 0):
                    found[partition] = await _first(topics.consumer, partition, beginning)
        self.note(beginnings, found)

    def moved(self, beginnings: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Return those of *beginnings* whose number is not known."""
        return {
            partition: beginning
            for partition, beginning in beginnings.items()
            if beginning != self._beginnings.get(partition)
        }

    def note(
        self,
        beginnings: Mapping[TopicPartition, int],
        found: Mapping[TopicPartition, int | None],
    ) -> None:
        """Note what was *found* where *beginnings* have moved; without a number, look again."""
        unread = {partition for partition, number in found.items() if number is None}
        numbers = {partition.topic: number for partition, number in found.items()}
        self.numbers = {
            topic: number
            for topic, number in {**self.numbers, **numbers}.items()
            if number is not None
        }
        self._beginnings = {
            partition: beginning
            for partition, beginning in beginnings.items()
            if partition not in unread
        }


async def _first(
    consumer: FetchingConsumer, partition: TopicPartition, beginning: int
) -> int | None:
    """Return the first number on a topic; None if no record was read."""
    consumer.assign([partition])
    consumer.seek(partition, beginning)
    found = await consumer.look({partition: beginning}, 1, seconds=_READ_SECONDS)
    for record in found.records:
        if (event := parse_published(record)) is not None:
            # A heartbeat follows the message whose number it names.
            return event.number + (event.type == TYPES["heartbeat"])
    return None
