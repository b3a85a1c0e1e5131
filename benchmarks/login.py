"""How the measuring processes connect: one principal that may send for all and read for all."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.local.access import Grant

MEASURER = "measurer"


@dataclass(frozen=True, slots=True)
class Login:
    """Where Kafka is and who is asking."""

    servers: Sequence[str]
    user: str
    password: str

    def settings(self) -> dict[str, str | int | float | bool]:
        """Return the settings with which confluent-kafka connects."""
        return {
            "bootstrap.servers": ",".join(self.servers),
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": self.user,
            "sasl.password": self.password,
            "log_level": 2,
        }


def measurer_grants() -> set[Grant]:
    """Allow what 36 systems with a connection each would do, over a single connection."""
    topics = {"cri.in.": "WRITE", "cri.out.": "READ"}
    return {
        Grant(MEASURER, "WRITE", "TOPIC", "cri.in.", "PREFIXED"),
        Grant(MEASURER, "READ", "TOPIC", "cri.out.", "PREFIXED"),
        *(Grant(MEASURER, "DESCRIBE", "TOPIC", name, "PREFIXED") for name in topics),
    }
