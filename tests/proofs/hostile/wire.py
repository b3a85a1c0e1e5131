"""One participant's own connection: what it sends, where that stands, what answers it."""

import asyncio
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka import TopicPartition as AioPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.produce import ProduceRequest
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from tests.proofs.hostile.attack import RawBatch, Record

Settings = Mapping[str, str | int | float | bool]
_LARGEST = 600 * 2**20


def outcome(message: Mapping[str, Any]) -> str:
    """Return what an answer says: applied, accepted, told, or the first reason's code."""
    reasons = message["data"].get("reasons")
    if reasons and str(message["type"]).endswith("refused.v1"):
        return str(reasons[0]["code"])
    return str(message["type"]).split(".")[-2]


class Wire:
    """Sends with a participant's credentials, and reads its ``out`` topic from now on."""

    def __init__(self, settings: Settings, participant: str) -> None:
        self._settings = dict(settings)
        self._topic = f"cri.in.{participant}.v1"
        self._consumer = Consumer(
            {**settings, "group.id": f"{participant}.hostile", "fetch.wait.max.ms": 100}
        )
        out = TopicPartition(f"cri.out.{participant}.v1", 0)
        _, end = self._consumer.get_watermark_offsets(out, timeout=30)
        out.offset = end
        self._consumer.assign([out])
        self.expected: dict[str, frozenset[str]] = {}
        """What the answer to each record at this place may be."""
        self.answers: dict[str, dict[str, str]] = {}
        """What has been answered to each place, by the id of the answer."""
        self.refused = 0

    def forget(self) -> None:
        """Begin to count anew."""
        self.expected.clear()
        self.answers.clear()
        self.refused = 0

    def producer(self, more: Mapping[str, str | int]) -> Producer:
        """Return a producer that sends what it is given without an opinion about its size."""
        own: dict[str, Any] = {
            "message.max.bytes": _LARGEST,
            "queue.buffering.max.messages": 500_000,
            "queue.buffering.max.kbytes": 2_000_000,
            "linger.ms": 5,
            "message.timeout.ms": 120_000,
        }
        return Producer({**self._settings, **own, **more})

    def send(self, producer: Producer, records: Iterable[Record]) -> int:
        """Send records as fast as they go, wait until the broker has them; return how many."""
        sent = 0
        for record in records:
            sent += 1
            producer.produce(
                self._topic,
                record.value,
                record.key,
                headers=list(record.headers),
                timestamp=record.timestamp,
                on_delivery=self._noting(record.expected),
            )
            producer.poll(0)
        producer.flush(180)
        return sent

    def send_raw(self, batches: Sequence[RawBatch]) -> int:
        """Send batches as they are; return how many records they hold."""
        if batches:
            asyncio.run(self._produce(batches))
        return sum(batch.records for batch in batches)

    def read(self, seconds: float) -> int:
        """Take in what comes for a while; return how many messages that were."""
        records = self._consumer.consume(1000, timeout=seconds)
        for record in records:
            value = record.value()
            if record.error() is None and value is not None:
                message = json.loads(value)
                if place := message.get("inreplyto"):
                    self.answers.setdefault(place, {})[message["id"]] = outcome(message)
        return len(records)

    def read_all(self, *, patience: float) -> None:
        """Read until every record has its answer, or nothing has come for so long."""
        last = time.monotonic()
        while self.unanswered() and time.monotonic() - last < patience:
            if self.read(0.1):
                last = time.monotonic()
        self.read(0.2)  # second answers, if there are any

    def unanswered(self) -> int:
        """Return how many records that the broker took have no answer yet."""
        return len(self.expected.keys() - self.answers.keys())

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()

    def _noting(self, expected: frozenset[str]) -> Any:
        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is None:
                place = f"{message.topic()}/{message.partition()}/{message.offset()}"
                self.expected[place] = expected
            else:
                self.refused += 1

        return delivered

    async def _produce(self, batches: Sequence[RawBatch]) -> None:
        client = AIOKafkaClient(
            bootstrap_servers=self._settings["bootstrap.servers"],
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="SCRAM-SHA-512",
            sasl_plain_username=self._settings["sasl.username"],
            sasl_plain_password=self._settings["sasl.password"],
        )
        await client.bootstrap()
        try:
            await client.add_topic(self._topic)
            await client.force_metadata_update()
            leader = client.cluster.leader_for_partition(AioPartition(self._topic, 0))
            for batch in batches:
                request = ProduceRequest(None, -1, 30_000, [(self._topic, [(0, batch.content)])])
                try:
                    answer = await client.send(leader, request)
                except KafkaConnectionError:  # it would not even speak with such a client any more
                    self.refused += batch.records
                    continue
                [(_, [(_, code, offset, *_)])] = answer.topics
                self._note_batch(batch, code, offset)
        finally:
            await client.close()

    def _note_batch(self, batch: RawBatch, code: int, offset: int) -> None:
        if code:
            self.refused += batch.records
            return
        for place in range(offset, offset + batch.records):
            self.expected[f"{self._topic}/0/{place}"] = batch.expected
