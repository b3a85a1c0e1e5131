"""The commands to run next, on one machine or in a cluster."""

import json
from dataclasses import dataclass
from pathlib import Path

_KUBECTL = "kubectl -n continuum"


@dataclass(frozen=True, slots=True)
class Hints:
    """Commands for an operator to type."""

    one_machine: bool

    @classmethod
    def read(cls, connection: Path) -> "Hints":
        """Read the connection file; it names a log folder only on one machine."""
        return cls("log_folder" in json.loads(connection.read_text(encoding="utf-8")))

    @property
    def kafka(self) -> str:
        """Shows or restarts Kafka's brokers."""
        return "make up" if self.one_machine else f"{_KUBECTL} get pods -l strimzi.io/cluster"

    @property
    def postgres(self) -> str:
        """Shows or restarts Postgres."""
        return "make up" if self.one_machine else f"{_KUBECTL} get pods -l cnpg.io/cluster"

    def start(self, service: str) -> str:
        """Starts the processes of *service*, or shows why they do not run."""
        pods = f"{_KUBECTL} get pods -l app.kubernetes.io/name={service}"
        return "make up" if self.one_machine else pods

    def end(self, service: str) -> str:
        """Restarts a frozen process of *service*."""
        restart = f"{_KUBECTL} rollout restart deployment/{service}-service"
        return "make up" if self.one_machine else restart

    def log(self, service: str) -> str:
        """Shows the warnings and errors in the log of *service*."""
        lines = f"{_KUBECTL} logs -l app.kubernetes.io/name={service} --tail=50"
        return f"continuum logs problems {service}" if self.one_machine else lines
