"""Compares the connections that the network policies allow with a table of them."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

from shared.contracts.services import DEPLOYABLES
from tests.proofs.manifests.rendered import (
    Objects,
    component_of,
    environment,
    labels_of,
    of_kind,
    selects,
    service_of,
    services,
    workloads,
)

_NAMESPACE = "kubernetes.io/metadata.name"
_KAFKA = {"strimzi.io/cluster": "continuum"}
# Pods that the operators make; the labels are theirs.
_OPERATED = {
    "broker": _KAFKA | {"strimzi.io/name": "continuum-kafka", "strimzi.io/broker-role": "true"},
    "controller": _KAFKA
    | {"strimzi.io/name": "continuum-kafka", "strimzi.io/broker-role": "false"},
    "entity operator": _KAFKA | {"strimzi.io/name": "continuum-entity-operator"},
    "postgres": {"cnpg.io/cluster": "continuum-postgres"},
    "restored postgres": {"cnpg.io/cluster": "continuum-postgres-restored"},
    "stranger": {"app": "stranger"},
}
_ELSEWHERE = {
    "prometheus": ("monitoring", {}),
    "ingress": ("ingress", {}),
    "strimzi": ("strimzi", {"strimzi.io/kind": "cluster-operator"}),
    "cnpg": ("cnpg-system", {}),
    "keda": ("keda", {}),
    "collector": ("tracing", {"app.kubernetes.io/name": "opentelemetry-collector"}),
    "mail gateway": ("mail", {"app.kubernetes.io/name": "mail-gateway"}),
    "dns": ("kube-system", {"k8s-app": "kube-dns"}),
    "stranger elsewhere": ("default", {"app.kubernetes.io/part-of": "continuum"}),
}
OUTSIDE, ISSUER = "outside", "issuer"
_EVERYBODY_OUTSIDE = (OUTSIDE, ISSUER)
_OUTSIDE_IS, _ISSUER_IS = "203.0.113.1", "198.51.100.1"
"""Addresses of the issuer, if no policy names it, and of all others: RFC 5737."""
# The shortest prefixes of networks that one issuer may have, by the version of the address.
_NARROW = {4: 16, 6: 32}
DESK = "operator-desk"
# The second cluster exists during a restore beside the first, and after the switch.
_STORES = ("postgres", "restored postgres")
Edge = tuple[str, str, int]
Pods = dict[str, tuple[str | None, dict[str, str]]]


def edges(*, keda: bool, traced: bool, mailed: bool) -> set[Edge]:
    """Return every edge that is needed: the architecture's, and those of the operators."""
    migrations = [f"{service} migration" for service in DEPLOYABLES]
    ours = [*DEPLOYABLES, "canary", DESK, *migrations, *_OPERATED]
    kafka, asking = ("broker", "controller"), ("broker", "controller", "entity operator")
    return {
        *((member, "broker", 9093) for member in (*DEPLOYABLES, "canary", DESK)),
        *(
            (member, each, 5432)
            for member in (*DEPLOYABLES, DESK, *migrations)
            for each in _STORES
        ),
        *((DESK, member, 8080) for member in DEPLOYABLES),
        *((each, "broker", 9094) for each in _EVERYBODY_OUTSIDE),
        ("desk", ISSUER, 443),
        ("ingress", "reporting", 8081),
        ("ingress", "desk", 8081),
        ("ingress", "webdesk", 8081),
        *(("prometheus", member, 8080) for member in (*DEPLOYABLES, "canary")),
        *(("prometheus", each, 9187) for each in _STORES),
        *(("prometheus", node, 9404) for node in kafka),
        *((member, "dns", 53) for member in ours),
        *((one, other, port) for one in kafka for other in kafka for port in (9090, 9091)),
        *(("entity operator", node, 9091) for node in kafka),
        *(("strimzi", node, port) for node in kafka for port in (9090, 9091, 8443)),
        *(
            (member, each, port)
            for member in (*_STORES, "cnpg")
            for each in _STORES
            for port in (5432, 8000)
        ),
        *(
            (member, each, port)
            for member in (*asking, *_STORES)
            for each in _EVERYBODY_OUTSIDE
            for port in (443, 6443)
        ),
        *([("keda", "broker", 9093)] if keda else []),
        *((member, "collector", 4318) for member in DEPLOYABLES if traced),
        *([("notifications", "mail gateway", 587)] if mailed else []),
    }


def network(objects: Objects) -> Iterator[str]:
    """Exactly the edges of the table are allowed; the issuer is a few networks."""
    for cidr in _networks_of_issuer(objects):
        if ip_network(cidr).prefixlen < _NARROW[ip_network(cidr).version]:
            yield f"{cidr} is more than the networks of an issuer"
    found = set(allowed(objects))
    given = {name for each in services(objects) for name in environment(each, objects)}
    wanted = edges(
        keda=bool(of_kind(objects, "ScaledObject")),
        traced="CONTINUUM_TRACES_ENDPOINT" in given,
        mailed="CONTINUUM_SMTP_HOST" in given,
    )
    for source, target, port in sorted(wanted - found):
        yield f"{source} does not reach {target} at {port}"
    for source, target, port in sorted(found - wanted):
        yield f"{source} may reach {target} at {port}"


def allowed(objects: Objects) -> Iterator[Edge]:
    """Yield the edges that the rendered policies allow."""
    policies = [each["spec"] for each in of_kind(objects, "NetworkPolicy")]
    here = of_kind(objects, "Namespace")[0]["metadata"]["name"]
    pods: Pods = {name: (here, labels) for name, labels in _OPERATED.items()}
    for each, _ in workloads(objects):
        more = " migration" if component_of(each) == "migration" else ""
        pods[service_of(each) + more] = (here, labels_of(each))
    issuer = next((str(ip_network(each)[0]) for each in _networks_of_issuer(objects)), _ISSUER_IS)
    pods |= {
        **_ELSEWHERE,
        OUTSIDE: (None, {"address": _OUTSIDE_IS}),
        ISSUER: (None, {"address": issuer}),
    }
    rules = [
        rule for each in policies for way in ("ingress", "egress") for rule in each.get(way, ())
    ]
    ports = {port["port"] for rule in rules for port in rule.get("ports", ())} | {22, 9092}
    for source in pods:
        for target in pods:
            if here not in (pods[source][0], pods[target][0]):
                continue
            for port in ports:
                leaves = _passes(policies, "Egress", pods[source], pods[target], here, port)
                enters = _passes(policies, "Ingress", pods[target], pods[source], here, port)
                if leaves and enters:
                    yield source, target, port


def _networks_of_issuer(objects: Objects) -> list[str]:
    """Return the networks that the policy of this name lets the desk reach."""
    return [
        peer["ipBlock"]["cidr"]
        for each in of_kind(objects, "NetworkPolicy")
        if each["metadata"]["name"] == ISSUER
        for rule in each["spec"]["egress"]
        for peer in rule["to"]
        if "ipBlock" in peer
    ]


def _contains(block: Any, address: str) -> bool:
    """Tell whether *address* is in *block*, and in none of its exceptions."""
    networks = (block["cidr"], *block.get("except", ()))
    inside, *excepted = (ip_address(address) in ip_network(each) for each in networks)
    return inside and not any(excepted)


def _passes(
    policies: list[Any],
    way: str,
    own: tuple[str | None, dict[str, str]],
    peer: tuple[str | None, dict[str, str]],
    here: str,
    port: int,
) -> bool:
    """Tell whether the policies of one pod allow traffic to or from a peer."""
    namespace, labels = own
    if namespace != here:
        return True
    about = [
        each
        for each in policies
        if way in each["policyTypes"] and selects(each["podSelector"], labels)
    ]
    if not about:
        return True
    side = "to" if way == "Egress" else "from"
    return any(
        (not rule.get("ports") or port in [each["port"] for each in rule["ports"]])
        and (not rule.get(side) or any(_is_peer(each, peer, here) for each in rule[side]))
        for each in about
        for rule in each.get(way.lower(), ())
    )


def _is_peer(rule: Any, peer: tuple[str | None, dict[str, str]], here: str) -> bool:
    namespace, labels = peer
    if "ipBlock" in rule:
        return namespace is None and _contains(rule["ipBlock"], labels["address"])
    if namespace is None:
        return False
    if "namespaceSelector" in rule:
        if not selects(rule["namespaceSelector"], {_NAMESPACE: namespace}):
            return False
    elif namespace != here:
        return False
    return selects(rule.get("podSelector"), labels)
