"""Dumps every topic from its first offset to its present end."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from tests.proofs.checker.lines import new_file, written

Ends = dict[str, dict[str, list[int]]]
_SECONDS = 30.0


class Topics:
    """All topics of the product as an administrator reads them; belongs to no group."""

    def __init__(self, login: Mapping[str, Any]) -> None:
        self._consumer = Consumer(
            {
                **login,
                "group.id": "checker",
                "enable.auto.commit": False,
                "enable.partition.eof": False,
                "auto.offset.reset": "error",
                "fetch.message.max.bytes": 4 * 1024 * 1024,
            }
        )

    def ends(self) -> Ends:
        """Return the first and the next offset of every partition."""
        found: Ends = {}
        topics = self._consumer.list_topics(timeout=_SECONDS).topics
        for name in sorted(each for each in topics if each.startswith("cri.")):
            found[name] = {}
            for number in sorted(topics[name].partitions):
                partition = TopicPartition(name, number)
                low, high = self._consumer.get_watermark_offsets(partition, timeout=_SECONDS)
                found[name][str(number)] = [low, high]
        return found

    def write(self, folder: Path, ends: Ends) -> None:
        """Write the records of each topic below *ends*: in order within a partition."""
        with ExitStack() as stack:
            files = {
                topic: stack.enter_context(new_file(folder / f"{topic}.jsonl")) for topic in ends
            }
            for message in self._messages(ends):
                files[str(message.topic())].write(json.dumps(_line(message)) + "\n")

    def close(self) -> None:
        """Leave."""
        self._consumer.close()

    def _messages(self, ends: Ends) -> Iterator[Message]:
        left = {
            (topic, int(number)): high
            for topic, partitions in ends.items()
            for number, (low, high) in partitions.items()
            if low < high
        }
        self._consumer.assign(
            [TopicPartition(topic, number, ends[topic][str(number)][0]) for topic, number in left]
        )
        deadline = time.monotonic() + _SECONDS
        while left:
            for message in self._consumer.consume(1000, timeout=0.2):
                if (error := message.error()) is not None:
                    raise KafkaException(error)
                deadline = time.monotonic() + _SECONDS
                partition = str(message.topic()), message.partition() or 0
                following = (message.offset() or 0) + 1
                if following <= left.get(partition, 0):
                    yield message
                if following >= left.get(partition, following + 1):
                    del left[partition]
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing more comes from {sorted(left)[:5]}")
        self._consumer.unassign()


def _line(message: Message) -> dict[str, Any]:
    headers: Any = message.headers() or []  # typed as a mapping, too, which it never is
    return {
        "partition": message.partition(),
        "offset": message.offset(),
        "timestamp": message.timestamp()[1],
        "key": written(_bytes(message.key())),
        "value": written(_bytes(message.value())),
        "headers": [[name, written(_bytes(value))] for name, value in headers],
    }


def _bytes(data: str | bytes | None) -> bytes | None:
    return data.encode() if isinstance(data, str) else data
