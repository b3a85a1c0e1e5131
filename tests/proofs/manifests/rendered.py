"""Renders the overlays, and reads the rendered objects for the policies."""

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from deploy.provision.topics import DEPLOY
from deploy.tools import catalog

KUBERNETES = DEPLOY / "kubernetes"
OVERLAYS = ("sandbox", "production")
Object = dict[str, Any]
Objects = Sequence[Object]


def render(overlay: str, *more: str) -> list[Object]:
    """Return the objects of one overlay, with *more* components; raise if it does not render."""
    with TemporaryDirectory(dir=KUBERNETES / "overlays", prefix=".with-") as work:
        # At the depth of an overlay, because Kustomize accepts only relative paths.
        whole: dict[str, Any] = {
            "resources": [f"../{overlay}"],
            "components": [f"../../components/{component}" for component in more],
        }
        (Path(work) / "kustomization.yaml").write_text(yaml.safe_dump(whole))
        done = subprocess.run(
            [catalog.place("kustomize"), "build", work], capture_output=True, text=True
        )
    if done.returncode != 0:
        raise ValueError(f"{overlay} does not render: {done.stderr.strip()}")
    return [each for each in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader) if each]


def of_kind(objects: Objects, *kinds: str) -> list[Object]:
    """Return the objects of these kinds."""
    return [each for each in objects if each["kind"] in kinds]


def named(each: Object) -> str:
    """Return the name of an object in findings."""
    return f"{each['kind']}/{each['metadata']['name']}"


def workloads(objects: Objects) -> Iterator[tuple[Object, Object]]:
    """Yield each Deployment and Job with the specification of its pods."""
    for each in of_kind(objects, "Deployment", "Job"):
        yield each, each["spec"]["template"]["spec"]


def services(objects: Objects) -> list[Object]:
    """Return the Deployments of the four services."""
    return [each for each in of_kind(objects, "Deployment") if component_of(each) == "service"]


def configured(objects: Objects) -> Iterator[tuple[Object, Object]]:
    """Yield, as `workloads` does, those that read a service's Settings."""
    for each, pod in workloads(objects):
        if component_of(each) in ("service", "migration"):
            yield each, pod


def labels_of(workload: Object) -> dict[str, str]:
    """Return the labels of a workload's pods."""
    found: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return found


def service_of(workload: Object) -> str:
    """Return which of the four services a workload is part of."""
    return labels_of(workload)["app.kubernetes.io/name"]


def component_of(workload: Object) -> str:
    """Return ``service``, ``migration``, ``canary`` or ``operator``."""
    return labels_of(workload)["app.kubernetes.io/component"]


def selects(selector: Object | None, labels: dict[str, str]) -> bool:
    """Tell whether a selector matches these labels; an empty one matches everything."""
    selector = selector or {}
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    for each in selector.get("matchExpressions") or ():
        if each["operator"] != "In":
            raise ValueError(f"a selector uses {each['operator']}, which no policy here reads")
        if labels.get(each["key"]) not in each["values"]:
            return False
    return True


def environment(workload: Object, objects: Objects) -> dict[str, str]:
    """Return the environment of a workload's container."""
    (container,) = workload["spec"]["template"]["spec"]["containers"]
    found: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        name = source.get("configMapRef", {}).get("name")
        for each in of_kind(objects, "ConfigMap"):
            if each["metadata"]["name"] == name:
                found |= each["data"]
    return found | {each["name"]: each.get("value", "") for each in container.get("env", ())}
