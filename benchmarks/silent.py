"""Measures how long the first record of a silent participant waits for its answer."""

import json
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection

from confluent_kafka import Consumer, Producer, TopicPartition

from benchmarks.login import Login
from deploy.participants.client import envelope

EVERY_SECONDS = 0.2
_PATIENCE = 30.0


def run(pipe: "Connection", login: Login) -> None:
    """Serve each list of participants: send a question from each, answer with the waits."""
    producer = Producer({**login.settings(), "linger.ms": 0, "client.id": "measurer-silent"})
    while True:
        try:
            participants = pipe.recv()
            producer.list_topics()  # otherwise each first record waits for the client's metadata
            consumer = _consumer(login, participants)
            pipe.send("ready")
            pipe.recv()
            pipe.send(_waits(producer, consumer, participants))
            consumer.close()
        except (EOFError, BrokenPipeError, KeyboardInterrupt):
            return


def _waits(
    producer: Producer, consumer: Consumer, participants: Sequence[str]
) -> list[float | None]:
    """Return the seconds until each answer arrived; None without an answer."""
    waits: list[float | None] = []
    start = time.monotonic()
    for number, participant in enumerate(participants):
        time.sleep(max(0.0, start + number * EVERY_SECONDS - time.monotonic()))
        source = f"urn:cri:{participant}:case-system"
        asked = envelope("status.ask", {"about": "all"}, source=source, subject=participant)
        sent = time.monotonic()
        producer.produce(f"cri.in.{participant}.v1", json.dumps(asked).encode(), partition=0)
        producer.poll(0)
        waits.append(_wait(consumer, f"cri.out.{participant}.v1", sent))
    return waits


def _wait(consumer: Consumer, topic: str, sent: float) -> float | None:
    while time.monotonic() < sent + _PATIENCE:
        record = consumer.poll(0.1)
        if record is not None and record.error() is None and record.topic() == topic:
            return time.monotonic() - sent
    return None


def _consumer(login: Login, participants: Sequence[str]) -> Consumer:
    consumer = Consumer(
        {
            **login.settings(),
            "group.id": "measurer.silent",  # no group is formed: partitions are assigned
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "fetch.wait.max.ms": 100,
        }
    )
    ends = []
    for participant in participants:
        place = TopicPartition(f"cri.out.{participant}.v1", 0)
        ends.append(TopicPartition(place.topic, 0, consumer.get_watermark_offsets(place)[1]))
    consumer.assign(ends)
    return consumer
