"""Provisions Kafka from `deploy/` (topics, users, ACLs); idempotent."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    TopicMetadata,
)

from deploy.provision.access import Grant
from deploy.provision.broker_quotas import SECONDS_UNTIL_SEEN
from deploy.provision.drift import Right, State
from deploy.provision.topics import Topic
from deploy.provision.users import add_users, list_users
from deploy.stack.failure import StackFailed

_SECONDS = 30
GROUPS = "__consumer_offsets"


@dataclass(frozen=True, slots=True)
class Changes:
    """The number of changes that a run made; all zero if nothing had to change."""

    topics: int
    settings: int
    users: int
    grants_made: int
    grants_removed: int


def admin_client(
    servers: Iterable[str], *, user: str, password: str, ca: str | None = None
) -> AdminClient:
    """Return an admin client; with *ca* it connects over TLS."""
    return AdminClient(
        {
            "bootstrap.servers": ",".join(servers),
            "security.protocol": "SASL_PLAINTEXT" if ca is None else "SASL_SSL",
            **({} if ca is None else {"ssl.ca.location": ca}),
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": user,
            "sasl.password": password,
            "log_level": 2,  # else it logs every connection that a stopping broker closes
        }
    )


def any_principal(_: str) -> bool:
    """Let provisioning remove the grants of any principal."""
    return True


def provision_kafka(
    admin: AdminClient,
    *,
    topics: Iterable[Topic],
    users: Mapping[str, str],
    grants: set[Grant],
    may_remove: Callable[[str], bool] = any_principal,
) -> Changes:
    """
    Create what is missing, correct what differs, remove grants that are not in *grants*.

    *users* maps users to passwords; existing users keep theirs. The number of partitions is fixed
    for life: raise `StackFailed` if it differs. *may_remove* tells whether the grants of a
    principal may be removed.
    """
    try:
        existing = admin.list_topics(timeout=_SECONDS).topics
        made = _make_topics(admin, topics, existing)
        changed = _correct_settings(admin, [each for each in topics if each.name in existing])
        added = add_users(admin, users)
        granted, removed = _set_grants(admin, grants, may_remove)
    except KafkaException as error:
        raise StackFailed(f"provisioning Kafka: {error}") from error
    return Changes(made, changed, added, granted, removed)


def groups_can_form(admin: AdminClient) -> bool:
    """Return whether the group coordinator answers, which takes a moment after a start."""
    asked = admin.describe_consumer_groups(["operator.probe"], request_timeout=2)
    try:
        asked["operator.probe"].result()
    except KafkaException as error:
        not_yet = (
            KafkaError.COORDINATOR_NOT_AVAILABLE,
            KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
            KafkaError.NOT_COORDINATOR,
            KafkaError._TIMED_OUT,
        )
        if error.args[0].code() in not_yet:
            return False
        raise
    return True


def _done(futures: Mapping[Any, "Future[Any]"]) -> None:
    for future in futures.values():
        future.result()


def _make_topics(
    admin: AdminClient, topics: Iterable[Topic], existing: Mapping[str, TopicMetadata]
) -> int:
    for topic in topics:
        if topic.name in existing and len(existing[topic.name].partitions) != topic.partitions:
            raise StackFailed(
                f"{topic.name} has {len(existing[topic.name].partitions)} partitions, and "
                f"topics.yaml says {topic.partitions}. They are fixed for life: change the list "
                "back, or start from nothing with `make reset`."
            )
    missing = [
        NewTopic(topic.name, num_partitions=topic.partitions, config=dict(topic.settings))
        for topic in topics
        if topic.name not in existing
    ]
    if GROUPS not in existing:
        # Kafka would make it when the first group forms, and refuse that group until it has.
        settings = {"cleanup.policy": "compact", "compression.type": "producer"}
        missing.append(NewTopic(GROUPS, num_partitions=4, config=settings))
    if missing:
        _done(admin.create_topics(missing, operation_timeout=_SECONDS))
    return len(missing)


def read_state(
    admin: AdminClient, limits: Mapping[str, Mapping[str, float]], grants: Iterable[Grant]
) -> State:
    """
    Read what Kafka has of topics, users and rights; ``limits`` are the quotas it has.

    Rights that equal none of *grants* are read as texts only.
    """
    known = {_binding(grant): grant for grant in grants}
    topics = admin.list_topics(timeout=_SECONDS).topics
    names = [name for name in topics if name.startswith("cri.")]
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
    described = admin.describe_configs(resources).items() if resources else ()
    return State(
        partitions={name: len(topics[name].partitions) for name in names},
        settings={
            resource.name: {name: entry.value for name, entry in future.result().items()}
            for resource, future in described
        },
        users=list_users(admin),
        rights=frozenset(
            Right(_text(binding), known.get(binding)) for binding in _described_acls(admin)
        ),
        limits=limits,
    )


def _text(binding: AclBinding) -> str:
    labels = [
        getattr(each, "name", str(each))
        for each in (binding.permission_type, binding.operation, binding.restype)
    ]
    is_prefix = binding.resource_pattern_type == ResourcePatternType.PREFIXED
    name = f"{binding.name}*" if is_prefix else binding.name
    host = "" if binding.host == "*" else f" from {binding.host}"
    return f"{principal_in(binding)}: {' '.join(labels)} {name}{host}"


def _correct_settings(admin: AdminClient, topics: Iterable[Topic]) -> int:
    wanted = {topic.name: topic.settings for topic in topics}
    if not wanted:
        return 0
    resources = [ConfigResource(ResourceType.TOPIC, name) for name in wanted]
    corrections = []
    for resource, future in admin.describe_configs(resources).items():
        is_now = future.result()
        entries = [
            ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
            for name, value in wanted[resource.name].items()
            if is_now[name].value != value
        ]
        if entries:
            corrections.append(
                ConfigResource(ResourceType.TOPIC, resource.name, incremental_configs=entries)
            )
    if corrections:
        _done(admin.incremental_alter_configs(corrections))
    return len(corrections)


def _set_grants(
    admin: AdminClient, grants: set[Grant], may_remove: Callable[[str], bool]
) -> tuple[int, int]:
    wanted = {_binding(grant) for grant in grants}
    existing = _described_acls(admin)
    excess = {each for each in existing - wanted if may_remove(principal_in(each))}
    if wanted - existing:
        _done(admin.create_acls(list(wanted - existing)))
    if excess:
        _done(admin.delete_acls([_filter(binding) for binding in excess]))
    _wait_until_seen(admin, wanted | (existing - excess))
    return len(wanted - existing), len(excess)


def principal_in(binding: AclBinding) -> str:
    """Return the user that an entry of the access list is about."""
    return str(binding.principal).removeprefix("User:")


def _described_acls(admin: AdminClient) -> set[AclBinding]:
    return set(admin.describe_acls(_filter(None)).result())


def _wait_until_seen(admin: AdminClient, wanted: set[AclBinding]) -> None:
    """Wait until the broker shows these grants: it accepts them before they are in force."""
    deadline = time.monotonic() + SECONDS_UNTIL_SEEN
    while (seen := _described_acls(admin)) != wanted:
        if time.monotonic() > deadline:
            raise StackFailed(
                f"Kafka took the access list, and {SECONDS_UNTIL_SEEN:.0f} s later"
                f" {len(wanted - seen)} grants are missing, {len(seen - wanted)} are still there."
            )
        time.sleep(0.05)  # brokers apply the controller's log without notification


def _binding(grant: Grant) -> AclBinding:
    return AclBinding(
        ResourceType[grant.resource],
        grant.name,
        ResourcePatternType[grant.pattern],
        f"User:{grant.principal}",
        "*",
        AclOperation[grant.operation],
        AclPermissionType.ALLOW,
    )


def _filter(binding: AclBinding | None) -> AclBindingFilter:
    """Match one binding, or all."""
    if binding is None:
        pattern, operation = ResourcePatternType.ANY, AclOperation.ANY
        # None stands for any name, which the type hints of the library do not say.
        any_name: Any = None
        parts = (ResourceType.ANY, any_name, pattern, any_name, any_name, operation)
        return AclBindingFilter(*parts, AclPermissionType.ANY)
    return AclBindingFilter(
        binding.restype,
        binding.name,
        binding.resource_pattern_type,
        binding.principal,
        binding.host,
        binding.operation,
        binding.permission_type,
    )
