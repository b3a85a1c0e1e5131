"""What the public reaches: the pages, and never probes or metrics."""

from collections.abc import Iterator

from deploy.kubernetes.check.rendered import (
    Objects,
    environment,
    labels_of,
    named,
    of_kind,
    selects,
    services,
)


def pages(objects: Objects) -> Iterator[str]:
    """A Service leads to the port of the public pages, on pods that have one."""
    found = of_kind(objects, "Service")
    if not found:
        yield "no Service leads to the public pages"
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
