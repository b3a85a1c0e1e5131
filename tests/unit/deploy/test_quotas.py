from collections import Counter
from typing import Any

import yaml

from deploy.kubernetes import generate
from deploy.monitoring.rules import alerts
from deploy.provision.broker_quotas import differences
from deploy.provision.quotas import read_quotas
from deploy.provision.topics import PARTICIPANTS, TOPICS, read_participants, read_topics
from shared.contracts.services import DEPLOYABLES

LIMITS = yaml.safe_load(TOPICS.read_text())["limits"]
BROKERS = generate.HERE / "components" / "kafka-strimzi" / "kafka.yaml"
UNITS = {"Gi": 2**30, "Ti": 2**40}


def volume(pool: str) -> int:
    """Return how many bytes each node of a pool has for its logs."""
    documents: list[dict[str, Any]] = list(yaml.safe_load_all(BROKERS.read_text()))
    (nodes,) = (each for each in documents if each["metadata"]["name"] == pool)
    sizes = [each["size"] for each in nodes["spec"]["storage"]["volumes"]]
    return sum(int(size[:-2]) * UNITS[size[-2:]] for size in sizes)


def test_quotas_and_retention_cover_the_recovery_time() -> None:
    quota = read_quotas().participant
    seconds = LIMITS["recovery_minutes"] * 60

    for retained in LIMITS["retained_bytes"].values():
        assert retained >= quota.producer_byte_rate * seconds


def test_every_topic_of_a_participant_is_bounded_and_no_log_is() -> None:
    for topic in read_topics(read_participants(PARTICIPANTS)):
        settings, theirs = topic.settings, topic.name.startswith(("cri.in.", "cri.out."))
        assert ("retention.bytes" in settings) == theirs, topic.name
        if theirs:
            # Only whole segments are deleted: a large one would keep far more than is retained.
            assert int(settings["segment.bytes"]) <= int(settings["retention.bytes"]) / 10
            assert int(settings["segment.bytes"]) > 10 * int(settings["max.message.bytes"])


def test_participants_topics_fill_at_most_half_of_a_brokers_disk() -> None:
    participants = read_participants(generate.REGISTRIES["production"])
    filled = sum(
        int(topic.settings["retention.bytes"]) + int(topic.settings["segment.bytes"])
        for topic in read_topics(participants)
        if "retention.bytes" in topic.settings
    )

    # Every broker has a copy of every topic.
    assert filled <= volume("brokers") / 2


def test_records_of_participants_are_stored_uncompressed() -> None:
    stored = Counter(
        (topic.template, topic.settings.get("compression.type"))
        for topic in read_topics(read_participants(PARTICIPANTS))
    )

    assert {each for each in stored if each[1] is not None} == {
        ("cri.in.<participant>.v1", "uncompressed"),
        ("cri.in.office-desk.v1", "uncompressed"),
        ("cri.in.web-desk.v1", "uncompressed"),
    }


def test_each_user_has_the_quota_of_its_kind() -> None:
    quotas, participants = read_quotas(), read_participants(PARTICIPANTS)

    of_users = quotas.by_principal(participants)

    assert of_users["svc-intake"] == quotas.service
    assert of_users["operator"] == quotas.operator
    assert of_users["svc-webdesk"] == quotas.participant
    assert {of_users[each.id] for each in participants} == {quotas.participant}
    assert len(of_users) == len(participants) + len(DEPLOYABLES) + 1


def test_only_differing_quotas_are_altered_and_unknown_ones_removed() -> None:
    existing = {"same": {"a": 1.0}, "other": {"a": 1.0, "b": 2.0}, "gone": {"a": 1.0}}
    wanted = {"same": {"a": 1.0}, "other": {"a": 3.0}, "new": {"a": 1.0}}

    assert differences(existing, wanted) == {
        "other": {"a": 3.0, "b": None},
        "gone": {"a": None},
        "new": {"a": 1.0},
    }


def test_the_alert_fires_at_half_of_a_topics_limit() -> None:
    (alert,) = (each for each in alerts() if each.name == "ParticipantTopicFilling")

    assert {int(alert.expr.split("> ")[1])} == {
        retained // 2 for retained in LIMITS["retained_bytes"].values()
    }
