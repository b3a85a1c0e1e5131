"""Changes of rendered objects that break a policy."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.proofs.manifests.rendered import Object, Objects, of_kind

Break = Callable[[list[Object]], None]


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
intake = partial(put, "Deployment", "intake-service")
job = partial(put, "Job", "intake-migration")
settings = partial(put, "ConfigMap", "intake-settings")
office = partial(put, "ConfigMap", "desk-settings")
kafka = partial(put, "Kafka", "continuum")
cluster = partial(put, "Cluster", "continuum-postgres")
edge = partial(put, "NetworkPolicy")
