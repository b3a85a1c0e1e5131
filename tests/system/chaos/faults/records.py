"""Records that come again, older ones after newer ones, as a relay that wakes sends them."""

import random
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition

from deploy.local.kafka import ADMIN
from deploy.local.stack import Stack
from tests.system.chaos.faults.fault import Fault
from tests.system.chaos.ground import Ground
from tests.system.chaos.login import login


@dataclass(slots=True, kw_only=True)
class Duplicates(Fault):
    """Old records of a service's internal topics are sent again by that service, shuffled."""

    service: str
    count: int
    seed: int

    def begin(self, ground: Ground) -> None:
        draw = random.Random(self.seed)
        found: list[Message] = []
        try:
            for topic in sorted(t.name for t in ground.stack.topics if t.owner == self.service):
                if topic.startswith("cri.int."):
                    found += _read(ground.stack, topic, self.count, draw)
            draw.shuffle(found)
            _send(ground.stack, self.service, found)
        except KafkaException as error:  # another fault has the brokers down
            ground.say(f"no duplicates: {error}")


def _read(stack: Stack, topic: str, count: int, draw: random.Random) -> list[Message]:
    """Return some neighboring records from a place drawn at random in each partition."""
    consumer = Consumer({**login(stack, ADMIN), "group.id": "operator.duplicates"})
    found: list[Message] = []
    try:
        partitions = consumer.list_topics(topic, timeout=5).topics[topic].partitions
        for partition in sorted(partitions):
            place = TopicPartition(topic, partition)
            first, end = consumer.get_watermark_offsets(place, timeout=5)
            if end == first:
                continue
            place.offset = draw.randrange(first, end)
            consumer.assign([place])
            wanted = min(count, end - place.offset)
            found += [m for m in consumer.consume(wanted, timeout=2) if m.error() is None]
    finally:
        consumer.close()
    return found


def _send(stack: Stack, service: str, records: list[Message]) -> None:
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
    producer.flush(10)
