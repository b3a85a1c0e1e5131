"""
Generates the Kubernetes objects for topics, users, alert rules and dashboards from their sources.

``python -m deploy.kubernetes.generate`` rewrites the files; `make manifests-check` compares them.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from deploy.monitoring.rules import rendered
from deploy.provision.access import OPERATOR, Grant, grants, principal_of
from deploy.provision.quotas import read_quotas
from deploy.provision.topics import DEPLOY, PARTICIPANTS, Topic, read_participants, read_topics
from shared.contracts.services import DEPLOYABLES

HERE = Path(__file__).parent
MONITORING = DEPLOY / "monitoring"
CLUSTER = "continuum"
# Overlay → the file that lists its participants; the sandbox has those of the demonstration.
REGISTRIES = {
    "sandbox": PARTICIPANTS,
    "production": HERE / "overlays" / "production" / "registry.yaml",
}
_LABELS = {"strimzi.io/cluster": CLUSTER}
Object = dict[str, Any]


def files() -> dict[Path, str]:
    """Return every generated file with its content."""
    made: dict[Path, list[Object]] = {}
    for overlay, registry in REGISTRIES.items():
        participants = read_participants(registry)
        topics = read_topics(participants)
        allowed = grants(topics, participants)
        ours = [principal_of(member) for member in (*DEPLOYABLES, OPERATOR)]
        theirs = [participant.id for participant in participants]
        component = HERE / "components" / "kafka-strimzi"
        # These do not depend on the participants: services may also use the topics of future ones.
        made[component / "topics.yaml"] = [
            topic_object(each) for each in topics if "<participant>" not in each.template
        ]
        made[component / "users.yaml"] = [user_object(each, allowed) for each in ours]
        made[HERE / "overlays" / overlay / "participants.yaml"] = [
            *(topic_object(each) for each in topics if "<participant>" in each.template),
            *(user_object(each, allowed) for each in theirs),
        ]
        made[HERE / "overlays" / overlay / "rules.yaml"] = [rules_object(overlay)]
    monitoring = HERE / "components" / "monitoring"
    made[monitoring / "dashboards.yaml"] = [
        file_object(file, f"dashboard-{file.stem}", {"grafana_dashboard": "1"})
        for file in sorted((MONITORING / "dashboards").glob("*.json"))
    ]
    made[monitoring / "submission.yaml"] = [file_object(MONITORING / "canary.json", "canary", {})]
    return {file: _text(objects) for file, objects in made.items()}


def topic_object(topic: Topic) -> Object:
    """Return the KafkaTopic of one topic."""
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaTopic",
        "metadata": {"name": topic.name, "labels": _LABELS},
        "spec": {
            "partitions": topic.partitions,
            "replicas": 3,
            "config": {
                **topic.settings,
                "min.insync.replicas": "2",
                "unclean.leader.election.enable": "false",
            },
        },
    }


def user_object(principal: str, allowed: Iterable[Grant]) -> Object:
    """Return the KafkaUser of one principal, with its ACLs and quota."""
    quota = read_quotas().of(principal)
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaUser",
        "metadata": {"name": principal, "labels": _LABELS},
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": _acls(principal, allowed)},
            "quotas": {
                "producerByteRate": quota.producer_byte_rate,
                "consumerByteRate": quota.consumer_byte_rate,
                "requestPercentage": quota.request_percentage,
            },
        },
    }


def rules_object(overlay: str) -> Object:
    """Return the PrometheusRule of one installation, with its namespace and runbooks."""
    folder = HERE / "overlays" / overlay
    namespace = yaml.safe_load((folder / "kustomization.yaml").read_text())["namespace"]
    settings = yaml.safe_load((folder / "monitoring.yaml").read_text())
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": CLUSTER},
        "spec": rendered(namespace, settings["runbooks"], settings.get("without", ())),
    }


def file_object(file: Path, name: str, labels: Mapping[str, str]) -> Object:
    """Return the ConfigMap that holds one file; Grafana's sidecar finds dashboards by a label."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{CLUSTER}-{name}", "labels": dict(labels)},
        "data": {file.name: file.read_text()},
    }


def _acls(principal: str, allowed: Iterable[Grant]) -> list[Object]:
    operations: dict[tuple[str, str, str], list[str]] = {}
    for grant in sorted(allowed):
        if grant.principal == principal:
            resource = (grant.resource.lower(), grant.name, grant.pattern)
            operations.setdefault(resource, []).append(grant.operation.capitalize())
    patterns = {"LITERAL": "literal", "PREFIXED": "prefix"}
    return [
        {
            "resource": {"type": kind, "name": name, "patternType": patterns[pattern]},
            "operations": names,
        }
        for (kind, name, pattern), names in operations.items()
    ]


def _text(objects: Sequence[Object]) -> str:
    head = "# Generated by `make manifests`: see deploy/kubernetes/generate.py\n"
    return head + yaml.safe_dump_all(objects, sort_keys=False, width=99)


def main() -> None:
    """Rewrite the files that differ."""
    for file, text in files().items():
        if not file.exists() or file.read_text() != text:
            file.write_text(text)
            print(f"manifests: {file.relative_to(DEPLOY.parent)} is new")


if __name__ == "__main__":
    main()
