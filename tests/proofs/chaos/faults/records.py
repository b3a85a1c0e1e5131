"""Repeated records, older after newer ones, as a relay sends them that wakes up."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition

from deploy.local.stack import Stack
from deploy.stack.kafka import ADMIN
from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.login import login
from tests.proofs.chaos.rig import Rig


@dataclass(slots=True, kw_only=True)
class Duplicates(Fault):
    """Old records of a service's internal topics are sent again by that service, shuffled."""

    service: str
    count: int
    seed: int

    def begin(self, rig: Rig) -> None:
        draw = random.Random(self.seed)
        found: list[Message] = []
        self.has_hit = False
        try:
            for topic in sorted(t.name for t in rig.stack.topics if t.owner == self.service):
                if topic.startswith("cri.int."):
                    found += some_of(rig, topic, self.count, draw)
            draw.shuffle(found)
            send(rig.stack, self.service, found)
            self.has_hit = bool(found)
        except KafkaException as error:  # another fault has the brokers down
            rig.say(f"no duplicates: {error}")


def some_of(rig: Rig, topic: str, count: int, draw: random.Random) -> list[Message]:
    """Return some neighboring records from a place drawn at random in each partition."""
    found: list[Message] = []
    consumer = _consumer(rig.stack)
    try:
        for partition, first, end in _partitions(consumer, topic):
            start = draw.randrange(first, end)
            consumer.assign([TopicPartition(topic, partition, start)])
            found += consumer.consume(min(count, end - start), timeout=2)
    finally:
        consumer.close()
    return [record for record in found if _is_ours(rig, record)]


def all_of(rig: Rig, topic: str) -> list[Message]:
    """Return every record of a topic in the order of each partition, without second copies."""
    found: list[Message] = []
    consumer = _consumer(rig.stack)
    try:
        for partition, first, end in _partitions(consumer, topic):
            consumer.assign([TopicPartition(topic, partition, first)])
            left = end - first
            while left > 0:
                read = consumer.consume(min(left, 10_000), timeout=5)
                if not read:
                    break  # another fault has the brokers down
                left -= len(read)
                found += read
    finally:
        consumer.close()
    originals: dict[bytes | None, Message] = {}
    for record in found:
        if _is_ours(rig, record):
            originals.setdefault(record.value(), record)
    return list(originals.values())


def send(stack: Stack, service: str, records: Iterable[Message]) -> None:
    """Send them to the partitions that they are from, with the service's own credentials."""
    producer = Producer({**login(stack, service), "message.timeout.ms": 5000})
    for record in records:
        topic, partition = record.topic(), record.partition()
        assert topic is not None
        assert partition is not None
        producer.produce(
            topic,
            record.value(),
            record.key(),
            partition=partition,
            headers=record.headers(),
        )
        if len(producer) > 10_000:
            producer.flush(10)
    producer.flush(10)


def _consumer(stack: Stack) -> Consumer:
    return Consumer({**login(stack, ADMIN), "group.id": "operator.duplicates"})


def _partitions(consumer: Consumer, topic: str) -> Iterator[tuple[int, int, int]]:
    """Yield number, first offset and end of each partition that holds something."""
    for partition in sorted(consumer.list_topics(topic, timeout=5).topics[topic].partitions):
        place = TopicPartition(topic, partition)
        first, end = consumer.get_watermark_offsets(place, timeout=5)
        if first < end:
            yield partition, first, end


def _is_ours(rig: Rig, record: Message) -> bool:
    """Return whether a service wrote the record; injected ones are not sent again."""
    value, offset = record.value(), record.offset()
    if record.error() is not None or offset is None:
        return False
    assert value is None or isinstance(value, bytes)
    place = str(record.topic()), record.partition() or 0, offset
    return not rig.fault_ledger.is_foreign(*place, value)
