"""Addresses and credentials of a running stack: `.local/connection.json` of `make up`."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from deploy.local.services import DESK, PUBLIC, WEBDESK
from deploy.provision.access import OPERATOR
from deploy.provision.databases import owner_of
from deploy.provision.quotas import Quota
from deploy.stack.kafka import ADMIN
from deploy.stack.passwords import write_private

if TYPE_CHECKING:
    from deploy.local.stack import Stack


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
    mail: str | None = None
    """Address of the page that shows all mails; None if there is no mail."""
    desk: str | None = None
    """Address of the office's pages; None while the desk is not running."""
    webdesk: str | None = None
    """Address of the pages on which the public asks for help; None while they are not running."""
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


def connection_to(stack: "Stack") -> Connection:
    """Return the present addresses and credentials of *stack*."""
    username, password = stack.credentials.kafka(OPERATOR)
    dsns = {each: stack.dsn(each, role=OPERATOR) for each in stack.services}
    pages = {name: stack.replicas.get((name, 0)) for name in (PUBLIC, DESK, WEBDESK)}
    public = {name: None if each is None else each.public for name, each in pages.items()}
    return Connection(
        bootstrap_servers=stack.kafka.servers,
        participants=_participants(stack),
        operator=OperatorAccess(username=username, password=password, dsns=dsns),
        owners={each: stack.dsn(each, role=owner_of(each)) for each in stack.services},
        reporting=public[PUBLIC],
        mail=None if stack.mail is None else stack.mail.page,
        desk=public[DESK],
        webdesk=public[WEBDESK],
        services=_services(stack),
        administrator=AdministratorAccess(username=ADMIN, password=stack.kafka.password),
        tls=TlsAccess(
            bootstrap_servers=stack.kafka.tls_servers,
            certificate_servers=stack.kafka.certificate_servers,
            ca=str(stack.certificates.ca),
        ),
        probes={
            name: [each.http for (of, _), each in stack.replicas.items() if of == name]
            for name in stack.services
        },
        log_folder=str(stack.logs),
    )


def _participants(stack: "Stack") -> dict[str, ParticipantAccess]:
    return {
        each.id: ParticipantAccess(
            kind=each.kind,
            name=each.name,
            username=each.id,
            password=stack.credentials.kafka(each.id)[1],
            in_topic=f"cri.in.{each.id}.v1",
            out_topic=f"cri.out.{each.id}.v1",
            group_prefix=f"{each.id}.",
            quota=stack.quotas.get(each.id),
        )
        for each in stack.participants
    }


def _services(stack: "Stack") -> dict[str, ServiceAccess]:
    return {
        name: ServiceAccess(
            dsn=stack.dsn(name),
            http=replica.http,
            log=str(replica.child.log),
            pid=replica.child.pid,
        )
        for (name, number), replica in stack.replicas.items()
        if number == 0
    }
