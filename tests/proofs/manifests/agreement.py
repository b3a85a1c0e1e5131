"""The manifests agree with the list of topics, the registry and the services' settings."""

import importlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, cast, get_args

from pydantic import SecretStr, ValidationError

from deploy.kubernetes import generate
from deploy.provision.access import Grant, grants, principal_of
from deploy.provision.topics import DEPLOY, read_participants, read_topics
from shared.contracts.services import PUBLIC_DESK
from shared.process.settings import ServiceSettings
from tests.proofs.manifests.rendered import (
    Object,
    Objects,
    component_of,
    configured,
    environment,
    named,
    of_kind,
    service_of,
    services,
)

GUIDE = DEPLOY.parent / "docs" / "operate.md"
PREFIX = "CONTINUUM_"
IN_IMAGE = PurePosixPath("/srv/continuum")
# Read by the entry point, and by the Postgres client.
OTHERS = {"CONTINUUM_SECRETS_DIR", "PGSSLMODE", "PGSSLROOTCERT"}
_A_SECRET = "ab" * 32
"""Long enough for every key, and hexadecimal as some are."""


def generated() -> Iterator[str]:
    """Generated files are up to date."""
    for file, text in generate.files().items():
        if not file.exists() or file.read_text() != text:
            yield f"{file.relative_to(DEPLOY.parent)} is out of date: make manifests"


def topics(objects: Objects, overlay: str) -> Iterator[str]:
    """The topics are those of the list, with its partitions and settings."""
    listed = {
        topic.name: topic for topic in read_topics(read_participants(generate.REGISTRIES[overlay]))
    }
    found = {each["metadata"]["name"]: each["spec"] for each in of_kind(objects, "KafkaTopic")}
    for name in sorted(listed.keys() ^ found.keys()):
        yield f"KafkaTopic/{name}: is in one of list and manifests only"
    for name in listed.keys() & found.keys():
        if found[name]["partitions"] != listed[name].partitions:
            yield f"KafkaTopic/{name}: has other partitions than the list says"
        if not listed[name].settings.items() <= found[name]["config"].items():
            yield f"KafkaTopic/{name}: has other settings than the list says"


def users(objects: Objects, overlay: str) -> Iterator[str]:
    """Every user has exactly the grants of the table, and a quota."""
    participants = read_participants(generate.REGISTRIES[overlay])
    wanted = grants(read_topics(participants), participants)
    found = {grant for user in of_kind(objects, "KafkaUser") for grant in _grants(user)}
    for grant in sorted(wanted - found):
        yield f"KafkaUser/{grant.principal}: may not {_in_words(grant)}"
    for grant in sorted(found - wanted):
        yield f"KafkaUser/{grant.principal}: may {_in_words(grant)}"
    for user in of_kind(objects, "KafkaUser"):
        if not user["spec"].get("quotas", {}).get("producerByteRate"):
            yield f"{named(user)}: has no quota"


def settings(objects: Objects) -> Iterator[str]:
    """Each process gets exactly the settings that it requires; secret ones come as files."""
    for each, pod in configured(objects):
        kind = settings_of(service_of(each))
        given_environment = environment(each, objects)
        values = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in given_environment.items()
            if name.startswith(PREFIX) and name not in OTHERS
        }
        files = _files(pod, given_environment.get("CONTINUUM_SECRETS_DIR", ""))
        secret = {
            name
            for name, field in kind.model_fields.items()
            if _is_secret(field.annotation)
            and (field.is_required() or f"{PREFIX}{name}".lower() in files)
        }
        for name in sorted(values.keys() - kind.model_fields.keys()):
            yield f"{named(each)}: {PREFIX}{name.upper()} is no setting of {service_of(each)}"
        for name in sorted(given_environment.keys() - OTHERS):
            if not name.startswith(PREFIX):
                yield f"{named(each)}: nothing reads {name}"
        for name in sorted(files ^ {f"{PREFIX}{name}".lower() for name in secret}):
            yield f"{named(each)}: the secret {name} is not given, or is none"
        try:
            given: dict[str, Any] = values | dict.fromkeys(secret, _A_SECRET)
            kind(**given)
        except ValidationError as error:
            for problem in error.errors():
                yield f"{named(each)}: {problem['loc']}: {problem['msg']}"
        yield from _fits(each, objects, given_environment)


def desk_address(objects: Objects) -> Iterator[str]:
    """Links in mails lead to the public desk."""
    for each in services(objects):
        address = environment(each, objects).get("CONTINUUM_DESK_URL")
        if address is None:
            continue
        (desk,) = (one for one in services(objects) if service_of(one) == PUBLIC_DESK)
        if environment(desk, objects)["CONTINUUM_PUBLIC_URL"] != address:
            yield f"{named(each)}: {address} is not the address of the public desk"


def elsewhere(objects: Objects) -> Iterator[str]:
    """KEDA runs in another namespace, so it gets the full name of our Kafka."""
    here = of_kind(objects, "Namespace")[0]["metadata"]["name"]
    (kafka,) = of_kind(objects, "Kafka")
    name = f"{kafka['metadata']['name']}-kafka-bootstrap.{here}.svc:{_internal_port(kafka)}"
    for each in of_kind(objects, "ScaledObject"):
        for trigger in each["spec"]["triggers"]:
            if (servers := trigger["metadata"]["bootstrapServers"]) != name:
                yield f"{named(each)}: asks {servers}, which is not {name}"


def nodes(objects: Objects) -> Iterator[str]:
    """Labels that pods require of nodes are listed in the section Install of the guide."""
    section = GUIDE.read_text().partition("## Install")[2].partition("## ")[0]
    demanded = {
        key
        for each in objects
        for key, must in _topology_keys(each)
        if must and key != "kubernetes.io/hostname"  # every node has this one
    }
    for key in sorted(demanded):
        if f"`{key}`" not in section:
            yield f"{GUIDE.name}: does not say that every node needs the label {key}"


def _topology_keys(value: Any) -> Iterator[tuple[str, bool]]:
    """Yield each key by which pods are placed, and whether a node must have it."""
    if isinstance(value, dict):
        if isinstance(key := value.get("topologyKey"), str):
            yield key, value.get("whenUnsatisfiable") != "ScheduleAnyway"
        for each in value.values():
            yield from _topology_keys(each)
    elif isinstance(value, list):
        for each in value:
            yield from _topology_keys(each)


def settings_of(service: str) -> type[ServiceSettings]:
    """Return the Settings of a service."""
    module = importlib.import_module(f"services.{service}.settings")
    return cast(type[ServiceSettings], module.Settings)


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(map(_is_secret, get_args(annotation)))


def _files(pod: Object, folder: str) -> set[str]:
    """Return the names of the secret files that a pod finds in *folder*."""
    (container,) = pod["containers"]
    mounted = [each["name"] for each in container["volumeMounts"] if each["mountPath"] == folder]
    return {
        item["path"]
        for volume in pod["volumes"]
        if volume["name"] in mounted
        for source in volume["projected"]["sources"]
        for item in source["secret"]["items"]
    }


def _fits(each: Object, objects: Objects, given_environment: dict[str, str]) -> Iterator[str]:
    """A process's settings fit the other objects: users, roles, addresses, files."""
    pod = each["spec"]["template"]["spec"]
    user = principal_of(service_of(each))
    role = given_environment.get("CONTINUUM_POSTGRES_USER")
    if given_environment.get("CONTINUUM_KAFKA_USER") != user:
        yield f"{named(each)}: is not Kafka's user {user}"
    roles = [
        one
        for cluster in of_kind(objects, "Cluster")
        for one in cluster["spec"]["managed"]["roles"]
    ]
    of_role = {one["name"]: one["passwordSecret"]["name"] for one in roles}
    (secrets,) = (one for one in pod["volumes"] if one["name"] == "secrets")
    names = [source["secret"]["name"] for source in secrets["projected"]["sources"]]
    mail = ["mail"] if "CONTINUUM_SMTP_USER" in given_environment else []
    files = _files(pod, given_environment.get("CONTINUUM_SECRETS_DIR", ""))
    keys = ["desk-keys"] if {"continuum_code_key", "continuum_link_key"} & files else []
    issuer = ["issuer"] if "continuum_client_secret" in files else []
    if names != [user, of_role.get(role or ""), *mail, *keys, *issuer]:
        yield f"{named(each)}: has passwords of {names}, not of {user} and {role}"
    (kafka,) = of_kind(objects, "Kafka")
    server = f"{kafka['metadata']['name']}-kafka-bootstrap:{_internal_port(kafka)}"
    if given_environment.get("CONTINUUM_KAFKA_SERVERS") != server:
        yield f"{named(each)}: is led to another Kafka"
    (container,) = pod["containers"]
    mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
    for name in ("CONTINUUM_KAFKA_CA_FILE", "PGSSLROOTCERT"):
        if str(PurePosixPath(given_environment.get(name, "")).parent) not in mounts:
            yield f"{named(each)}: {name} is not mounted"
    if component_of(each) == "service" and "CONTINUUM_AGENCY_LIST" in given_environment:
        file = PurePosixPath(given_environment["CONTINUUM_AGENCY_LIST"])
        if not (DEPLOY.parent / file.relative_to(IN_IMAGE)).exists():
            yield f"{named(each)}: {file} is not in the image"


def _internal_port(kafka: Object) -> int:
    listeners = kafka["spec"]["kafka"]["listeners"]
    (port,) = (one["port"] for one in listeners if one["type"] == "internal")
    return int(port)


def _grants(user: Object) -> Iterator[Grant]:
    patterns = {"literal": "LITERAL", "prefix": "PREFIXED"}
    for acl in user["spec"]["authorization"]["acls"]:
        resource = acl["resource"]
        for operation in acl["operations"]:
            rest: Any = {
                "operation": operation.upper(),
                "resource": resource["type"].upper(),
                "pattern": patterns[resource["patternType"]],
            }
            yield Grant(user["metadata"]["name"], name=resource["name"], **rest)


def _in_words(grant: Grant) -> str:
    return f"{grant.operation} {grant.resource} {grant.name} ({grant.pattern})"
