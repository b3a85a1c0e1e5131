"""A running stack's addresses, read from its ``connection.json`` and folder of secrets only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.proofs.checker.run import LEDGER, MAILS

_ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class StackAccess:
    """
    Addresses and logins.

    Kafka is read as its administrator: the operator may see how far everybody has read, but not
    what participants wrote. Postgres is read as the owners of the databases, for the same reason.
    """

    kafka: Mapping[str, Any]
    dsns: Mapping[str, str]
    http: Mapping[str, str]
    logs: Path
    history: Path
    ledger: Path
    mails: Path
    """Where a mail server keeps mails, if there is one."""

    @classmethod
    def of(cls, state: Path) -> "StackAccess":
        """Read the addresses of the stack in the folder *state*."""
        connection = json.loads((state / "connection.json").read_text())
        password = (state / "secrets" / _ADMIN / "continuum_kafka_password").read_text()
        kafka = {
            "bootstrap.servers": ",".join(connection["bootstrap_servers"]),
            "security.protocol": connection["security"]["protocol"],
            "sasl.mechanism": connection["security"]["mechanism"],
            "sasl.username": _ADMIN,
            "sasl.password": password,
        }
        return cls(
            kafka=kafka,
            dsns=connection["owners"],
            http={name: each["http"] for name, each in connection["services"].items()},
            logs=Path(connection["log_folder"]),
            history=state / "history",
            ledger=state / LEDGER,
            mails=state / MAILS,
        )
