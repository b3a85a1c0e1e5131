"""``python -m tests.proofs.cluster``: apply both overlays to a real Kubernetes control plane."""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from deploy.stack.failure import StackFailed
from deploy.tools import catalog
from shared.process.interrupts import enable_interrupts
from tests.proofs.cluster.broken import MISTAKES
from tests.proofs.cluster.control_plane import ControlPlane, Refused
from tests.proofs.cluster.page import follow
from tests.proofs.manifests.rendered import OVERLAYS, Object, Objects, of_kind, render

STATE = Path(".local") / "cluster"
APPLY = ("apply", "--server-side", "--warnings-as-errors", "-f", "-")
DRY = ("--dry-run=server",)
DIGESTS = ("0" * 64, "1" * 64)


def main() -> None:
    """Run every step; exit 1 if Kubernetes did not do as expected, 2 if a tool is missing."""
    enable_interrupts()
    started = time.monotonic()
    try:
        for tool in catalog.needed("cluster-check"):
            catalog.place(tool.name)
        with ControlPlane(STATE) as cluster:
            _say(started, f"up: {version(cluster)}")
            define_resources(cluster)
            rendered = {overlay: render(overlay) for overlay in OVERLAYS}
            ready = 0
            for overlay, objects in rendered.items():
                ready += roll_out(cluster, objects)
                _say(started, f"{overlay}: {len(objects)} objects applied and rolled out")
                upgrade(cluster, objects)
                _say(started, f"{overlay}: another image rolled out, migrations first")
                drain(cluster, objects)
                _say(started, f"{overlay}: a node drained")
            refused = refuse(cluster, rendered["production"])
            _say(started, "every mistake refused")
            reset(cluster, rendered["production"])
            blocks = follow(cluster)
            _wait(cluster, rendered["production"])
            _say(started, f"{blocks} blocks of commands of docs/operate.md run as they stand")
    except catalog.ToolMissing as error:
        print(f"cluster: {error}", file=sys.stderr)
        sys.exit(2)
    except (Refused, StackFailed) as error:
        print(f"cluster: {error}", file=sys.stderr)
        sys.exit(1)
    print(
        f"cluster: {len(rendered)} overlays applied, {ready} Deployments ready,"
        f" {refused} broken variants refused"
    )


def version(cluster: ControlPlane) -> str:
    """Return the server's version."""
    return str(json.loads(cluster.tell("version", "-o", "json"))["serverVersion"]["gitVersion"])


def define_resources(cluster: ControlPlane) -> None:
    """Apply the operators' custom resource definitions and wait until they are established."""
    for name in ("strimzi", "cnpg", "barman-cloud", "prometheus-operator", "keda"):
        cluster.tell("apply", "--server-side", "-f", catalog.place(f"{name}-crds"))
    cluster.tell("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")


def roll_out(cluster: ControlPlane, objects: Objects) -> int:
    """Apply as docs/operate.md says, wait for all, apply again; return how many are ready."""
    cluster.tell(*APPLY, given=_list(objects))
    count = _wait(cluster, objects)
    before = _generations(cluster, objects)
    cluster.tell(*APPLY, given=_list(objects))
    if _generations(cluster, objects) != before:
        raise Refused("applying the same again changed something")
    return count


def upgrade(cluster: ControlPlane, objects: Objects) -> None:
    """Roll out another image: the migrations first, then one pod of a service at a time."""
    text = _list(objects).replace(*DIGESTS)
    others = json.loads(text)["items"]
    here = _namespace(objects)
    chosen = "-l=app.kubernetes.io/part-of=continuum"
    cluster.tell("-n", here, "delete", "job", chosen, "--wait")
    cluster.tell(*APPLY, given=_list(of_kind(others, "ConfigMap", "ServiceAccount", "Job")))
    cluster.tell("-n", here, "wait", "--for=condition=complete", "--timeout=60s", "job", chosen)
    with _Watch(cluster, here) as watch:
        cluster.tell(*APPLY, given=text)
        _wait(cluster, objects)
    watch.judge("a rollout")


def drain(cluster: ControlPlane, objects: Objects) -> None:
    """Drain a node: every service stays available, and runs on two nodes again afterwards."""
    here = _namespace(objects)
    node = min(_nodes(cluster, here)["intake"])
    with _Watch(cluster, here) as watch:
        flags = ("--ignore-daemonsets", "--delete-emptydir-data", "--timeout=180s")
        cluster.tell("drain", node, *flags)
        _wait(cluster, objects)
    watch.judge("a drain")
    for name, places in _nodes(cluster, here).items():
        if len(places) != 2 or node in places:
            raise Refused(f"after a drain {name} stands on {places}")
    cluster.tell("uncordon", node)


def reset(cluster: ControlPlane, objects: Objects) -> None:
    """Delete everything that was applied, and create the secrets that Strimzi would create."""
    here = _namespace(objects)
    cluster.tell("delete", "namespace", here, "--wait", "--timeout=120s")
    cluster.tell("create", "namespace", here)
    for user in of_kind(objects, "KafkaUser"):
        name = user["metadata"]["name"]
        cluster.tell("-n", here, "create", "secret", "generic", name, "--from-literal=password=x")


def refuse(cluster: ControlPlane, objects: Objects) -> int:
    """Check that every mistake is refused for the right reason; return their number."""
    wrong = []
    for mistake in MISTAKES:
        given = _list([mistake.made(objects)])
        answer = cluster.ask(*APPLY, *DRY, "--force-conflicts", given=given)
        what = f"{mistake.kind} with {mistake.path} = {mistake.value!r}"
        if answer.status == 0:
            wrong.append(f"{what} was taken")
        elif mistake.words not in answer.errors + answer.output:
            wrong.append(f"{what} was refused for something else: {answer.errors[:400]}")
    if wrong:
        raise Refused("\n".join(wrong))
    return len(MISTAKES)


class _Watch:
    """Records the lowest number of available pods of each Deployment while it runs."""

    def __init__(self, cluster: ControlPlane, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._least: dict[str, int] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.2):
            for each in _get(self._cluster, self._namespace, "deployments"):
                if each["spec"]["replicas"] == 1:
                    continue  # the canary
                name = each["metadata"]["name"]
                available = each["status"].get("availableReplicas", 0)
                self._least[name] = min(available, self._least.get(name, available))

    def judge(self, what: str) -> None:
        """Raise if a service had no available pod, or nothing was recorded."""
        gone = [name for name, least in self._least.items() if least < 1]
        if gone or not self._least:
            raise Refused(f"during {what} nothing was left of {gone}")


def _wait(cluster: ControlPlane, objects: Objects) -> int:
    here = _namespace(objects)
    chosen = "-l=app.kubernetes.io/part-of=continuum"
    cluster.tell("-n", here, "wait", "--for=condition=complete", "--timeout=120s", "job", chosen)
    names = [each["metadata"]["name"] for each in of_kind(objects, "Deployment")]
    for name in names:
        cluster.tell("-n", here, "rollout", "status", f"deployment/{name}", "--timeout=180s")
    found = _get(cluster, here, "deployments")
    ready = [
        each
        for each in found
        if each["status"].get("availableReplicas") == each["spec"]["replicas"]
    ]
    if len(ready) != len(names):
        raise Refused(f"{len(ready)} of {len(names)} Deployments are ready")
    return len(ready)


def _get(cluster: ControlPlane, namespace: str, kind: str) -> list[Object]:
    found: list[Object] = json.loads(cluster.tell("-n", namespace, "get", kind, "-o", "json"))[
        "items"
    ]
    return found


def _nodes(cluster: ControlPlane, namespace: str) -> dict[str, set[str]]:
    """Return the nodes on which the pods of each service run."""
    found: dict[str, set[str]] = {}
    for pod in _get(cluster, namespace, "pods"):
        labels = pod["metadata"]["labels"]
        if labels.get("app.kubernetes.io/component") == "service":
            found.setdefault(labels["app.kubernetes.io/name"], set()).add(pod["spec"]["nodeName"])
    return found


def _generations(cluster: ControlPlane, objects: Objects) -> dict[str, Any]:
    kinds = ",".join(sorted({each["kind"].lower() for each in objects} - {"namespace"}))
    return {
        f"{each['kind']}/{each['metadata']['name']}": each["metadata"].get("generation")
        for each in _get(cluster, _namespace(objects), kinds)
    }


def _namespace(objects: Objects) -> str:
    return str(of_kind(objects, "Namespace")[0]["metadata"]["name"])


def _list(objects: Objects) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})


def _say(started: float, what: str) -> None:
    print(f"cluster: {time.monotonic() - started:5.1f} s  {what}", flush=True)


if __name__ == "__main__":
    main()
