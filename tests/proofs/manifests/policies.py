"""Policies for every workload: each yields its findings."""

import re
from collections.abc import Iterator

from shared.contracts.services import DEPLOYABLES
from tests.proofs.manifests.rendered import (
    Object,
    Objects,
    component_of,
    environment,
    labels_of,
    named,
    of_kind,
    selects,
    service_of,
    services,
    workloads,
)

UID = 65532
GRACE_SECONDS = 45
START_SECONDS = 120
DIGEST = re.compile(r"@sha256:[0-9a-f]{64}\Z")
VOLUMES = {"projected", "configMap", "emptyDir", "secret", "downwardAPI", "persistentVolumeClaim"}
SPREAD = {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}


def restricted(objects: Objects) -> Iterator[str]:
    """Pods follow the Pod Security Standard `restricted`, and the namespaces enforce it."""
    for namespace in of_kind(objects, "Namespace"):
        for mode in ("enforce", "audit", "warn"):
            label = (
                namespace["metadata"].get("labels", {}).get(f"pod-security.kubernetes.io/{mode}")
            )
            if label != "restricted":
                yield f"{named(namespace)}: Pod Security is not restricted ({mode})"
    if not of_kind(objects, "Namespace"):
        yield "no namespace that demands Pod Security"
    for each, pod in workloads(objects):
        own = pod.get("securityContext", {})
        if (own.get("runAsNonRoot"), own.get("runAsUser")) != (True, UID):
            yield f"{named(each)}: does not run as user {UID}"
        if own.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{named(each)}: has no seccomp profile"
        if any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
            yield f"{named(each)}: shares something with its host"
        for volume in pod.get("volumes", ()):
            if not set(volume) - {"name"} <= VOLUMES:
                yield f"{named(each)}: mounts {volume['name']}, a forbidden kind"
        for container in _containers(pod):
            context = container.get("securityContext", {})
            if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
                yield f"{named(each)}: may gain privileges"
            if context.get("readOnlyRootFilesystem") is not True:
                yield f"{named(each)}: its root can be written"
            capabilities = context.get("capabilities", {})
            if capabilities.get("drop") != ["ALL"] or capabilities.get("add"):
                yield f"{named(each)}: has capabilities"
            if any("hostPort" in port for port in container.get("ports", ())):
                yield f"{named(each)}: takes a port of its host"


def probes(objects: Objects) -> Iterator[str]:
    """Startup and liveness probes ask `/alive`, readiness probes `/ready`."""
    for each in services(objects):
        (container,) = each["spec"]["template"]["spec"]["containers"]
        ports = {port["name"]: str(port["containerPort"]) for port in container.get("ports", ())}
        listens = environment(each, objects).get("CONTINUUM_HTTP_PORT")
        for kind, path in (("startup", "/alive"), ("liveness", "/alive"), ("readiness", "/ready")):
            probe = container.get(f"{kind}Probe", {})
            asked = probe.get("httpGet", {})
            if asked.get("path") != path:
                yield f"{named(each)}: its {kind} probe does not ask {path}"
            if ports.get(asked.get("port")) != listens:
                yield f"{named(each)}: its {kind} probe asks a port that nothing listens on"
        start = container.get("startupProbe", {})
        if start.get("periodSeconds", 0) * start.get("failureThreshold", 0) != START_SECONDS:
            yield f"{named(each)}: may not take {START_SECONDS} s to start"


def shutdown(objects: Objects) -> Iterator[str]:
    """A process gets signals directly, and has the time to finish its batch."""
    for each, pod in workloads(objects):
        if pod.get("terminationGracePeriodSeconds") != GRACE_SECONDS:
            yield f"{named(each)}: has not {GRACE_SECONDS} s to end"
        for container in _containers(pod):
            if container.get("command", [""])[0] != "python" or container.get("lifecycle"):
                yield f"{named(each)}: something stands between the process and its signals"


def spread(objects: Objects) -> Iterator[str]:
    """The pods of a service are spread over nodes and zones."""
    for each in services(objects):
        pod = each["spec"]["template"]["spec"]
        good = {
            rule["topologyKey"]
            for rule in pod.get("topologySpreadConstraints", ())
            if rule["whenUnsatisfiable"] == "DoNotSchedule"
            and rule["maxSkew"] == 1
            and rule.get("nodeTaintsPolicy") == "Honor"
            and selects(rule["labelSelector"], labels_of(each))
            and not any(
                selects(rule["labelSelector"], labels_of(other))
                for other, _ in workloads(objects)
                if other is not each
            )
        }
        for missing in sorted(SPREAD - good):
            yield f"{named(each)}: is not spread over {missing}"


def replicas(objects: Objects) -> Iterator[str]:
    """Each service has two pods, or as many as KEDA sets; a rollout replaces one at a time."""
    scaled = {each["spec"]["scaleTargetRef"]["name"] for each in of_kind(objects, "ScaledObject")}
    for each in services(objects):
        wanted = None if each["metadata"]["name"] in scaled else 2
        if each["spec"].get("replicas") != wanted:
            yield f"{named(each)}: replicas are not {wanted}"
        if each["spec"].get("strategy", {}).get("rollingUpdate") != {
            "maxUnavailable": 1,
            "maxSurge": 0,
        }:
            yield f"{named(each)}: a rollout takes more than one pod at a time"
    for each in of_kind(objects, "ScaledObject"):
        if each["spec"].get("minReplicaCount") != 2:
            yield f"{named(each)}: may scale below 2"
        for trigger in each["spec"]["triggers"]:
            if trigger["metadata"].get("excludePersistentLag") != "true":
                yield f"{named(each)}: a partition that stands still would call for more processes"


def budgets(objects: Objects) -> Iterator[str]:
    """A drain evicts one pod of a service at a time."""
    found = of_kind(objects, "PodDisruptionBudget")
    for each in services(objects):
        own = [one for one in found if selects(one["spec"]["selector"], labels_of(each))]
        if [one["spec"].get("maxUnavailable") for one in own] != [1]:
            yield f"{named(each)}: no budget of one pod"
    for each in of_kind(objects, "Job"):
        if any(selects(one["spec"]["selector"], labels_of(each)) for one in found):
            yield f"{named(each)}: a budget holds up drains"


def resources(objects: Objects) -> Iterator[str]:
    """Every container has requests and limits."""
    for each, pod in workloads(objects):
        for container in _containers(pod):
            for what in ("requests", "limits"):
                if set(container.get("resources", {}).get(what, {})) != {"cpu", "memory"}:
                    yield f"{named(each)}: {what} of processor and memory are not given"


def secrets(objects: Objects) -> Iterator[str]:
    """Secrets are read-only files; none is in the manifests or an environment."""
    for each in of_kind(objects, "Secret"):
        yield f"{named(each)}: a secret does not belong here"
    for each, pod in workloads(objects):
        for container in _containers(pod):
            sources = [one.get("valueFrom", {}) for one in container.get("env", ())]
            sources += container.get("envFrom", ())
            if any("secret" in key.lower() for source in sources for key in source):
                yield f"{named(each)}: a secret is in its environment"
            if any(not mount.get("readOnly") for mount in container.get("volumeMounts", ())):
                yield f"{named(each)}: a volume can be written"
        for name in environment(each, objects):
            if "PASSWORD" in name.upper():
                yield f"{named(each)}: {name} is in its environment"


def digests(objects: Objects) -> Iterator[str]:
    """Images are named by digest."""
    for each, pod in workloads(objects):
        for container in _containers(pod):
            if not DIGEST.search(container["image"]):
                yield f"{named(each)}: {container['image']} is not named by its digest"


def no_token(objects: Objects) -> Iterator[str]:
    """No pod of ours has access to the Kubernetes API."""
    accounts = {each["metadata"]["name"]: each for each in of_kind(objects, "ServiceAccount")}
    for each in accounts.values():
        if each.get("automountServiceAccountToken") is not False:
            yield f"{named(each)}: hands out its token"
    for each, pod in workloads(objects):
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{named(each)}: mounts a token"
        if pod.get("serviceAccountName") not in accounts:
            yield f"{named(each)}: has no account of its own"
    for each in of_kind(objects, "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"):
        yield f"{named(each)}: grants something"


def migrations(objects: Objects) -> Iterator[str]:
    """A Job migrates each database as the role that owns it; the service has another role."""
    owners = {each["spec"]["name"]: each["spec"]["owner"] for each in of_kind(objects, "Database")}
    found: dict[tuple[str, str], list[Object]] = {}
    for each, _ in workloads(objects):
        found.setdefault((service_of(each), component_of(each)), []).append(each)
    for service in DEPLOYABLES:
        for component, verb in (("service", "run"), ("migration", "migrate")):
            own = found.get((service, component), [])
            if len(own) != 1:
                yield f"{service}: {len(own)} workloads are its {component}"
                continue
            settings = environment(own[0], objects)
            user, database = settings.get("CONTINUUM_POSTGRES_USER"), f"continuum_{service}"
            (container,) = own[0]["spec"]["template"]["spec"]["containers"]
            if container["args"] != [f"services.{service}", verb]:
                yield f"{named(own[0])}: does not {verb} {service}"
            if settings.get("CONTINUUM_POSTGRES_DATABASE") != database:
                yield f"{named(own[0])}: is led to another database"
            if (user == owners.get(database)) is not (component == "migration"):
                yield f"{named(own[0])}: {user} is the wrong role"


def desk(objects: Objects) -> Iterator[str]:
    """There is one pod for the command line, with the operator's credentials only."""
    found = [each for each, _ in workloads(objects) if component_of(each) == "operator"]
    if len(found) != 1:
        yield f"{len(found)} places for the command line"
    for each in found:
        pod = each["spec"]["template"]["spec"]
        names = {one["secret"]["secretName"] for one in pod["volumes"] if "secret" in one}
        names |= {
            source["secret"]["name"]
            for one in pod["volumes"]
            for source in one.get("projected", {}).get("sources", ())
        }
        authorities = {f"{one['metadata']['name']}-ca" for one in of_kind(objects, "Cluster")}
        own = {"operator-connection", "continuum-cluster-ca-cert"}
        if not own <= names or len(names - own) != 1 or not names - own <= authorities:
            yield f"{named(each)}: has the secrets {sorted(names)}"
        settings = environment(each, objects)
        if settings.get("PGSSLMODE") != "verify-full" or "CONTINUUM_CONNECTION" not in settings:
            yield f"{named(each)}: is not settings where to look, or trusts any server"
    for cluster in of_kind(objects, "Cluster"):
        for role in cluster["spec"]["managed"]["roles"]:
            if role.get("inRoles"):
                yield f"{named(cluster)}: {role['name']} is a member of {role['inRoles']}"


def _containers(pod: Object) -> list[Object]:
    return [*pod.get("initContainers", ()), *pod["containers"]]
