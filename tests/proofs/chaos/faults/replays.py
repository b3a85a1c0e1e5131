"""A whole topic sent again from its beginning, and a reader whose Kafka offsets say zero."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import ClassVar

import asyncpg
from confluent_kafka import (
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from deploy.stack.kafka import ADMIN
from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.faults.records import all_of, send
from tests.proofs.chaos.login import login
from tests.proofs.chaos.quiet import ends, unread
from tests.proofs.chaos.rig import Rig

_PATIENCE = 120.0


@dataclass(slots=True, kw_only=True)
class Replay(Fault):
    """
    Every record of the service's topic comes again while its readers live.

    One reader is killed, and before it starts again what its group has committed to Kafka is set
    to 0 for all its partitions. It lasts until everybody has read through the copies.
    """

    waits: ClassVar[bool] = True
    service: str
    reader: str
    _is_reset: bool = field(default=False, repr=False)
    _until: dict[tuple[str, int], int] = field(default_factory=dict, repr=False)

    def begin(self, rig: Rig) -> None:
        self._is_reset = self.has_hit = False
        rig.held_down.add(self.reader)
        for process in [each for each in rig.stack.replicas if each[0] == self.reader]:
            rig.kill(process)
        try:
            records = all_of(rig, f"cri.int.{self.service}.v1")
            send(rig.stack, self.service, records)
            self.has_hit = bool(records)
            self._until = ends(rig.stack)
            rig.say(f"{len(records)} records of {self.service} come again")
        except KafkaException as error:  # another fault has the brokers down
            rig.say(f"nothing replayed: {error}")

    def during(self, rig: Rig) -> None:
        if not self._is_reset:
            self._is_reset = _reset(rig, self.reader)

    def end(self, rig: Rig) -> None:
        patience = time.monotonic() + _PATIENCE
        while not self._is_reset and time.monotonic() < patience:
            rig.hold(0.5)
            self._is_reset = _reset(rig, self.reader)
        if not self._is_reset:
            rig.wrong.append(f"the group of {self.reader} was never without members")
        rig.held_down.discard(self.reader)
        while time.monotonic() < patience and self._is_behind(rig):
            rig.hold(0.5)

    def _is_behind(self, rig: Rig) -> bool:
        try:
            return bool(asyncio.run(unread(rig.stack, self._until)))
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return True  # another fault has Postgres down


def _reset(rig: Rig, group: str) -> bool:
    """Set all that *group* has committed to 0; False while it still has members."""
    admin = AdminClient(login(rig.stack, ADMIN))
    try:
        described = admin.describe_consumer_groups([group], request_timeout=5)[group].result()
        if described.state != ConsumerGroupState.EMPTY:
            return False
        asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
        committed = asked[group].result().topic_partitions or []
        zero = [TopicPartition(each.topic, each.partition, 0) for each in committed]
        wanted = ConsumerGroupTopicPartitions(group, zero)
        altered = admin.alter_consumer_group_offsets([wanted])[group].result()
    except KafkaException:
        return False  # another fault has the brokers down
    wrong = [each for each in altered.topic_partitions or [] if each.error is not None]
    rig.say(f"{len(zero) - len(wrong)} offsets that {group} committed are 0 now")
    return not wrong
