"""The measuring processes' login: one principal that may write and read for all participants."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.provision.access import Grant

MEASURER = "measurer"


@dataclass(frozen=True, slots=True)
class Login:
    """Kafka's addresses, and a user with its password."""

    servers: Sequence[str]
    user: str
    password: str

    def settings(self) -> dict[str, str | int | float | bool]:
        """Return the settings of confluent-kafka clients."""
        return {
            "bootstrap.servers": ",".join(self.servers),
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": self.user,
            "sasl.password": self.password,
            "log_level": 2,
        }


def measurer_grants() -> set[Grant]:
    """Return rights that let one connection act for all participants."""
    topics = {"cri.in.": "WRITE", "cri.out.": "READ"}
    return {
        Grant(MEASURER, "WRITE", "TOPIC", "cri.in.", "PREFIXED"),
        Grant(MEASURER, "READ", "TOPIC", "cri.out.", "PREFIXED"),
        *(Grant(MEASURER, "DESCRIBE", "TOPIC", name, "PREFIXED") for name in topics),
    }
