"""Asks the broker what a principal may do, on everything there is."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from tests.proofs.matrix.table import Rights

Cell = tuple[str, str, object, object]
"""Kind, name, what is expected, and what was found."""


def asked(
    admin: AdminClient, rights: Rights, topics: Iterable[str], groups: Iterable[str]
) -> Iterator[Cell]:
    """Yield a cell for every topic, every group and the cluster."""
    collection = TopicCollection(sorted(topics))
    described = admin.describe_topics(collection, include_authorized_operations=True)
    for topic, future in described.items():
        yield "topic", topic, rights.on_topic(topic), _operations(future, "TOPIC")
    found = admin.describe_consumer_groups(sorted(groups), include_authorized_operations=True)
    for group, future in found.items():
        yield "group", group, rights.on_group(group), _operations(future, "GROUP")
    cluster = admin.describe_cluster(include_authorized_operations=True)
    yield "cluster", "", set(), _operations(cluster, "CLUSTER")


def _operations(future: "Future[Any]", kind: str) -> set[str] | str:
    """Return the operations that are allowed; none if the question itself is not."""
    try:
        return {each.name for each in future.result().authorized_operations or ()}
    except KafkaException as refusal:
        name: str = refusal.args[0].name()
        return set() if name == f"{kind}_AUTHORIZATION_FAILED" else name
