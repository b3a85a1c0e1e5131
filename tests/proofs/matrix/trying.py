"""Tries what a principal may do, and a stated set of what it may not, for real."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from tests.proofs.matrix.asking import Cell
from tests.proofs.matrix.table import Rights

Login = Mapping[str, str | int | float | bool]
DONE = "done"
_SILENT = logging.getLogger("tests.proofs.matrix")
_SILENT.disabled = True
_SECONDS = 20


def tried(
    admin: AdminClient, login: Login, rights: Rights, topics: set[str], groups: Iterable[str]
) -> Iterator[Cell]:
    """
    Yield a cell for each attempt.

    Every principal writes to and reads from every topic, uses groups of its own and of others and
    a transactional id, and attempts what only the administrator may do.
    """
    expected = {True: DONE, False: "TOPIC_AUTHORIZATION_FAILED"}
    for topic, outcome in sorted(written(login, topics).items()):
        yield "write", topic, expected[topic in rights.written], outcome
    for topic, outcome in sorted(read(login, topics, f"{rights.group_prefix}matrix").items()):
        yield "read", topic, expected[topic in rights.read], outcome
    readable = min(rights.read)
    for group in sorted(groups):
        may = "READ" in rights.on_group(group)
        outcome = used(admin, group, readable)
        yield "use group", group, DONE if may else "GROUP_AUTHORIZATION_FAILED", outcome
    transaction = f"{rights.group_prefix}transaction"
    # librdkafka would print the refusal, which it takes for fatal.
    producer = Producer({**login, "transactional.id": transaction, "logger": _SILENT})
    outcome = outcome_of(producer.init_transactions)
    yield "use transactions", transaction, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", outcome
    yield from administered(admin, min(rights.written | rights.read))


def written(login: Login, topics: Iterable[str]) -> dict[str, str]:
    """Send a record to each topic; return the outcomes."""
    outcomes: dict[str, str] = {}
    producer = Producer({**login, "message.timeout.ms": _SECONDS * 1000})

    def delivered(topic: str) -> Callable[[KafkaError | None, Any], None]:
        def note(error: KafkaError | None, _: Any) -> None:
            outcomes[topic] = DONE if error is None else error.name()

        return note

    for topic in topics:
        outcomes[topic] = "no outcome"
        # A key, because a topic that keeps the last record of each key refuses records without.
        send = partial(producer.produce, topic, b"{}", key=b"matrix", partition=0)
        # A refusal that librdkafka knows already is raised, and is not delivered.
        if (refused := outcome_of(partial(send, on_delivery=delivered(topic)))) != DONE:
            outcomes[topic] = refused
    producer.flush(_SECONDS)
    return outcomes


def read(login: Login, topics: Iterable[str], group: str) -> dict[str, str]:
    """Read the first partition of each topic to its first record or its end."""
    outcomes: dict[str, str] = {}
    # Auto-commit would need the group: using groups is tried for itself.
    consumer = Consumer(
        {**login, "group.id": group, "enable.partition.eof": True, "enable.auto.commit": False}
    )
    known = consumer.list_topics(timeout=_SECONDS).topics
    for topic in set(topics) - known.keys():
        # A reader is refused before its first fetch: it does not learn where the topic is.
        error = consumer.list_topics(topic, timeout=_SECONDS).topics[topic].error
        outcomes[topic] = "no error" if error is None else error.name()
    waiting = set(topics) & known.keys()
    consumer.assign([TopicPartition(topic, 0, 0) for topic in sorted(waiting)])
    deadline = time.monotonic() + _SECONDS
    while waiting and time.monotonic() < deadline:
        record = consumer.poll(1)
        if record is None or (topic := record.topic()) not in waiting:
            continue
        error = record.error()
        at_end = error is not None and error.code() == KafkaError._PARTITION_EOF
        outcomes[topic] = DONE if error is None or at_end else error.name()
        waiting.discard(topic)
    consumer.close()
    return outcomes | dict.fromkeys(waiting, "no outcome")


def used(admin: AdminClient, group: str, topic: str) -> str:
    """Commit a position in a group."""
    position = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 0)])

    def commit() -> None:
        [done] = admin.alter_consumer_group_offsets([position]).values()
        for partition in done.result().topic_partitions:
            if partition.error is not None:
                raise KafkaException(partition.error)

    return outcome_of(commit)


def administered(admin: AdminClient, topic: str) -> Iterator[Cell]:
    """Attempt what only the administrator may do; the topic is one that the principal uses."""
    setting = ConfigEntry("retention.ms", "1", incremental_operation=AlterConfigOpType.SET)
    config = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[setting])
    everything = AclBinding(
        ResourceType.TOPIC,
        "cri.",
        ResourcePatternType.PREFIXED,
        "User:matrix",
        "*",
        AclOperation.READ,
        AclPermissionType.ALLOW,
    )
    attempts: dict[str, tuple[str, Callable[[], Mapping[Any, Future[Any]]]]] = {
        "create": ("TOPIC", lambda: admin.create_topics([NewTopic("cri.in.matrix.v1", 1)])),
        "delete": ("TOPIC", lambda: admin.delete_topics([topic])),
        "delete records of": (
            "TOPIC",
            lambda: admin.delete_records([TopicPartition(topic, 0, 0)]),
        ),
        "alter settings of": ("TOPIC", lambda: admin.incremental_alter_configs([config])),
        "grant rights on": ("CLUSTER", lambda: admin.create_acls([everything])),
    }
    for name, (kind, attempt) in attempts.items():
        outcome = outcome_of(partial(_finish, attempt))
        yield name, topic, f"{kind}_AUTHORIZATION_FAILED", outcome


def _finish(begin: Callable[[], Mapping[Any, "Future[Any]"]]) -> None:
    for future in begin().values():
        future.result()


def outcome_of(attempt: Callable[[], object]) -> str:
    """Return the error's name, or `done`."""
    try:
        attempt()
    except KafkaException as error:
        return str(error.args[0].name())
    return DONE
