"""The command that leads on, on one machine and in a cluster."""

import json
from dataclasses import dataclass
from pathlib import Path

_KUBECTL = "kubectl -n continuum"


@dataclass(frozen=True, slots=True)
class Hints:
    """Commands as an operator would type them."""

    one_machine: bool

    @classmethod
    def read(cls, connection: Path) -> "Hints":
        """Read the connection file: on one machine it knows the folder of the logs."""
        return cls("log_folder" in json.loads(connection.read_text(encoding="utf-8")))

    @property
    def kafka(self) -> str:
        """What shows or mends Kafka's brokers."""
        return "make up" if self.one_machine else f"{_KUBECTL} get pods -l strimzi.io/cluster"

    @property
    def postgres(self) -> str:
        """What shows or mends Postgres."""
        return "make up" if self.one_machine else f"{_KUBECTL} get pods -l cnpg.io/cluster"

    def start(self, service: str) -> str:
        """Start what does not run, or show why it does not."""
        pods = f"{_KUBECTL} get pods -l app.kubernetes.io/name={service}"
        return "make up" if self.one_machine else pods

    def end(self, service: str) -> str:
        """End what is frozen and start it again."""
        restart = f"{_KUBECTL} rollout restart deployment/{service}-service"
        return "make up" if self.one_machine else restart

    def log(self, service: str) -> str:
        """Show the warnings and errors in its log."""
        lines = f"{_KUBECTL} logs -l app.kubernetes.io/name={service} --tail=50"
        return f"continuum logs problems {service}" if self.one_machine else lines
