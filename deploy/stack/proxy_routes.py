"""Ports through which a service reaches a server by way of a proxy."""

from collections.abc import Sequence
from dataclasses import dataclass

POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class ProxyRoute:
    """The service connects to ``port``; a proxy forwards to the server at ``target_port``."""

    service: str
    server: str
    """``postgres``, or ``kafka-1`` for the first node of Kafka."""
    port: int
    target_port: int


def proxy_ports(proxy_routes: Sequence[ProxyRoute], service: str, *, postgres: bool) -> list[int]:
    """Return a service's proxy ports for Postgres, or for Kafka's nodes in order."""
    return [
        each.port
        for each in proxy_routes
        if each.service == service and (each.server == POSTGRES) is postgres
    ]


def listeners(proxy_routes: Sequence[ProxyRoute], node: int) -> list[tuple[str, ProxyRoute]]:
    """Return the additional listeners of a Kafka node: one per service, with its name."""
    own = [each for each in proxy_routes if each.server == f"kafka-{node}"]
    return [(f"FOR_{each.service.upper()}", each) for each in own]
