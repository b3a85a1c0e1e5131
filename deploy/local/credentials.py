"""Names and passwords of everybody in one stack, kept in its folder of secrets."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.access import OPERATOR, principal_of
from deploy.local.databases import database_of
from deploy.local.kafka import ADMIN
from deploy.local.passwords import password
from deploy.local.topics import SERVICES

_KAFKA = "continuum_kafka_password"
_POSTGRES = "continuum_postgres_password"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Passwords are made at first use; a service's folder is what the service itself reads."""

    folder: Path

    def kafka(self, member: str) -> tuple[str, str]:
        """Return user and password of a service, a participant, the operator or the admin."""
        ours = member in (*SERVICES, OPERATOR, ADMIN)
        folder = self.folder if ours else self.folder / "participants"
        return principal_of(member), password(folder / member, _KAFKA)

    def kafka_users(self, members: Iterable[str]) -> dict[str, str]:
        """Return users and passwords of many."""
        return dict(self.kafka(member) for member in members)

    def postgres(self, role: str) -> str:
        """Return the password of a database role: a service's or the operator's."""
        return password(self.folder / role, _POSTGRES)

    def dsn(self, service: str, *, port: int, role: str | None = None) -> str:
        """Return the address of a service's database, for itself or another role."""
        user = role or service
        address = f"127.0.0.1:{port}/{database_of(service)}"
        return f"postgresql://{user}:{self.postgres(user)}@{address}"
