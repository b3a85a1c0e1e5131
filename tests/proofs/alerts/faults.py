"""Each class of faults: how it is brought about, which alerts must fire, how it ends."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from confluent_kafka import OFFSET_END, Producer, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from deploy.provision.broker import admin_client
from deploy.stack.kafka import ADMIN
from shared.contracts import intake
from shared.contracts.event import derived_id
from shared.delivery.kafka import partition_of
from tests.proofs.alerts.stage import Stage
from tests.proofs.chaos.login import login

_SAMPLE = Path(__file__).parents[2] / "contracts/samples/log/intake.withdrawal_requested.v1.json"
_PARTITIONS = 6
_CANARYS = "cri.in.california-agencies.v1"
_SILENT = "cri.in.florida-agencies.v1"
_DELETED = 5
_MOVE = "UPDATE checkpoints SET next_offset = next_offset + $1 WHERE topic = $2"
_SOMEBODY_WAITS = (
    "SELECT EXISTS (SELECT FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
)


LOOK_BACK = frozenset(
    {
        "CanaryFailing",
        "DeadLettersGrowing",
        "FencedBatches",
        "RecordAgeBurn",
        "RecordsLost",
        "UnknownSchemaSeen",
    }
)
"""Alerts on what happened within some time: they fire on for as long."""

_IN_A_CLUSTER = "the exporters of Kafka and Postgres, and a kubelet, run in a cluster only"
NOT_PLAYED = {
    "CalendarEnds": "the calendar of the reference rule set has years to go",
    "CertificateExpiry": "Kafka and the services of the embedded stack speak without TLS",
    "ConsumerFallsBehind": "a machine that is slower than the load would raise others, too",
    "MessageSetAside": "no message that the services write is one that Kafka will never take",
    "Watchdog": "always fires",
    **dict.fromkeys(
        (
            "BackupTooOld",
            "DiskFilling",
            "KafkaBelowMinIsr",
            "KafkaPartitionsOffline",
            "KafkaUnderReplicated",
            "ParticipantTopicFilling",
            "PostgresNoStandby",
            "PostgresReplicationLag",
            "WalArchiveFailing",
        ),
        _IN_A_CLUSTER,
    ),
}
"""Alerts that no fault here can raise, and why; promtool alone shows that they fire."""


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One class of faults. ``alerts`` must all fire while it lasts, and no other may.

    ``again`` is done every second meanwhile, ``hold`` seconds at least.
    """

    name: str
    alerts: frozenset[str]
    begin: Callable[[Stage], None]
    end: Callable[[Stage], None] = lambda stage: None
    again: Callable[[Stage], None] = lambda stage: None
    hold: float = 0


def _kill(stage: Stage) -> None:
    stage.stack.kill("routing")


def _start(stage: Stage) -> None:
    stage.stack.start_service("routing")


def _forget(stage: Stage) -> None:
    stage.forgotten.add("routing")


def _remember(stage: Stage) -> None:
    stage.forgotten.clear()


def _shut_out(stage: Stage) -> None:
    """Have routing answer as long as it likes, and never get a connection to its database."""
    stage.stack.kill("routing")
    stage.administer("ALTER ROLE routing CONNECTION LIMIT 0")
    stage.stack.start_service("routing", wait=False)


def _let_in(stage: Stage) -> None:
    stage.administer("ALTER ROLE routing CONNECTION LIMIT -1")
    stage.stack.wait_ready()


def _freeze(service: str) -> Callable[[Stage], None]:
    return lambda stage: stage.stack.kill(service, signal.SIGSTOP)


def _thaw(service: str) -> Callable[[Stage], None]:
    return lambda stage: stage.stack.kill(service, signal.SIGCONT)


def _kill_kafka(stage: Stage) -> None:
    for node in stage.stack.kafka.nodes:
        node.process.kill()
        node.process.wait()


def _start_kafka(stage: Stage) -> None:
    stage.stack.kafka.restart(1)
    stage.stack.kafka.wait()


def _stop_postgres(stage: Stage) -> None:
    stage.stack.postgres.stop()


def _start_postgres(stage: Stage) -> None:
    stage.stack.postgres.begin()
    stage.stack.postgres.wait()


def _say(stage: Stage, **changes: Any) -> None:
    """Write an event of intake's, as intake, that intake never wrote."""
    subject = f"CRI-2099-{stage.next_number():06d}-X"
    event = {**json.loads(_SAMPLE.read_text()), "subject": subject, **changes}
    event["sequence"] = f"{1:020d}"
    event["id"] = derived_id("a test", event["type"], subject)
    data = {**event["data"], "tracking_number": subject}
    value = json.dumps({**event, "data": data}).encode()
    producer = Producer(login(stage.stack, "intake"))
    key = subject.encode()
    producer.produce(intake.TOPIC, value, key, partition=partition_of(key, _PARTITIONS))
    producer.flush(10)


def _fail_decision(stage: Stage) -> None:
    _say(stage)  # of a request that nobody has heard of


def _invent_type(stage: Stage) -> None:
    _say(stage, type="gov.cri.intake.invented.v1")


def _discard(stage: Stage) -> None:
    for service in ("routing", "notifications", "reporting"):
        for coordinate in stage.rows(service, "SELECT * FROM dead_letters"):
            place = f"{coordinate['topic']}/{coordinate['partition']}/{coordinate['offset']}"
            stage.operate("dead-letters", "discard", service, place, "--yes", "--why", "a test")


def _fence(stage: Stage) -> None:
    """Move the canary's checkpoint under a batch that waits for it, and back at once."""
    asyncio.run(_move(stage.stack.dsn("intake")))


async def _move(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute(_MOVE, 1, _CANARYS)
            while not await connection.fetchval(_SOMEBODY_WAITS):
                await asyncio.sleep(0.05)  # nothing tells when another session waits
        await connection.execute(_MOVE, -1, _CANARYS)
    finally:
        await connection.close()


def _lose_request(stage: Stage) -> None:
    stage.execute("reporting", "DELETE FROM requests")


def _repair(stage: Stage) -> None:
    stage.operate("rebuild", "reporting", "--yes", "--why", "a test")


def _stop_canary(stage: Stage) -> None:
    os.kill(stage.canary.pid, signal.SIGKILL)
    stage.canary.process.wait()


def _forbid(stage: Stage) -> None:
    """Take the right to read one participant's topic from intake."""
    admin = _administer(stage)
    for made in admin.create_acls([_denied(stage, AclBinding)]).values():
        made.result()


def _allow(stage: Stage) -> None:
    admin = _administer(stage)
    for gone in admin.delete_acls([_denied(stage, AclBindingFilter)]).values():
        gone.result()


def _denied(stage: Stage, kind: Any) -> Any:
    user, _ = stage.stack.kafka_login("intake")
    return kind(
        ResourceType.TOPIC, _SILENT, ResourcePatternType.LITERAL, f"User:{user}", "*",
        AclOperation.READ, AclPermissionType.DENY,
    )  # fmt: skip


def _delete_unread(stage: Stage) -> None:
    """Delete records from a participant's topic while intake, frozen, does not read them."""
    _freeze("intake")(stage)
    producer = Producer(login(stage.stack, ADMIN))
    for _ in range(_DELETED):  # a fetch that was under way brings the first
        producer.produce(_SILENT, b"no event", partition=0)
        producer.flush(10)
    end, admin = TopicPartition(_SILENT, 0, OFFSET_END), _administer(stage)
    for done in admin.delete_records([end]).values():
        done.result()
    _thaw("intake")(stage)


def _administer(stage: Stage) -> Any:
    user, password = stage.stack.kafka_login(ADMIN)
    return admin_client(stage.stack.kafka.servers, user=user, password=password)


FAULTS = (
    Fault("nothing", frozenset(), lambda stage: None, hold=45),
    Fault("a service ends and stays away", frozenset({"ServiceDown"}), _kill, _start),
    Fault("a service is no target any more", frozenset({"ServiceDown"}), _forget, _remember),
    Fault(
        "a service waits at its start",
        frozenset({"ConsumerStalled", "MetricsMissing"}),
        _shut_out,
        _let_in,
    ),
    Fault(
        "a service freezes for more than a minute",
        frozenset({"ServiceDown", "CanaryFailing", "RecordAgeBurn"}),
        _freeze("intake"),
        _thaw("intake"),
        hold=65,
    ),
    Fault(
        "Kafka is away",
        frozenset({"CanaryFailing", "OutboxAgeHigh", "EffectsUnaccounted"}),
        _kill_kafka,
        _start_kafka,
    ),
    Fault(
        "Postgres is away",
        frozenset({"CanaryFailing", "RelayDown", "ConsumerStalled"}),
        _stop_postgres,
        _start_postgres,
    ),
    Fault("a lost right to read one topic", frozenset({"PartitionBlocked"}), _forbid, _allow),
    Fault("a topic deletes what was not read", frozenset({"RecordsLost"}), _delete_unread),
    Fault("events of an unknown type", frozenset({"UnknownSchemaSeen"}), _invent_type),
    Fault("another owner moves on", frozenset({"FencedBatches"}), _fence, again=_fence),
    Fault("the canary ends", frozenset({"NoCanary"}), _stop_canary, Stage.start_canary),
    Fault("a read model loses a row", frozenset({"ProjectionMismatch"}), _lose_request, _repair),
    Fault(
        "a decision fails",
        frozenset({"DeadLettersGrowing", "KeyParkedTooLong", "EffectsUnaccounted"}),
        _fail_decision,
        _discard,
    ),
)
