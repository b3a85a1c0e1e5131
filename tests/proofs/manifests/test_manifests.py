"""Every policy refuses the mistake that it is there for; needs the tools of manifests-check."""

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

import pytest

from deploy.kubernetes import generate
from deploy.tools import catalog
from tests.proofs.manifests import agreement, monitoring, network, policies, public, stores
from tests.proofs.manifests.__main__ import POLICIES, schemas
from tests.proofs.manifests.rendered import Object, Objects, of_kind, render

LACKING = [tool.name for tool in catalog.needed("manifests-check") if not tool.is_there]
pytestmark = pytest.mark.skipif(
    bool(LACKING),
    reason=f"`make tools FOR=manifests-check` brings what is missing: {', '.join(LACKING)}",
)
Break = Callable[[list[Object]], None]
topics = partial(agreement.topics, overlay="production")
users = partial(agreement.users, overlay="production")


@pytest.fixture(scope="module")
def everything() -> Objects:
    return render("production", "keda", "traces")


@pytest.fixture
def objects(everything: Objects) -> list[Object]:
    return deepcopy(list(everything))


def one(objects: Objects, kind: str, name: str) -> Object:
    named = [each for each in of_kind(objects, kind) if each["metadata"]["name"] == name]
    (found,) = named or (
        each for each in of_kind(objects, kind) if each["metadata"]["name"].startswith(name)
    )
    return found


def put(kind: str, name: str, path: str, value: Any) -> Break:
    """Return what sets one field; the value ``None`` removes it."""

    def broken(objects: list[Object]) -> None:
        *way, last = path.split("/")
        place: Any = one(objects, kind, name)
        for step in way:
            place = place[int(step) if step.lstrip("-").isdigit() else step]
        key: Any = int(last) if isinstance(place, list) else last
        if value is None:
            del place[key]
        else:
            place[key] = value

    return broken


def without(kind: str, name: str) -> Break:
    def broken(objects: list[Object]) -> None:
        objects.remove(one(objects, kind, name))

    return broken


def with_object(added: Object) -> Break:
    return lambda objects: objects.append(added)


def of(kind: str, **rest: Any) -> Object:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "more"}, **rest}


POD = "spec/template/spec"
BOX = f"{POD}/containers/0"
ENDPOINT = "spec/podMetricsEndpoints/0"
intake = partial(put, "Deployment", "intake-service")
job = partial(put, "Job", "intake-migration")
settings = partial(put, "ConfigMap", "intake-settings")
kafka = partial(put, "Kafka", "continuum")
cluster = partial(put, "Cluster", "continuum-postgres")
edge = partial(put, "NetworkPolicy")


def rule(path: str, value: Any) -> Break:
    return put("PrometheusRule", "", f"spec/groups/0/rules/0/{path}", value)


ANYWHERE = [{"ipBlock": {"cidr": "0.0.0.0/0"}}]

BROKEN: list[tuple[Any, Break, str]] = [
    (policies.restricted, intake(f"{POD}/securityContext/runAsNonRoot", False), "as user 65532"),
    (policies.restricted, intake(f"{POD}/securityContext/runAsUser", 0), "as user 65532"),
    (policies.restricted, intake(f"{POD}/securityContext/seccompProfile", {}), "no seccomp"),
    (policies.restricted, intake(f"{POD}/hostNetwork", True), "shares something"),
    (policies.restricted, job(f"{POD}/hostPID", True), "shares something"),
    (policies.restricted, intake(f"{POD}/volumes/0", {"name": "x", "hostPath": {}}), "mounts x"),
    (policies.restricted, intake(f"{BOX}/securityContext/allowPrivilegeEscalation", None), "gain"),
    (policies.restricted, intake(f"{BOX}/securityContext/privileged", True), "gain"),
    (policies.restricted, intake(f"{BOX}/securityContext/readOnlyRootFilesystem", False), "root"),
    (
        policies.restricted,
        intake(f"{BOX}/securityContext/capabilities/drop", ["NET_RAW"]),
        "capab",
    ),
    (policies.restricted, job(f"{BOX}/securityContext/capabilities/add", ["CHOWN"]), "capabilit"),
    (policies.restricted, intake(f"{BOX}/ports/0/hostPort", 8080), "port of its host"),
    (policies.restricted, put("Namespace", "", "metadata/labels", {}), "not restricted"),
    (policies.restricted, without("Namespace", ""), "no namespace"),
    (policies.probes, intake(f"{BOX}/livenessProbe/httpGet/path", "/ready"), "liveness probe"),
    (policies.probes, intake(f"{BOX}/readinessProbe", None), "readiness probe"),
    (policies.probes, intake(f"{BOX}/startupProbe/failureThreshold", 3), "120 s to start"),
    (policies.probes, settings("data/CONTINUUM_HTTP_PORT", "9000"), "nothing listens on"),
    (policies.ends_in_order, intake(f"{POD}/terminationGracePeriodSeconds", 30), "45 s to end"),
    (policies.ends_in_order, intake(f"{BOX}/command", ["sh", "-c"]), "between the process"),
    (policies.ends_in_order, intake(f"{BOX}/lifecycle", {"preStop": {}}), "between the process"),
    (policies.spread, intake(f"{POD}/topologySpreadConstraints/0", None), "topology.kubernetes"),
    (policies.spread, intake(f"{POD}/topologySpreadConstraints/1/maxSkew", 2), "hostname"),
    (
        policies.spread,
        intake(f"{POD}/topologySpreadConstraints/1/labelSelector/matchLabels", {}),
        "hostname",
    ),
    (policies.replicas, intake("spec/replicas", 1), "replicas are not"),
    (policies.replicas, without("ScaledObject", "intake"), "replicas are not 2"),
    (policies.replicas, intake("spec/strategy/rollingUpdate/maxSurge", 1), "more than one pod"),
    (policies.replicas, put("ScaledObject", "intake", "spec/minReplicaCount", 0), "below 2"),
    (
        policies.replicas,
        put("ScaledObject", "intake", "spec/triggers/0/metadata/excludePersistentLag", "false"),
        "stands still",
    ),
    (policies.budgets, put("PodDisruptionBudget", "intake", "spec/maxUnavailable", 2), "budget"),
    (policies.budgets, without("PodDisruptionBudget", "intake"), "no budget"),
    (policies.budgets, put("PodDisruptionBudget", "intake", "spec/selector", {}), "holds up"),
    (policies.resources, intake(f"{BOX}/resources/limits/memory", None), "limits"),
    (policies.resources, job(f"{BOX}/resources/requests", None), "requests"),
    (policies.secrets, with_object(of("Secret")), "does not belong"),
    (policies.secrets, job(f"{BOX}/env/0/valueFrom", {"secretKeyRef": {}}), "environment"),
    (policies.secrets, intake(f"{BOX}/envFrom/0", {"secretRef": {"name": "x"}}), "environment"),
    (policies.secrets, settings("data/CONTINUUM_KAFKA_PASSWORD", "x"), "KAFKA_PASSWORD is in"),
    (policies.secrets, intake(f"{BOX}/volumeMounts/0/readOnly", None), "can be written"),
    (policies.digests, intake(f"{BOX}/image", "registry.example/continuum:latest"), "digest"),
    (policies.no_token, intake(f"{POD}/automountServiceAccountToken", None), "mounts a token"),
    (policies.no_token, intake(f"{POD}/serviceAccountName", "default"), "account of its own"),
    (
        policies.no_token,
        put("ServiceAccount", "intake-service", "automountServiceAccountToken", True),
        "hands out",
    ),
    (policies.no_token, with_object(of("RoleBinding")), "grants something"),
    (policies.migrations, without("Job", "intake-migration"), "0 workloads are its migration"),
    (policies.migrations, job(f"{BOX}/env/0/value", "intake"), "wrong role"),
    (
        policies.migrations,
        settings("data/CONTINUUM_POSTGRES_USER", "intake_migrate"),
        "wrong role",
    ),
    (policies.migrations, settings("data/CONTINUUM_POSTGRES_DATABASE", "x"), "another database"),
    (policies.migrations, intake(f"{BOX}/args/0", "services.routing"), "does not run intake"),
    (policies.desk, without("Deployment", "operator-desk"), "0 places for the command line"),
    (
        policies.desk,
        put(
            "Deployment", "operator-desk", f"{POD}/volumes/0/secret/secretName", "postgres-intake"
        ),
        "has the secrets",
    ),
    (
        policies.desk,
        put("Deployment", "operator-desk", f"{BOX}/env/1/value", "prefer"),
        "trusts any server",
    ),
    (
        policies.desk,
        put("Cluster", "", "spec/managed/roles/0/inRoles", ["pg_read_all_data"]),
        "is a member of",
    ),
    (monitoring.monitored, put("PodMonitor", "continuum", "spec/jobLabel", None), "another job"),
    (
        monitoring.monitored,
        put("PodMonitor", "continuum", "spec/selector", {"matchLabels": {"a": "b"}}),
        "0 mo",
    ),
    (
        monitoring.monitored,
        put("PodMonitor", "continuum", f"{ENDPOINT}/port", "metrics"),
        "where they are not",
    ),
    (stores.backups, without("ObjectStore", "continuum-archive"), "is archived nowhere"),
    (stores.backups, put("ObjectStore", "", "spec/retentionPolicy", None), "keeps everything"),
    (
        stores.backups,
        put("ScheduledBackup", "continuum-postgres-", "spec/backupOwnerReference", "cluster"),
        "goes with what it is",
    ),
    (
        stores.backups,
        put("ScheduledBackup", "continuum-postgres-archive", "spec/method", "volumeSnapshot"),
        "no base backup",
    ),
    (stores.backups, put("Cluster", "", "spec/plugins", None), "is archived nowhere"),
    (
        monitoring.monitored,
        without("PodMonitor", "continuum-kafka"),
        "continuum-kafka: 0 monitors",
    ),
    (
        monitoring.monitored,
        put("PodMonitor", "continuum-postgres", "spec/jobLabel", "app"),
        "or as another job",
    ),
    (monitoring.monitored, kafka("spec/kafka/metricsConfig", None), "shows no metrics"),
    (
        monitoring.monitored,
        put("PodMonitor", "continuum-kafka", "metadata/labels", {}),
        "has no label release",
    ),
    (
        monitoring.monitored,
        put("PrometheusRule", "", "metadata/labels/release", None),
        "has no label release",
    ),
    (monitoring.rules, without("PrometheusRule", ""), "no alert rules"),
    (monitoring.rules, rule("expr", "cri_parked_keys > 0"), "of every namespace"),
    (
        monitoring.rules,
        rule("expr", 'absent(up{job="intake",namespace="another"})'),
        "looks at up of every namespace",
    ),
    (monitoring.rules, rule("labels/namespace", None), "which installation"),
    (
        monitoring.rules,
        rule("annotations/runbook_url", "docs/runbooks.md#servicedown"),
        "does not lead to its runbook",
    ),
    (
        agreement.elsewhere,
        put(
            "ScaledObject",
            "intake",
            "spec/triggers/0/metadata/bootstrapServers",
            "continuum-kafka-bootstrap:9093",
        ),
        "which is not continuum-kafka-bootstrap.continuum.svc:9093",
    ),
    (
        agreement.nodes,
        kafka("spec/kafka/rack/topologyKey", "example.org/building"),
        "needs the label example.org/building",
    ),
    (stores.kafka, without("Kafka", "continuum"), "0 Kafka clusters"),
    (stores.kafka, kafka("spec/kafka/listeners/0/tls", False), "plaintext"),
    (stores.kafka, kafka("spec/kafka/listeners/1/authentication", None), "lets in anybody"),
    (stores.kafka, kafka("spec/kafka/listeners/0/networkPolicyPeers", None), "open to every pod"),
    (stores.kafka, kafka("spec/kafka/authorization", None), "may do everything"),
    (stores.kafka, kafka("spec/kafka/config/min.insync.replicas", 1), "min.insync.replicas"),
    (stores.kafka, kafka("spec/kafka/config/unclean.leader.election.enable", True), "unclean"),
    (stores.kafka, put("KafkaNodePool", "brokers", "spec/replicas", 1), "the nodes are"),
    (stores.kafka, put("KafkaNodePool", "controllers", "spec/replicas", 2), "the nodes are"),
    (
        stores.kafka,
        put("KafkaNodePool", "brokers", "spec/storage/volumes/0/deleteClaim", True),
        "goes with the pod",
    ),
    (stores.kafka, put("KafkaTopic", "cri.int.intake", "spec/replicas", 1), "lose records"),
    (
        stores.kafka,
        put("KafkaTopic", "cri.int.intake", "spec/config/cleanup.policy", "compact"),
        "compacted",
    ),
    (stores.postgres, without("Cluster", "continuum"), "0 Postgres clusters"),
    (stores.postgres, cluster("spec/instances", 1), "instances are not 3"),
    (
        stores.postgres,
        cluster("spec/postgresql/synchronous/dataDurability", "preferred"),
        "commit",
    ),
    (stores.postgres, cluster("spec/postgresql/pg_hba/-1", None), "not named may connect"),
    (
        stores.postgres,
        cluster("spec/postgresql/pg_hba/0", "host all all all trust"),
        "without TLS",
    ),
    (stores.postgres, cluster("spec/managed/roles/0/superuser", True), "may do too much"),
    (
        public.pages,
        put("Service", "reporting-pages", "spec/ports/0/targetPort", "http"),
        "not its pages",
    ),
    (
        public.pages,
        put("ConfigMap", "reporting-settings", "data/CONTINUUM_PUBLIC_PORT", "8080"),
        "not its pages",
    ),
    (public.pages, without("Service", "reporting-pages"), "no Service leads"),
    (public.probes, without("Service", "routing-probes"), "the probes of all its pods"),
    (
        public.probes,
        put("Service", "routing-probes", "spec/publishNotReadyAddresses", False),
        "the probes of all its pods",
    ),
    (
        public.pages,
        put("Service", "reporting-pages", "spec/publishNotReadyAddresses", None),
        "while Kafka is away",
    ),
    (
        stores.postgres,
        settings("data/CONTINUUM_POSTGRES_HOST", "continuum-postgres-r"),
        "write to the primary",
    ),
    (stores.postgres, settings("data/PGSSLMODE", "prefer"), "any server"),
    (network.network, without("NetworkPolicy", "nothing-unless"), "may reach entity operator"),
    (network.network, edge("services", "spec/egress/0", None), "intake does not reach broker"),
    (
        network.network,
        edge("services", "spec/ingress/0/ports", None),
        "prometheus may reach intake",
    ),
    (network.network, edge("services", "spec/egress/1/to", ANYWHERE), "intake may reach outside"),
    (network.network, edge("pages", "spec/podSelector", {}), "ingress may reach"),
    (network.network, edge("names", "spec/egress", []), "does not reach dns"),
    (network.network, edge("postgres", "spec/ingress/0/from", None), "stranger elsewhere may"),
    (network.network, without("NetworkPolicy", "canary"), "canary does not reach broker"),
    (network.network, without("NetworkPolicy", "keda"), "keda does not reach broker"),
    (network.network, without("NetworkPolicy", "traces"), "intake does not reach collector"),
    (network.network, edge("traces", "spec/egress/0/to", ANYWHERE), "intake may reach outside"),
    (agreement.settings, settings("data/CONTINUUM_AGENCY_LIST", None), "agency_list"),
    (agreement.settings, settings("data/CONTINUUM_KAFKA_SERVER", "x"), "is no setting of intake"),
    (agreement.settings, settings("data/KAFKA_SERVERS", "x"), "nothing reads KAFKA_SERVERS"),
    (agreement.settings, settings("data/CONTINUUM_HTTP_PORT", "http"), "http_port"),
    (agreement.settings, intake(f"{BOX}/env/0/value", "collector:4318"), "traces_endpoint"),
    (agreement.settings, settings("data/CONTINUUM_KAFKA_USER", "svc-routing"), "Kafka's user"),
    (agreement.settings, settings("data/CONTINUUM_KAFKA_SERVERS", "kafka:9092"), "another Kafka"),
    (agreement.settings, settings("data/PGSSLROOTCERT", "/etc/ca.crt"), "is not mounted"),
    (
        agreement.settings,
        settings("data/CONTINUUM_AGENCY_LIST", "/srv/continuum/agencies.csv"),
        "not in the image",
    ),
    (
        agreement.settings,
        intake(f"{POD}/volumes/0/projected/sources/1/secret/name", "postgres-routing"),
        "has passwords of",
    ),
    (
        agreement.settings,
        intake(f"{POD}/volumes/0/projected/sources/1", None),
        "continuum_postgres_password is not given",
    ),
    (topics, without("KafkaTopic", "cri.int.intake"), "one of list and manifests"),
    (topics, put("KafkaTopic", "cri.int.intake", "spec/partitions", 12), "other partitions"),
    (
        topics,
        put("KafkaTopic", "cri.int.intake", "spec/config/retention.ms", "1"),
        "other settings",
    ),
    (users, put("KafkaUser", "svc-intake", "spec/authorization/acls/0", None), "may not"),
    (
        users,
        put("KafkaUser", "svc-routing", "spec/authorization/acls/0/resource/name", "cri."),
        "may DESCRIBE TOPIC cri.",
    ),
    (users, put("KafkaUser", "program-office", "spec/quotas", {}), "no quota"),
]


@pytest.mark.parametrize(
    ("policy", "broken", "words"), BROKEN, ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_policy_refuses_what_it_is_there_for(
    objects: list[Object], policy: Any, broken: Break, words: str
) -> None:
    assert list(policy(objects)) == []

    broken(objects)

    assert [finding for finding in policy(objects) if words in finding], list(policy(objects))


def test_every_policy_has_a_mistake_that_it_refuses() -> None:
    assert {policy for policy, _, _ in BROKEN} == {*POLICIES, topics, users}


def test_a_field_that_no_schema_knows_is_refused(objects: list[Object]) -> None:
    wrong = {"Deployment": "replica", "Kafka": "kafkas", "Cluster": "instance", "PodMonitor": "x"}
    for kind, field in wrong.items():
        of_kind(objects, kind)[0]["spec"][field] = 1

    found = schemas({"broken": objects})

    assert len(found) == len(wrong)
    for kind, field in wrong.items():
        assert [each for each in found if f"{kind}/" in each and field in each]


def test_a_kind_without_a_schema_is_refused() -> None:
    (found,) = schemas({"broken": [of("Nothing")]})

    assert "find schema for kind Nothing" in found


def test_a_generated_file_that_was_changed_by_hand_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = generate.files()
    changed = next(iter(made))

    monkeypatch.setattr(generate, "files", lambda: {**made, changed: "another"})

    (found,) = agreement.generated()
    assert "out of date" in found
