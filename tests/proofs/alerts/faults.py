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
from tests.proofs.alerts.rig import Rig
from tests.proofs.chaos.login import login

_SAMPLE = Path(__file__).parents[2] / "contracts/samples/log/intake.withdrawal_requested.v1.json"
_PARTITIONS = 6
_CANARYS = "cri.in.california-agencies.v1"
_SILENT = "cri.in.florida-agencies.v1"
_DELETED = 5
_MOVE = "UPDATE checkpoints SET next_offset = next_offset + $1 WHERE topic = $2"
_IS_BLOCKING = (
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
NOT_REPRODUCED = {
    "CalendarEnds": "the calendar of the reference rule set has years to go",
    "CertificateExpiry": "Kafka and the services of the embedded stack speak without TLS",
    "ConsumerFallsBehind": "a machine that is slower than the load would raise others, too",
    "DeskUnanswered": "nobody signs in at the desk while it runs",
    "MailWaits": "there is no mail server",
    "MailRefusedByPolicy": "there is no mail server",
    "MailOutcomeUnknown": "there is no mail server",
    "NoLivingContact": "there is no mail server",
    "MessageSetAside": "no message that the services write is one that Kafka will never take",
    "ReleaseLate": "no month ends while it runs",
    "SignInFailing": "nobody signs in at the desk while it runs",
    "Watchdog": "always fires",
    "WorkItemsOld": "no item is a week old while it runs",
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


FACTOR = 30
"""What must last five minutes lasts ten seconds here."""


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One class of faults. ``alerts`` must all fire while it lasts, and no other may.

    ``again`` is done every second meanwhile, ``hold`` seconds at least. ``factor`` is how much
    faster the rules are: fewer times where a process needs seconds for what it does, because at
    30 times a start of three seconds would count as a minute and a half.
    """

    name: str
    alerts: frozenset[str]
    begin: Callable[[Rig], None]
    end: Callable[[Rig], None] = lambda rig: None
    again: Callable[[Rig], None] = lambda rig: None
    hold: float = 0
    factor: int = FACTOR


def _kill(rig: Rig) -> None:
    rig.stack.kill("routing")


def _start(rig: Rig) -> None:
    rig.stack.start_service("routing")


def _forget(rig: Rig) -> None:
    rig.forgotten.add("routing")


def _remember(rig: Rig) -> None:
    rig.forgotten.clear()


def _shut_out(rig: Rig) -> None:
    """Have routing answer as long as it likes, and never get a connection to its database."""
    rig.stack.kill("routing")
    rig.administer("ALTER ROLE routing CONNECTION LIMIT 0")
    rig.stack.start_service("routing", wait=False)


def _let_in(rig: Rig) -> None:
    rig.administer("ALTER ROLE routing CONNECTION LIMIT -1")
    rig.stack.wait_ready()


def _freeze(service: str) -> Callable[[Rig], None]:
    return lambda rig: rig.stack.kill(service, signal.SIGSTOP)


def _thaw(service: str) -> Callable[[Rig], None]:
    return lambda rig: rig.stack.kill(service, signal.SIGCONT)


def _kill_kafka(rig: Rig) -> None:
    for node in rig.stack.kafka.nodes:
        node.process.kill()
        node.process.wait()


def _start_kafka(rig: Rig) -> None:
    rig.stack.kafka.restart(1)
    rig.stack.kafka.wait()


def _stop_postgres(rig: Rig) -> None:
    rig.stack.postgres.stop()


def _start_postgres(rig: Rig) -> None:
    rig.stack.postgres.begin()
    rig.stack.postgres.wait()


def _inject_event(rig: Rig, **changes: Any) -> None:
    """Write an event of intake's, as intake, that intake never wrote."""
    subject = f"CRI-2099-{rig.next_number():06d}-X"
    event = {**json.loads(_SAMPLE.read_text()), "subject": subject, **changes}
    event["sequence"] = f"{1:020d}"
    event["id"] = derived_id("a test", event["type"], subject)
    data = {**event["data"], "tracking_number": subject}
    value = json.dumps({**event, "data": data}).encode()
    producer = Producer(login(rig.stack, "intake"))
    key = subject.encode()
    producer.produce(intake.TOPIC, value, key, partition=partition_of(key, _PARTITIONS))
    producer.flush(10)


def _fail_decision(rig: Rig) -> None:
    _inject_event(rig)  # of an unknown request


def _invent_type(rig: Rig) -> None:
    _inject_event(rig, type="gov.cri.intake.invented.v1")


def _discard(rig: Rig) -> None:
    for service in ("routing", "notifications", "reporting"):
        for coordinate in rig.rows(service, "SELECT * FROM dead_letters"):
            place = f"{coordinate['topic']}/{coordinate['partition']}/{coordinate['offset']}"
            rig.operate("dead-letters", "discard", service, place, "--yes", "--why", "a test")


def _fence(rig: Rig) -> None:
    """Move the canary's checkpoint under a batch that waits for it, and back at once."""
    asyncio.run(_move(rig.stack.dsn("intake")))


async def _move(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute(_MOVE, 1, _CANARYS)
            while not await connection.fetchval(_IS_BLOCKING):
                await asyncio.sleep(0.05)  # nothing tells when another session waits
        await connection.execute(_MOVE, -1, _CANARYS)
    finally:
        await connection.close()


def _lose_request(rig: Rig) -> None:
    rig.execute("reporting", "DELETE FROM requests")


def _repair(rig: Rig) -> None:
    rig.operate("rebuild", "reporting", "--yes", "--why", "a test")


def _stop_canary(rig: Rig) -> None:
    os.kill(rig.canary.pid, signal.SIGKILL)
    rig.canary.process.wait()


def _forbid(rig: Rig) -> None:
    """Take the right to read one participant's topic from intake."""
    admin = _administer(rig)
    for made in admin.create_acls([_denied(rig, AclBinding)]).values():
        made.result()


def _allow(rig: Rig) -> None:
    admin = _administer(rig)
    for gone in admin.delete_acls([_denied(rig, AclBindingFilter)]).values():
        gone.result()


def _denied(rig: Rig, kind: Any) -> Any:
    user, _ = rig.stack.kafka_login("intake")
    return kind(
        ResourceType.TOPIC, _SILENT, ResourcePatternType.LITERAL, f"User:{user}", "*",
        AclOperation.READ, AclPermissionType.DENY,
    )  # fmt: skip


def _delete_unread(rig: Rig) -> None:
    """Delete records from a participant's topic while intake, frozen, does not read them."""
    _freeze("intake")(rig)
    producer = Producer(login(rig.stack, ADMIN))
    for _ in range(_DELETED):  # a fetch that was under way brings the first
        producer.produce(_SILENT, b"no event", partition=0)
        producer.flush(10)
    end, admin = TopicPartition(_SILENT, 0, OFFSET_END), _administer(rig)
    for done in admin.delete_records([end]).values():
        done.result()
    _thaw("intake")(rig)


def _administer(rig: Rig) -> Any:
    user, password = rig.stack.kafka_login(ADMIN)
    return admin_client(rig.stack.kafka.servers, user=user, password=password)


FAULTS = (
    Fault("nothing", frozenset(), lambda rig: None, hold=45),
    Fault("a service ends and stays away", frozenset({"ServiceDown"}), _kill, _start),
    Fault("a service is no target any more", frozenset({"ServiceDown"}), _forget, _remember),
    Fault(
        "a service waits at its start",
        frozenset({"ConsumerStalled", "MetricsMissing"}),
        _shut_out,
        _let_in,
        factor=10,
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
    Fault("another owner moves on", frozenset({"FencedBatches"}), _fence, again=_fence, factor=10),
    Fault("the canary ends", frozenset({"NoCanary"}), _stop_canary, Rig.start_canary),
    Fault("a read model loses a row", frozenset({"ProjectionMismatch"}), _lose_request, _repair),
    Fault(
        "a decision fails",
        frozenset({"DeadLettersGrowing", "KeyParkedTooLong", "EffectsUnaccounted"}),
        _fail_decision,
        _discard,
    ),
)
