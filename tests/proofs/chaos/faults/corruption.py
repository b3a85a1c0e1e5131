"""Records that are damaged copies of sound ones, each with an outcome that is right."""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from tests.proofs.chaos.damage import KINDS, READERS, Damaged, damaged
from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.faults.records import some_of
from tests.proofs.chaos.login import login
from tests.proofs.chaos.rig import Rig

_PATIENCE = 20.0
_KNOWN = "SELECT known_to FROM own_topics WHERE topic = $1 AND partition = $2"


@dataclass(slots=True, kw_only=True)
class Corrupt(Fault):
    """Damaged copies of old records come from the service that wrote them (see `damage`)."""

    service: str
    count: int
    seed: int

    def begin(self, rig: Rig) -> None:
        self.has_hit = False
        draw = random.Random(self.seed)
        kinds = draw.sample(KINDS, len(KINDS)) * (1 + self.count // len(KINDS))
        topics = [t.name for t in rig.stack.topics if t.owner == self.service]
        # A service that starts would take what it never wrote for its own forgotten events.
        patience = time.monotonic() + _PATIENCE
        while not rig.is_ready(self.service) and time.monotonic() < patience:
            rig.hold(0.2)
        try:
            read = [
                record
                for topic in sorted(READERS.keys() & topics)
                for record in some_of(rig, topic, self.count, draw)
            ]
            if read:
                chosen = [(draw.choice(read), kind) for kind in kinds[: self.count]]
                places = list(self._inject(rig, chosen, draw))
                self.has_hit = bool(places)
                while places and time.monotonic() < patience:
                    rig.hold(0.2)
                    places = [each for each in places if not self._is_known(rig, *each)]
        except KafkaException as error:  # another fault has the brokers down
            rig.say(f"nothing corrupted: {error}")

    def _inject(
        self, rig: Rig, chosen: list[tuple[Message, str]], draw: random.Random
    ) -> Iterator[tuple[str, int, int]]:
        own = {"enable.idempotence": True, "message.timeout.ms": 5000}
        producer = Producer({**login(rig.stack, self.service), **own})
        for record, kind in chosen:
            topic, value = str(record.topic()), record.value()
            assert isinstance(value, bytes)
            for broken in damaged(topic, value, kind, draw):
                offset = _inject(rig, producer, record, broken)
                if offset is None:
                    break  # later events of its subject would wait forever
                yield topic, record.partition() or 0, offset

    def _is_known(self, rig: Rig, topic: str, partition: int, offset: int) -> bool:
        """Tell whether the service has noted that its topic ends behind this record."""
        try:
            noted = asyncio.run(_ask(rig.stack.dsn(self.service), topic, partition))
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        return noted is not None and noted > offset


def _inject(rig: Rig, producer: Producer, original: Message, broken: Damaged) -> int | None:
    """Send it to the partition of the original and write it down; return where it stands."""
    topic, partition = str(original.topic()), original.partition() or 0
    places: list[int | None] = []

    def delivered(error: KafkaError | None, message: Message) -> None:
        places.append(message.offset() if error is None else None)

    producer.produce(
        topic,
        broken.value,
        original.key(),
        partition=partition,
        headers=broken.headers,
        on_delivery=delivered,
    )
    producer.flush(10)
    offset = places[0] if places else None
    rig.fault_ledger.injected(
        topic=topic,
        partition=partition,
        offset=offset,
        value=broken.value,
        outcomes={s: o for s, o in broken.outcomes.items() if s in rig.stack.services},
        damage=broken.damage,
        reason=broken.reason,
        subject=broken.subject,
        number=broken.number,
    )
    return offset


async def _ask(dsn: str, topic: str, partition: int) -> int | None:
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        found: int | None = await connection.fetchval(_KNOWN, topic, partition)
        return found
    finally:
        await connection.close()
