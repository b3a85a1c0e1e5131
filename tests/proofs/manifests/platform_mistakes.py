"""A mistake for each other policy: policy, change, part of the finding."""

from functools import partial
from typing import Any

from tests.proofs.manifests import agreement, monitoring, network, stores
from tests.proofs.manifests.breaking import (
    BOX,
    POD,
    Break,
    cluster,
    edge,
    intake,
    kafka,
    office,
    put,
    settings,
    without,
)

topics = partial(agreement.topics, overlay="production")
users = partial(agreement.users, overlay="production")
ENDPOINT = "spec/podMetricsEndpoints/0"


def rule(path: str, value: Any) -> Break:
    return put("PrometheusRule", "", f"spec/groups/0/rules/0/{path}", value)


ANYWHERE = [{"ipBlock": {"cidr": "0.0.0.0/0"}}]
HALF = [{"ipBlock": {"cidr": "128.0.0.0/1"}}]

PLATFORM_MISTAKES: list[tuple[Any, Break, str]] = [
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
    (network.network, without("NetworkPolicy", "mail"), "does not reach mail gateway"),
    (
        network.network,
        edge("mail", "spec/egress/0/to", ANYWHERE),
        "notifications may reach outside",
    ),
    (network.network, without("NetworkPolicy", "issuer"), "desk does not reach issuer at 443"),
    (network.network, edge("issuer", "spec/egress/0/to", ANYWHERE), "desk may reach outside"),
    (network.network, edge("issuer", "spec/egress/0/to", HALF), "128.0.0.0/1 is more than"),
    (network.network, edge("issuer", "spec/podSelector", {}), "routing may reach issuer at 443"),
    (network.network, edge("issuer", "spec/egress/0/ports", None), "desk may reach issuer at 22"),
    *(
        (agreement.settings, office(f"data/CONTINUUM_{name}", None), f"('{name.lower()}',)")
        for name in ("PUBLIC_URL", "ISSUER", "CLIENT_ID", "OFFICE_TELEPHONE", "OMB_NUMBER")
    ),
    *(
        (agreement.settings, office(f"data/CONTINUUM_{name}", value), f"holders: {name.lower()}")
        for name, value in (
            ("ISSUER", "https://sign-in.program.example"),
            ("OFFICE_TELEPHONE", "202-555-0100"),
            ("OMB_NUMBER", "0000-0000"),
        )
    ),
    (
        agreement.settings,
        put(
            "Deployment",
            "desk-service",
            f"{POD}/volumes/0/projected/sources/2/secret/name",
            "postgres-desk",
        ),
        "has passwords of",
    ),
    (
        agreement.settings,
        put(
            "Deployment",
            "webdesk-service",
            f"{POD}/volumes/0/projected/sources/2/secret/name",
            "mail",
        ),
        "has passwords of",
    ),
    (
        agreement.desk_address,
        put("ConfigMap", "public-desk", "data/CONTINUUM_DESK_URL", "https://office.internal"),
        "https://office.internal is not the address of the public desk",
    ),
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
