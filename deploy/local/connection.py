"""Addresses and credentials of a running stack: `.local/connection.json` of `make up`."""

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
    """Security protocol of Kafka clients."""

    protocol: Literal["SASL_PLAINTEXT"] = "SASL_PLAINTEXT"
    mechanism: Literal["SCRAM-SHA-512"] = "SCRAM-SHA-512"


class ParticipantAccess(_Part):
    """Credentials and topics of a participant's system."""

    kind: str
    name: str
    username: str
    password: str
    in_topic: str = Field(alias="in")
    out_topic: str = Field(alias="out")
    group_prefix: str
    quota: Quota | None = None
    """None if Kafka enforces no quotas."""


class OperatorAccess(_Part):
    """Kafka credentials, and the operator's DSN for each service's database."""

    username: str
    password: str
    dsns: dict[str, str]


class AdministratorAccess(_Part):
    """Credentials of Kafka's administrator, for `continuum provision`."""

    username: str
    password: str


class TlsAccess(_Part):
    """Where participants connect: with a password, or with a client certificate."""

    bootstrap_servers: list[str]
    certificate_servers: list[str]
    ca: str


class ServiceAccess(_Part):
    """A service's database, and the probes, log and pid of its first replica."""

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
    administrator: AdministratorAccess
    tls: TlsAccess
    owners: dict[str, str]
    """DSNs of the databases' owner roles, for a rebuild."""
    reporting: str | None
    """Address of the public pages; None while reporting is not running."""
    services: dict[str, ServiceAccess]
    probes: dict[str, list[str]]
    """Probe addresses of every process of each service, for `continuum status`."""
    log_folder: str

    def write(self, file: Path) -> None:
        """Write it to a file readable by its owner only."""
        write_private(file, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def read(cls, file: Path) -> "Connection":
        """Read a file written by ``write``."""
        return cls.model_validate_json(file.read_bytes())
