"""`continuum provision`: brings Kafka in line with the participants that are registered."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka.admin import AdminClient

from deploy.provision import broker, handover, users
from deploy.provision.access import OPERATOR, grants, principal_of
from deploy.provision.broker_quotas import SECONDS_UNTIL_SEEN, provision_quotas, quota_client
from deploy.provision.credentials import Credentials
from deploy.provision.drift import Drift, Registration, Wanted, connected, drift
from deploy.provision.quota_requests import describe
from deploy.provision.quotas import Quota, read_quotas
from deploy.provision.topics import Participant, read_topics
from deploy.stack.certificates import Certificates
from deploy.stack.failure import StackFailed
from shared.contracts.services import DEPLOYABLES
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_OFFICE = Participant("program-office", "program_office", "program office")


@dataclass(frozen=True, slots=True)
class Connection:
    """The parts of the connection file that provisioning needs, and the folder it is in."""

    folder: Path
    registry: str
    servers: list[str]
    ca: str | None
    user: str
    password: str
    doors: handover.Doors

    @classmethod
    def read(cls, file: Path) -> "Connection":
        """Read the file that `make up` writes."""
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            administrator, security = content["administrator"], content["security"]
            tls = content["tls"]
            return cls(
                folder=file.resolve().parent,
                registry=content["operator"]["dsns"]["intake"],
                servers=list(content["bootstrap_servers"]),
                ca=security["ca"] if security["protocol"] == "SASL_SSL" else None,
                user=administrator["username"],
                password=administrator["password"],
                doors=handover.Doors(
                    tls["bootstrap_servers"], tls["certificate_servers"], Path(tls["ca"])
                ),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StackFailed(
                f"{file} does not say how to provision Kafka: it needs bootstrap_servers,"
                " security, administrator, tls and operator.dsns. `make up` writes it."
            ) from error


def run(file: Path, *, apply: bool, prune: bool, rotate: str | None) -> tuple[list[str], int]:
    """
    Compare Kafka with the registry, and with *apply* make it equal.

    Return what to print, and the exit status: 2 if a plan found a difference.
    """
    connection = Connection.read(file)
    return asyncio.run(_run(connection, apply=apply, prune=prune, rotate=rotate))


async def _run(
    connection: Connection, *, apply: bool, prune: bool, rotate: str | None
) -> tuple[list[str], int]:
    registrations = await registered(connection.registry)
    participants = connected(registrations, _OFFICE, now=datetime.now(UTC))
    if rotate is not None and rotate not in {each.id for each in participants}:
        raise StackFailed(f"{rotate} is not registered, or its registration has ended")
    async with _open(connection) as kafka:
        wanted = wanted_for(participants)
        found = await kafka.drift(wanted)
        lines = [f"to make: {each}" for each in found.missing]
        lines += [f"unknown: {each}" for each in found.unknown]
        if not apply:
            lines.append(_summary(participants, found))
            return lines, 2 if found.missing or found.unknown else 0
        passwords = await kafka.make(wanted, participants, found=found, prune=prune, rotate=rotate)
        after = await kafka.until_equal(wanted, prune=prune)
        lines += [
            f"handed over: {each}" for each in kafka.hand_over(participants, wanted, passwords)
        ]
        lines.append(_summary(participants, after))
        return lines, 0


def _summary(participants: list[Participant], found: Drift) -> str:
    more = " (removed with --apply --prune)" if found.unknown else ""
    return (
        f"provision: {len(participants)} participants, {len(found.missing)} to make,"
        f" {len(found.unknown)} unknown{more}"
    )


def wanted_for(participants: list[Participant]) -> Wanted:
    """Return what Kafka should have with these participants."""
    topics = read_topics(participants)
    ours = [principal_of(member) for member in (*DEPLOYABLES, OPERATOR)]
    return Wanted(
        topics=topics,
        users=frozenset([*ours, *(each.id for each in participants)]),
        grants=frozenset(grants(topics, participants)),
        quotas=read_quotas().by_principal(participants),
    )


async def registered(dsn: str) -> list[Registration]:
    """Return every participant's last registration, from intake's catalog."""
    try:
        connection = await asyncpg.connect(dsn, timeout=10, command_timeout=30)
    except (OSError, asyncpg.PostgresError) as error:
        raise StackFailed(f"the registry cannot be read: {error}") from error
    try:
        rows = await connection.fetch(_SQL["list_participants"])
    finally:
        await connection.close()
    return [
        Registration(
            Participant(row["id"], row["kind"], row["name"]),
            row["effective_until"],
            row["reached_by_desk"],
        )
        for row in rows
    ]


@asynccontextmanager
async def _open(connection: Connection) -> AsyncIterator["_Kafka"]:
    login: dict[str, Any] = {
        "user": connection.user,
        "password": connection.password,
        "ca": connection.ca,
    }
    async with quota_client(connection.servers, **login) as quotas:
        yield _Kafka(connection, broker.admin_client(connection.servers, **login), quotas)


@dataclass(frozen=True, slots=True)
class _Kafka:
    """A connected Kafka that is provisioned."""

    connection: Connection
    admin: AdminClient
    quotas: AIOKafkaAdminClient

    @property
    def _files(self) -> Path:
        return self.connection.folder / "participants"

    @property
    def _certificates(self) -> Certificates:
        return Certificates(self.connection.folder / "certificates")

    async def drift(self, wanted: Wanted) -> Drift:
        # Each broker applies the controller's log on its own, so all of them must show the quotas.
        described = await describe(self.quotas)
        limits = next((each for each in described if each != described[0]), described[0])
        state = await asyncio.to_thread(broker.read_state, self.admin, limits, wanted.grants)
        # The administrator is created with Kafka, and the access list does not apply to it.
        return drift(replace(state, users=state.users - {self.connection.user}), wanted)

    async def make(
        self,
        wanted: Wanted,
        participants: list[Participant],
        *,
        found: Drift,
        prune: bool,
        rotate: str | None,
    ) -> dict[str, str]:
        """Make Kafka equal to *wanted*; return every user's password."""
        credentials = Credentials(self.connection.folder / "secrets")
        if rotate is not None:
            users.set_password(self.admin, rotate, credentials.rotate(rotate))
        members = [*DEPLOYABLES, OPERATOR, *(each.id for each in participants)]
        passwords = credentials.kafka_users(members)
        may_remove = broker.any_principal if prune else lambda user: False
        broker.provision_kafka(
            self.admin,
            topics=wanted.topics,
            users=passwords,
            grants=set(wanted.grants),
            may_remove=may_remove,
        )
        await provision_quotas(self.quotas, wanted.quotas, may_remove=may_remove)
        if prune:
            gone = [each.removeprefix("user ") for each in found.unknown if each[:5] == "user "]
            users.remove_users(self.admin, gone)
            for user in gone:
                credentials.forget(user)
                self._certificates.client(user).unlink(missing_ok=True)
                (self._files / f"{user}.json").unlink(missing_ok=True)
        return passwords

    async def until_equal(self, wanted: Wanted, *, prune: bool) -> Drift:
        """Wait until Kafka shows what is wanted, which takes a moment; return what is left."""
        deadline = time.monotonic() + SECONDS_UNTIL_SEEN
        while True:
            left = await self.drift(wanted)
            if not left.missing and not (prune and left.unknown):
                return left
            if time.monotonic() > deadline:
                raise StackFailed(
                    f"Kafka took the changes, and {SECONDS_UNTIL_SEEN:.0f} s later it lacks: "
                    + ", ".join([*left.missing, *(left.unknown if prune else ())])
                )
            await asyncio.sleep(0.1)  # brokers apply the controller's log without notification

    def hand_over(
        self, participants: list[Participant], wanted: Wanted, passwords: Mapping[str, str]
    ) -> list[str]:
        """Write each participant's file; return the names of those that changed."""
        certificates = self._certificates
        if certificates.can_sign:
            certificates.renew_clients(each.id for each in participants)
        changed = []
        for each in participants:
            certificate = certificates.client(each.id)
            quota: Quota | None = wanted.quotas.get(each.id)
            content = handover.handover(
                each,
                self.connection.doors,
                password=passwords[each.id],
                certificate=certificate if certificate.exists() else None,
                quota=quota,
            )
            file = self._files / f"{each.id}.json"
            if not file.exists() or json.loads(file.read_text()) != content:
                changed.append(str(handover.write(self._files, each.id, content)))
        return changed
