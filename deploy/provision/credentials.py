"""User names and passwords of one stack, kept in its folder of secrets."""

import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy.provision.access import OPERATOR, principal_of
from deploy.provision.databases import database_of, owner_of
from deploy.stack.kafka import ADMIN
from deploy.stack.passwords import password, write_private
from shared.contracts.services import DEPLOYABLES, PUBLIC_DESK

_KAFKA = "continuum_kafka_password"
_POSTGRES = "continuum_postgres_password"
_SHARED = ("continuum_code_key", "continuum_link_key")
_SHARERS = (PUBLIC_DESK, "notifications")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Passwords are made at first use; a service's folder is what the service itself reads."""

    folder: Path

    def kafka(self, member: str) -> tuple[str, str]:
        """Return user and password of a service, a participant, the operator or the admin."""
        ours = member in (*DEPLOYABLES, OPERATOR, ADMIN)
        folder = self.folder if ours else self.folder / "participants"
        return principal_of(member), password(folder / member, _KAFKA)

    def rotate(self, participant: str) -> str:
        """Give a participant another password and return it."""
        made = secrets.token_urlsafe(24)
        write_private(self.folder / "participants" / participant / _KAFKA, made)
        return made

    def forget(self, participant: str) -> None:
        """Delete a participant's password: if it is registered again, it gets another."""
        shutil.rmtree(self.folder / "participants" / participant, ignore_errors=True)

    def kafka_users(self, members: Iterable[str]) -> dict[str, str]:
        """Return users and passwords of many."""
        return dict(self.kafka(member) for member in members)

    def postgres(self, role: str) -> str:
        """Return the password of a database role."""
        return password(self.folder / role, _POSTGRES)

    def of_owner(self, service: str) -> Path:
        """Return the folder of secrets of the role that owns a service's database."""
        owner = owner_of(service)
        self.postgres(owner)
        # Every command reads all settings; an owner's commands do not use Kafka.
        write_private(self.folder / owner / _KAFKA, self.kafka(service)[1])
        return self.folder / owner

    def share_keys(self) -> None:
        """Give the public desk and notifications the keys of codes and links, made once."""
        for name in _SHARED:
            file = self.folder / _SHARERS[0] / name
            key = file.read_text() if file.exists() else secrets.token_hex(32)
            for service in _SHARERS:
                write_private(self.folder / service / name, key)

    def dsn(self, service: str, *, port: int, role: str | None = None) -> str:
        """Return the address of a service's database, for itself or another role."""
        user = role or service
        address = f"127.0.0.1:{port}/{database_of(service)}"
        return f"postgresql://{user}:{self.postgres(user)}@{address}"
