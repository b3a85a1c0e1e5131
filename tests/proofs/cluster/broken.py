"""Mistakes that Kubernetes itself must refuse, each with a part of its error message."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.proofs.manifests.rendered import Object, Objects, of_kind

POD = "spec/template/spec"
BOX = f"{POD}/containers/0"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong value in the first object of a kind, and a part of the error message."""

    kind: str
    path: str
    value: Any
    words: str
    name: str = ""
    fresh: bool = False
    """Use another name; otherwise it is refused because the field is immutable."""

    def made(self, objects: Objects) -> Object:
        """Return the object with the mistake in it."""
        found = (
            each
            for each in of_kind(objects, self.kind)
            if each["metadata"]["name"].startswith(self.name)
        )
        whole = deepcopy(next(found))
        if self.fresh:
            whole["metadata"]["name"] += "-fresh"
        *way, last = self.path.split("/")
        place: Any = whole
        for step in way:
            place = place[int(step) if step.isdigit() else step]
        place[int(last) if last.isdigit() else last] = self.value
        return whole


MISTAKES: Sequence[Mistake] = (
    # Pod Security `restricted`: the answer to a Deployment is a warning, which counts as an error.
    Mistake("Deployment", f"{POD}/securityContext/runAsNonRoot", False, "runAsNonRoot"),
    Mistake("Deployment", f"{POD}/securityContext/runAsUser", 0, "runAsUser=0"),
    Mistake("Deployment", f"{POD}/securityContext/seccompProfile", None, "seccompProfile"),
    Mistake("Deployment", f"{POD}/hostNetwork", True, "host namespaces"),
    Mistake(
        "Deployment",
        f"{POD}/volumes/0",
        {"name": "secrets", "hostPath": {"path": "/"}},
        "hostPath",
    ),
    Mistake(
        "Deployment",
        f"{BOX}/securityContext/allowPrivilegeEscalation",
        True,
        "allowPrivilegeEscalation",
    ),
    Mistake("Deployment", f"{BOX}/securityContext/capabilities/drop", [], "unrestricted capabil"),
    Mistake(
        "Job", f"{BOX}/securityContext/capabilities/add", ["NET_ADMIN"], "capabilities", fresh=True
    ),
    # Validation of Kubernetes' own kinds.
    Mistake("Deployment", "spec/replica", 2, "unknown field"),
    Mistake("Deployment", f"{BOX}/livenessProb", {}, "unknown field"),
    Mistake("Deployment", "spec/replicas", "two", "invalid type"),
    Mistake("Deployment", f"{BOX}/volumeMounts/0/name", "secret", "Not found"),
    Mistake("Deployment", f"{BOX}/resources/requests/memory", "2Gi", "less than or equal to"),
    Mistake(
        "Deployment", "spec/template/metadata/labels", {"a": "b"}, "does not match", fresh=True
    ),
    Mistake("Deployment", "spec/selector/matchLabels", {"a": "b"}, "immutable"),
    Mistake("Deployment", "metadata/namespace", "nowhere", "not found"),
    Mistake("Job", f"{BOX}/args", ["services.intake", "run"], "immutable"),
    Mistake("Job", f"{POD}/restartPolicy", "Always", "restartPolicy", fresh=True),
    Mistake("PodDisruptionBudget", "spec/minAvailable", 1, "cannot be both set"),
    Mistake("NetworkPolicy", "spec/policyTypes", ["In"], "policyTypes"),
    Mistake("NetworkPolicy", "spec/ingress/0/ports/0/port", 90000, "65535", name="kafka"),
    Mistake("Service", "spec/ports/0/port", 0, "65535"),
    # The operators' custom resource definitions.
    Mistake("Kafka", "spec/zookeeper", {"replicas": 3}, "unknown field"),
    Mistake("Kafka", "spec/kafka/listeners/0/type", "plain", "Unsupported value"),
    Mistake("Kafka", "apiVersion", "kafka.strimzi.io/v1beta2", "no matches for kind"),
    Mistake("KafkaNodePool", "spec/roles", ["leader"], "Unsupported value"),
    Mistake("KafkaTopic", "spec/partitions", "six", "invalid type"),
    Mistake("KafkaTopic", "spec/partitions", 0, "greater than or equal to 1"),
    Mistake("KafkaUser", "spec/authorization/acls/0/operations", ["Reed"], "Unsupported value"),
    Mistake("KafkaUser", "spec/quotas/producerByteRate", -1, "greater than or equal to 0"),
    Mistake("Cluster", "spec/instances", 0, "greater than or equal to 1"),
    Mistake("Cluster", "spec/postgresql/synchronous/number", 0, "greater than zero"),
    Mistake(
        "Cluster", "spec/postgresql/synchronous/dataDurability", "perhaps", "Unsupported value"
    ),
    Mistake("Database", "spec/owner", None, "missing required field"),
    Mistake("PodMonitor", "spec/podMetricsEndpoints/0/interval", "often", "should match"),
)
