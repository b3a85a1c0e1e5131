"""Ports that services are told instead of a server's own, for whoever puts something between."""

from collections.abc import Sequence
from dataclasses import dataclass

POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Detour:
    """The service is told ``port`` for the server, which itself listens at ``leads_to``."""

    service: str
    server: str
    """``postgres``, or ``kafka-1`` for the first node of Kafka."""
    port: int
    leads_to: int


def ports_told(detours: Sequence[Detour], service: str, *, postgres: bool) -> list[int]:
    """Return the ports that a service is told for Postgres, or for Kafka's nodes in order."""
    return [
        each.port
        for each in detours
        if each.service == service and (each.server == POSTGRES) is postgres
    ]


def listeners(detours: Sequence[Detour], node: int) -> list[tuple[str, Detour]]:
    """Return the further listeners of a node of Kafka: one for each service, with its name."""
    own = [each for each in detours if each.server == f"kafka-{node}"]
    return [(f"FOR_{each.service.upper()}", each) for each in own]
