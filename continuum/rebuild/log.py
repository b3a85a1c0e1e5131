"""Reads one partition of the log, in order and without gaps, as the operator."""

import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError, TopicAuthorizationFailedError

from continuum.access import NotPossible
from shared.delivery.records import Record, from_kafka

Partition = tuple[str, int]
# Large fetches, because a rebuild reads whole topics and each fetch costs a round trip.
FETCH_BYTES = 16 * 1024 * 1024
AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Log:
    """The operator's access to Kafka."""

    servers: tuple[str, ...]
    protocol: str
    user: str
    password: str = field(repr=False)
    ca: str | None = None
    """File of the trusted certificate authority, if the protocol is encrypted."""

    @classmethod
    def read(cls, file: Path) -> "Log":
        """Read the connection file that the embedded stack writes."""
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            operator = content["operator"]
            return cls(
                tuple(content["bootstrap_servers"]),
                content["security"]["protocol"],
                operator["username"],
                operator["password"],
                content["security"].get("ca"),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotPossible(
                f"{file} does not say how the operator reads Kafka: it needs bootstrap_servers,"
                " security and operator. `make up` writes it anew."
            ) from error

    @property
    def login(self) -> dict[str, Any]:
        """The arguments of Kafka clients that connect as the operator."""
        context = None
        if self.protocol == "SASL_SSL":
            context = ssl.create_default_context(cafile=self.ca)
        return {
            "bootstrap_servers": list(self.servers),
            "security_protocol": self.protocol,
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
            "ssl_context": context,
        }

    @asynccontextmanager
    async def _consumer(self, partition: Partition) -> AsyncIterator[Any]:
        consumer = AIOKafkaConsumer(
            **self.login,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_bytes=FETCH_BYTES,
            max_partition_fetch_bytes=FETCH_BYTES,
        )
        try:
            await consumer.start()
            if partition[0] not in await consumer.topics():  # assign would wait for it forever
                raise TopicAuthorizationFailedError(partition[0])
            consumer.assign([TopicPartition(*partition)])
            yield consumer
        except TopicAuthorizationFailedError as error:
            raise NotPossible(
                f"{self.user} may not read {partition[0]}: name it among the readers in"
                " deploy/topics.yaml, and provision."
            ) from error
        except KafkaError as error:
            raise NotPossible(f"Kafka does not answer ({type(error).__name__}).") from error
        finally:
            await consumer.stop()

    async def end(self, partition: Partition) -> int:
        """Return the offset of the next record of *partition*."""
        place = TopicPartition(*partition)
        async with self._consumer(partition) as consumer:
            end: int = (await consumer.end_offsets([place]))[place]
        return end

    async def ends(self, topic: str) -> dict[Partition, int]:
        """Return the offset of the next record of each partition of *topic*."""
        async with self._consumer((topic, 0)) as consumer:
            cluster = await consumer._client.fetch_all_metadata()
            places = [TopicPartition(topic, n) for n in cluster.partitions_for_topic(topic)]
            found = await consumer.end_offsets(places)
        return {(place.topic, place.partition): end for place, end in sorted(found.items())}

    async def whole(self, partition: Partition) -> list[Record]:
        """Return all records of a small partition that keeps every record."""
        return [
            from_kafka(record)
            async for records in self.records(partition, start=0, end=await self.end(partition))
            for record in records
        ]

    async def records(
        self, partition: Partition, *, start: int, end: int
    ) -> AsyncIterator[Sequence["ConsumerRecord[bytes, bytes]"]]:
        """Yield the records from *start* to before *end*, without gaps, in chunks."""
        if start >= end:
            return
        place = TopicPartition(*partition)
        async with self._consumer(partition) as consumer:
            consumer.seek(place, start)
            while start < end:
                try:
                    found = await consumer.getmany(timeout_ms=10_000, max_records=AT_ONCE)
                except OffsetOutOfRangeError as error:
                    raise _gone(partition, start) from error
                records = [each for each in found.get(place, ()) if each.offset < end]
                if not records or records[0].offset != start:
                    raise _gone(partition, start)
                start += len(records)
                if records[-1].offset != start - 1:
                    raise _gone(partition, records[0].offset)
                yield records


def _gone(partition: Partition, offset: int) -> NotPossible:
    return NotPossible(
        f"{partition[0]}/{partition[1]} does not give the record {offset}: the log has lost it, or"
        " Kafka did not answer in time. Nothing can be computed again without it."
    )
