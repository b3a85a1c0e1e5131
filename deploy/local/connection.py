"""Where everything is and how to get in: what `make up` writes to `.local/connection.json`."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from deploy.provision.quotas import Quota
from deploy.stack.passwords import write_private


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True
    )


class Security(_Part):
    """How a client speaks with Kafka."""

    protocol: Literal["SASL_PLAINTEXT"] = "SASL_PLAINTEXT"
    mechanism: Literal["SCRAM-SHA-512"] = "SCRAM-SHA-512"


class ParticipantAccess(_Part):
    """All that a participant's system is told."""

    kind: str
    name: str
    username: str
    password: str
    in_topic: str = Field(alias="in")
    out_topic: str = Field(alias="out")
    group_prefix: str
    quota: Quota | None = None
    """None where Kafka limits nobody."""


class OperatorAccess(_Part):
    """Kafka credentials, and the operator's DSN for each service's database."""

    username: str
    password: str
    dsns: dict[str, str]


class ServiceAccess(_Part):
    """A service's own database, its probes and metrics (of the first replica), its log."""

    dsn: str
    http: str
    log: str
    pid: int


class Connection(_Part):
    """The running stack."""

    bootstrap_servers: list[str]
    security: Security = Security()
    participants: dict[str, ParticipantAccess]
    operator: OperatorAccess
    owners: dict[str, str]
    """DSNs of the roles that own the databases, for a rebuild."""
    reporting: str | None
    """Address of the public pages; None while reporting is not started."""
    services: dict[str, ServiceAccess]
    probes: dict[str, list[str]]
    """Where every process of each service answers; `continuum status` asks them all."""
    log_folder: str

    def write(self, file: Path) -> None:
        """Write it where only its owner can read it."""
        write_private(file, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def read(cls, file: Path) -> "Connection":
        """Read what ``write`` wrote."""
        return cls.model_validate_json(file.read_bytes())
