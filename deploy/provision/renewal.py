"""Makes running brokers read their renewed certificates."""

import time
from collections.abc import Sequence
from pathlib import Path

from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from deploy.provision.broker_quotas import SECONDS_UNTIL_SEEN
from deploy.stack.certificates import is_shown
from deploy.stack.failure import StackFailed
from deploy.stack.kafka import CERTIFICATES, PASSWORDS_OVER_TLS


def reload_certificates(
    admin: AdminClient, nodes: int, *, server: Path, ca: Path, ports: Sequence[int]
) -> None:
    """
    Have brokers 1 to *nodes* read the files of their certificate and CA again, without a restart.

    Open connections stay. Return when all *ports* show the certificate. The settings are removed
    again: a later start reads the static ones.
    """
    files = {"ssl.keystore.location": server, "ssl.truststore.location": ca}
    for operation in (AlterConfigOpType.SET, AlterConfigOpType.DELETE):
        entries = [
            ConfigEntry(
                f"listener.name.{listener.lower()}.{name}",
                str(file),
                incremental_operation=operation,
            )
            for listener in (PASSWORDS_OVER_TLS, CERTIFICATES)
            for name, file in files.items()
        ]
        for node in range(1, nodes + 1):
            broker = ConfigResource(ResourceType.BROKER, str(node), incremental_configs=entries)
            # One call a broker: the client refuses several in one.
            for future in admin.incremental_alter_configs([broker]).values():
                future.result()
        _wait_until_shown(server, ports)


def _wait_until_shown(server: Path, ports: Sequence[int]) -> None:
    deadline = time.monotonic() + SECONDS_UNTIL_SEEN
    while not all(is_shown(server, port) for port in ports):
        if time.monotonic() > deadline:
            raise StackFailed(
                f"Kafka took the new certificate, and {SECONDS_UNTIL_SEEN:.0f} s later it still"
                " shows the old one: restart it."
            )
        time.sleep(0.05)  # brokers apply the controller's log without notification
