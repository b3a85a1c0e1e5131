"""Policies for Services: those of pages lead to them; one per service selects its probes."""

from collections.abc import Iterator

from tests.proofs.manifests.rendered import (
    Object,
    Objects,
    environment,
    labels_of,
    named,
    of_kind,
    selects,
    service_of,
    services,
)


def pages(objects: Objects) -> Iterator[str]:
    """A Service leads to the pages of each service that has any, at their port."""
    found = [each for each in of_kind(objects, "Service") if not _is_headless(each)]
    for each in services(objects):
        if "CONTINUUM_PUBLIC_PORT" in environment(each, objects) and not any(
            selects({"matchLabels": one["spec"]["selector"]}, labels_of(each)) for one in found
        ):
            yield f"{named(each)}: no Service leads to its pages"
    for service in found:
        if service["spec"].get("publishNotReadyAddresses") is not True:
            yield f"{named(service)}: no page while Kafka is away and no pod is ready"
        for each in services(objects):
            if not selects({"matchLabels": service["spec"]["selector"]}, labels_of(each)):
                continue
            (container,) = each["spec"]["template"]["spec"]["containers"]
            ports = {port["name"]: str(port["containerPort"]) for port in container["ports"]}
            public = environment(each, objects).get("CONTINUUM_PUBLIC_PORT")
            led_to = [ports.get(port["targetPort"]) for port in service["spec"]["ports"]]
            if public is None or led_to != [public]:
                yield f"{named(service)}: leads to ports {led_to} of {named(each)}, not its pages"


def probes(objects: Objects) -> Iterator[str]:
    """Each service has a name for all its pods, ready or not: `continuum status` asks them."""
    for each in services(objects):
        (container,) = each["spec"]["template"]["spec"]["containers"]
        ports = {port["name"]: str(port["containerPort"]) for port in container["ports"]}
        led_to = [
            ports.get(port["targetPort"])
            for service in of_kind(objects, "Service")
            if _is_headless(service)
            and service["spec"].get("publishNotReadyAddresses") is True
            and service["metadata"]["name"] == f"{service_of(each)}-probes"
            and selects({"matchLabels": service["spec"]["selector"]}, labels_of(each))
            for port in service["spec"]["ports"]
        ]
        if led_to != [environment(each, objects).get("CONTINUUM_HTTP_PORT")]:
            yield f"{named(each)}: no name leads to the probes of all its pods"


def _is_headless(service: Object) -> bool:
    return bool(service["spec"].get("clusterIP") == "None")
