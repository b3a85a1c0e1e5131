"""Policies for monitoring: everything is scraped, and every alert names its installation."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from deploy.monitoring.promql import selectors
from tests.proofs.manifests.rendered import (
    Objects,
    component_of,
    labels_of,
    named,
    of_kind,
    selects,
    service_of,
)

# The labels of pods that operators make, by the job that the alert rules use for them.
_STORES = {
    "continuum-kafka": {
        "strimzi.io/cluster": "continuum",
        "strimzi.io/name": "continuum-kafka",
    },
    **{
        name: {"cnpg.io/cluster": name}
        for name in ("continuum-postgres", "continuum-postgres-restored")
    },
}
# kube-prometheus-stack's Prometheus selects objects by this label.
_RELEASE = "release"


def monitored(objects: Objects) -> Iterator[str]:
    """Every process is scraped, as the job that the alert rules use for it."""
    monitors = [each["spec"] for each in of_kind(objects, "PodMonitor")]
    for each in of_kind(objects, "Deployment"):
        if component_of(each) == "operator":
            continue  # a place for a command line, without metrics
        own = [one for one in monitors if selects(one["selector"], labels_of(each))]
        (container,) = each["spec"]["template"]["spec"]["containers"]
        ports = [port["name"] for port in container.get("ports", ())]
        for monitor in own:
            (asked,) = monitor["podMetricsEndpoints"]
            if asked["port"] not in ports or asked["path"] != "/metrics":
                yield f"{named(each)}: its metrics are asked for where they are not"
            if labels_of(each).get(monitor.get("jobLabel", "")) != service_of(each):
                yield f"{named(each)}: the alert rules know it by another job"
        if len(own) != 1:
            yield f"{named(each)}: {len(own)} monitors ask for its metrics"
    for job, labels in _STORES.items():
        own = [one for one in monitors if selects(one["selector"], labels)]
        if [labels.get(one.get("jobLabel", "")) for one in own] != [job]:
            yield f"{job}: {len(own)} monitors ask for its metrics, or as another job"
    for each in of_kind(objects, "Kafka"):
        if "metricsConfig" not in each["spec"]["kafka"]:
            yield f"{named(each)}: shows no metrics"
    for each in of_kind(objects, "PodMonitor", "PrometheusRule"):
        if not each["metadata"].get("labels", {}).get(_RELEASE):
            yield f"{named(each)}: has no label {_RELEASE}"


def rules(objects: Objects) -> Iterator[str]:
    """Each rule is about this installation alone; each alert names it and its runbook."""
    here = of_kind(objects, "Namespace")[0]["metadata"]["name"]
    found = of_kind(objects, "PrometheusRule")
    if not found:
        yield "no alert rules"
    for each in found:
        for rule in (rule for group in each["spec"]["groups"] for rule in group["rules"]):
            name = rule.get("alert") or rule["record"]
            for selector in selectors(rule["expr"]):
                if f'namespace="{here}"' not in selector.matchers:
                    yield f"{named(each)}: {name} looks at {selector.name} of every namespace"
            if rule.get("labels", {}).get("namespace") != here:
                yield f"{named(each)}: {name} does not say which installation it is about"
            if "alert" not in rule:
                continue
            address = urlsplit(rule["annotations"].get("runbook_url", ""))
            if address.scheme not in ("http", "https") or address.fragment != name.lower():
                yield f"{named(each)}: {name} does not lead to its runbook"
