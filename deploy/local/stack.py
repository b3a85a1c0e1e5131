"""Continuum on the embedded Kafka and Postgres: for `make up`, the demo, benchmarks and tests."""

import asyncio
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType

from deploy.local import provisioning
from deploy.local.connection import Connection, connection_to
from deploy.local.issuer.server import IssuerServer
from deploy.local.mail.server import MailServer, mail_settings
from deploy.local.pages import form_settings
from deploy.local.services import DESK, PUBLIC, WEBDESK, WITH_PAGES, Replica, ServiceLauncher
from deploy.provision import databases, handover
from deploy.provision.broker import Changes, admin_client
from deploy.provision.credentials import Credentials
from deploy.provision.databases import owner_of
from deploy.provision.quotas import read_quotas
from deploy.provision.renewal import reload_certificates
from deploy.provision.topics import PARTICIPANTS, read_participants, read_topics
from deploy.stack import processes
from deploy.stack.certificates import Certificates
from deploy.stack.failure import StackFailed
from deploy.stack.kafka import ADMIN, Kafka
from deploy.stack.lock import Lock
from deploy.stack.postgres import Postgres
from deploy.stack.proxy_routes import POSTGRES, ProxyRoute
from shared.business_clock import REAL_TIME, BusinessClock
from shared.contracts.services import SERVICES


class Stack:
    """
    Kafka, Postgres and the services, with all their data in the folder ``state``.

    Use it from one thread that lives as long as the stack: when that thread ends, for any reason,
    so do all processes. A folder holds one running stack. ``say`` receives progress messages.

    ``proxied`` gives each service its own ports for Kafka and Postgres (``proxy_routes``), at
    which the caller runs a proxy. ``postgres_folder`` and ``kafka_folders`` (by node number) place
    data outside ``state``. Without ``stable_names``, a restarted process joins its consumer group
    as a new member, as a pod of a Deployment does. Without ``quotas``, Kafka enforces none.
    Without ``durable``, Postgres runs with fsync off. A ``short_lived`` stack starts faster, but
    then runs slower. ``clock`` is the services' business clock. With ``mail``, notifications sends
    mails to a server that keeps them in the folder ``mail``. ``services`` are the ones that run;
    with the office's desk, a stand-in for the issuer at which its staff sign in runs, too.
    """

    def __init__(
        self,
        state: Path,
        *,
        brokers: int = 1,
        first_port: int | None = None,
        participants: Path = PARTICIPANTS,
        proxied: bool = False,
        postgres_folder: Path | None = None,
        kafka_folders: Mapping[int, Path] | None = None,
        postgres_environment: Mapping[str, str] | None = None,
        kafka_environment: Mapping[str, str] | None = None,
        stable_names: bool = True,
        quotas: bool = True,
        durable: bool = True,
        short_lived: bool = False,
        clock: BusinessClock = REAL_TIME,
        mail: bool = False,
        services: Sequence[str] = SERVICES,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.state = state.resolve()
        self.services = services
        self.logs = self.state / "logs"
        self.participants = read_participants(participants)
        self.topics = read_topics(self.participants)
        self.quotas = read_quotas().by_principal(self.participants) if quotas else {}
        self.credentials = Credentials(self.state / "secrets")
        self.replicas: dict[tuple[str, int], Replica] = {}
        self._lock = Lock(self.state)
        self._say = say
        self._ports = processes.Ports(first_port)
        kafka_ports = [(self._ports.take(), self._ports.take()) for _ in range(brokers)]
        postgres_port = self._ports.take()
        self.proxy_routes = self._proxy_routes(brokers, postgres_port) if proxied else []
        self.certificates = Certificates(self.state / "certificates")
        self.kafka = Kafka(
            self.state / "kafka",
            logs=self.logs,
            ports=kafka_ports,
            tls_ports=[(self._ports.take(), self._ports.take()) for _ in range(brokers)],
            certificates=self.certificates,
            admin_password=self.credentials.folder / ADMIN,
            proxy_routes=self.proxy_routes,
            data_folders=kafka_folders or {},
            environment=kafka_environment,
            short_lived=short_lived,
        )
        self.postgres = Postgres(
            postgres_folder or self.state / "postgres",
            log=self.logs / "postgres.log",
            port=postgres_port,
            admin_password=self.credentials.folder / "postgres",
            environment=postgres_environment,
            durable=durable,
        )
        self._page_ports = {each: self._ports.take() for each in WITH_PAGES if each in services}
        self.mail = self._mail_server() if mail else None
        self.issuer = self._issuer() if DESK in services else None
        self._launcher = ServiceLauncher(
            kafka_servers=self.kafka.servers,
            postgres_port=self.postgres.port,
            secrets=self.credentials.folder,
            logs=self.logs,
            proxy_routes=self.proxy_routes,
            stable_names=stable_names,
            clock=clock,
            mail=self._mail_settings(),
            issuer=None if self.issuer is None else self.issuer.url,
            public_desk=self._public_desk(),
        )

    def up(
        self,
        *,
        replicas: Mapping[str, int] | None = None,
        clock: Callable[[], BusinessClock] | None = None,
    ) -> Connection:
        """
        Start, provision and migrate everything, in parallel where possible; wait for it.

        ``clock`` gives the services' business clock, and is called just before they start.
        """
        self._begin()
        self.postgres.wait()
        provisioning.provision_databases(self)
        self.kafka.wait_formatted()
        self._say("migrating the services' databases")
        self.migrate()
        self.kafka.wait()
        self._provision_broker()
        if self.mail is not None:
            self.mail.wait()
        if clock is not None:
            self._launcher = replace(self._launcher, clock=clock())
        self.start_services(replicas=replicas)
        connection = self.connection
        connection.write(self.state / "connection.json")
        self.write_handovers()
        return connection

    def write_handovers(self) -> None:
        """Write each participant's file into the folder ``participants``."""
        doors = self.doors
        for each in self.participants:
            content = handover.handover(
                each,
                doors,
                password=self.credentials.kafka(each.id)[1],
                certificate=self.certificates.client(each.id),
                quota=self.quotas.get(each.id),
            )
            handover.write(self.state / "participants", each.id, content)

    def start(self) -> None:
        """Start all servers, without services, and wait for them."""
        self._begin()
        self.kafka.wait_formatted()
        self.postgres.wait()
        self.kafka.wait()
        if self.mail is not None:
            self.mail.wait()

    def provision(self) -> Changes:
        """Create topics, users, ACLs, databases and roles as defined in `deploy/`."""
        provisioning.provision_databases(self)
        return self._provision_broker()

    def renew_certificates(self, *, now: datetime | None = None) -> int:
        """Renew certificates that expire soon, on the running brokers too; return how many."""
        written = self.certificates.renew((each.id for each in self.participants), now=now)
        if written:
            reload_certificates(
                admin_client(self.kafka.servers, user=ADMIN, password=self.kafka.password),
                len(self.kafka.nodes),
                server=self.certificates.server,
                ca=self.certificates.ca,
                ports=self.kafka.tls_ports,
            )
        return len(written)

    def as_owner(self, service: str) -> dict[str, str]:
        """Return the settings that run a command as the owner role of the service's database."""
        return {
            "CONTINUUM_POSTGRES_USER": owner_of(service),
            "CONTINUUM_SECRETS_DIR": str(self.credentials.of_owner(service)),
        }

    def migrate(self, *services: str) -> None:
        """Migrate the databases of these services (default: its own) to the present schema."""
        dsns = {
            service: self.dsn(service, role=owner_of(service))
            for service in services or self.services
        }
        asyncio.run(databases.migrate(dsns))

    def start_service(
        self,
        service: str,
        *,
        replica: int = 0,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str | Path] | None = None,
        wait: bool = True,
    ) -> Replica:
        """
        Start one process of a service; with ``wait``, wait until all processes are ready.

        ``program`` is the Python of another version, with its options.
        """
        started = self._run(service, replica, environment or {}, program=program)
        if wait:
            self.wait_ready()
        return started

    def restart_service(self, service: str, *, replica: int = 0) -> None:
        """Start an ended process again on its previous ports, without waiting."""
        old = self.replicas[service, replica]
        self.replicas[service, replica] = self._launcher.run(
            service, replica=replica, http_port=old.port, public_port=old.public_port, more={}
        )

    def start_services(self, *, replicas: Mapping[str, int] | None = None) -> None:
        """Start all services with the given ``replicas`` (default: one each); wait for all."""
        self._say("starting the services")
        for service in self.services:
            for number in range((replicas or {}).get(service, 1)):
                self._run(service, number, {})
        self.wait_ready()

    def wait_ready(self, *, within: float = 120) -> None:
        """Wait until every started process is ready."""
        children = [replica.child for replica in self.replicas.values()]
        for replica in self.replicas.values():
            what = f"waiting for {replica.child.name} to be ready"
            processes.wait_until(replica.is_ready, what=what, children=children, within=within)

    def stop_service(self, service: str, *, replica: int = 0, within: float = 20) -> None:
        """Stop a process of a service with SIGTERM and wait for its end."""
        stopped = self.replicas.pop((service, replica))
        processes.stop([stopped.child], sign=signal.SIGTERM, within=within)

    def ask(
        self,
        service: str,
        verb: str,
        *,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str | Path] | None = None,
    ) -> tuple[int, str]:
        """Run another command of a service, such as ``verify``; return its status and output."""
        return self._launcher.ask(service, verb, more=environment or {}, program=program)

    def kill(
        self, service: str, sign: signal.Signals = signal.SIGKILL, *, replica: int = 0
    ) -> None:
        """Send a signal to a process; after SIGKILL, wait for its end and drop the replica."""
        target = self.replicas[service, replica]
        target.child.process.send_signal(sign)
        if sign is signal.SIGKILL:
            target.child.process.wait()
            del self.replicas[service, replica]

    def stop(self, *, keep_data: bool = True) -> None:
        """Stop everything, services first; without ``keep_data``, end everything at once."""
        services = [replica.child for replica in self.replicas.values()]
        sign = signal.SIGTERM if keep_data else signal.SIGKILL
        processes.stop(services, sign=sign, within=20)
        self.replicas.clear()
        for server in (self.mail, self.issuer):
            if server is not None:
                server.stop()
        self.kafka.stop(in_order=keep_data)
        self.postgres.stop(in_order=keep_data)
        self._lock.release()

    def __enter__(self) -> "Stack":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def connection(self) -> Connection:
        """The present addresses and credentials."""
        return connection_to(self)

    @property
    def doors(self) -> handover.Doors:
        """The addresses at which participants connect, over TLS."""
        return handover.Doors(
            self.kafka.tls_servers, self.kafka.certificate_servers, self.certificates.ca
        )

    @property
    def children(self) -> list[processes.Child]:
        """All processes that should be running."""
        beside = [each.child for each in (self.mail, self.issuer) if each is not None]
        servers = [self.postgres.child, *beside]
        services = (each.child for each in self.replicas.values())
        return [*self.kafka.nodes, *(each for each in servers if each is not None), *services]

    def take_port(self) -> int:
        """Reserve a port for an additional server."""
        return self._ports.take()

    def kafka_login(self, member: str) -> tuple[str, str]:
        """Return the Kafka user and password of a service, participant, operator or admin."""
        return self.credentials.kafka(member)

    def dsn(self, service: str, *, role: str | None = None) -> str:
        """Return the DSN of a service's database, for its own or another role."""
        return self.credentials.dsn(service, port=self.postgres.port, role=role)

    def _mail_server(self) -> MailServer:
        return MailServer(
            self.state / "mail",
            log=self.logs / "mail.log",
            smtp_port=self._ports.take(),
            http_port=self._ports.take(),
            certificate=self.certificates.server,
            ca=self.certificates.ca,
        )

    def _issuer(self) -> IssuerServer:
        return IssuerServer(self.logs / "issuer.log", port=self._ports.take())

    def _mail_settings(self) -> Mapping[str, str]:
        if self.mail is None:
            return {}
        url = f"http://127.0.0.1:{self._page_ports[PUBLIC]}/"
        return mail_settings(
            port=self.mail.smtp_port,
            ca=self.mail.ca,
            public_url=url,
            desk_url=self._public_desk(),
        )

    def _public_desk(self) -> str | None:
        port = self._page_ports.get(WEBDESK)
        return None if port is None else form_settings(public_port=port)["PUBLIC_URL"]

    def _proxy_routes(self, brokers: int, postgres_port: int) -> list[ProxyRoute]:
        return [
            route
            for each in self.services
            for route in (
                ProxyRoute(each, POSTGRES, self._ports.take(), target_port=postgres_port),
                *(
                    ProxyRoute(
                        each, f"kafka-{n}", self._ports.take(), target_port=self._ports.take()
                    )
                    for n in range(1, brokers + 1)
                ),
            )
        ]

    def _begin(self) -> None:
        self._lock.take()
        self.credentials.kafka_users(self.services)  # each needs its own to migrate
        if WEBDESK in self.services:
            self.credentials.share_keys()
        self._say("starting Kafka and Postgres")
        self.certificates.renew(each.id for each in self.participants)
        self.kafka.begin()
        self.postgres.begin()
        for server in (self.mail, self.issuer):
            if server is not None:
                server.begin()

    def _run(
        self,
        service: str,
        number: int,
        more: Mapping[str, str],
        *,
        program: Sequence[str | Path] | None = None,
    ) -> Replica:
        if (service, number) in self.replicas:
            raise StackFailed(f"{service}, replica {number}, is already started")
        port = self._ports.take()
        started = self._launcher.run(
            service,
            replica=number,
            http_port=port,
            public_port=self._port_of_pages(service, number),
            more=more,
            program=program,
        )
        self.replicas[service, number] = started
        return started

    def _port_of_pages(self, service: str, number: int) -> int | None:
        """Return the port of a process's pages; the first process of a service has a fixed one."""
        if service not in WITH_PAGES:
            return None
        return self._ports.take() if number else self._page_ports[service]

    def _provision_broker(self) -> Changes:
        self._say(f"provisioning {len(self.topics)} topics and their ACLs")
        return provisioning.provision_broker(self)
