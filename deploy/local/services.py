"""The services as processes: their settings, commands and probes."""

import http.client
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.issuer.server import desk_settings
from deploy.local.pages import form_settings
from deploy.provision.access import principal_of
from deploy.provision.databases import database_of
from deploy.provision.topics import DEPLOY
from deploy.stack import processes
from deploy.stack.proxy_routes import ProxyRoute, proxy_ports
from shared.business_clock import REAL_TIME, BusinessClock

_PACKAGE = "services"
PUBLIC, DESK, WEBDESK = "reporting", "desk", "webdesk"
WITH_PAGES = (PUBLIC, DESK, WEBDESK)
"""The services with pages for people."""
# Keep bytecode even if the shell disables it: saves a second at each start.
_QUICK = {"PYTHONDONTWRITEBYTECODE": ""}


@dataclass(frozen=True, slots=True)
class Replica:
    """A running process of a service, with the ports of its probes and its public pages."""

    service: str
    number: int
    port: int
    public_port: int | None
    child: processes.Child

    @property
    def http(self) -> str:
        """The address of its probes and metrics."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def public(self) -> str | None:
        """The address of its public pages, if it has any."""
        return None if self.public_port is None else f"http://127.0.0.1:{self.public_port}"

    def is_ready(self) -> bool:
        """Return whether its readiness probe succeeds."""
        return answers_ready(self.port)


@dataclass(frozen=True, slots=True)
class ServiceLauncher:
    """Starts processes of services, with the settings that all services share."""

    kafka_servers: Sequence[str]
    postgres_port: int
    secrets: Path
    logs: Path
    proxy_routes: Sequence[ProxyRoute] = ()
    stable_names: bool = True
    clock: BusinessClock = REAL_TIME
    mail: Mapping[str, str] = field(default_factory=dict)
    """The settings of notifications for mail; empty: there is none."""
    issuer: str | None = None
    """Where the office's staff sign in; the desk needs one."""
    public_desk: str | None = None
    """The address of the public desk, to which the public page links."""

    def environment(
        self,
        service: str,
        *,
        replica: int = 0,
        http_port: int = 0,
        public_port: int | None = None,
    ) -> dict[str, str]:
        """Return the settings of one process."""
        kafka = [
            f"127.0.0.1:{port}" for port in proxy_ports(self.proxy_routes, service, postgres=False)
        ]
        postgres = proxy_ports(self.proxy_routes, service, postgres=True) or [self.postgres_port]
        settings = {
            "SECRETS_DIR": str(self.secrets / service),
            "KAFKA_SERVERS": ",".join(kafka or self.kafka_servers),
            "KAFKA_SECURITY": "SASL_PLAINTEXT",
            "KAFKA_USER": principal_of(service),
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(postgres[0]),
            "POSTGRES_DATABASE": database_of(service),
            "POSTGRES_USER": service,
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(http_port),
            "METADATA_MAX_AGE_MS": "5000",
        }
        if self.clock != REAL_TIME:
            settings["BUSINESS_SINCE"] = self.clock.since.isoformat()
            settings["BUSINESS_START"] = self.clock.start.isoformat()
            settings["BUSINESS_RATE"] = str(self.clock.rate)
        if self.stable_names:
            settings["INSTANCE"] = f"{service}-{replica}"
        if service in WITH_PAGES:
            settings["PUBLIC_HOST"] = "127.0.0.1"
            settings["PUBLIC_PORT"] = str(public_port or 0)
        if service == PUBLIC and self.public_desk is not None:
            settings["DESK_URL"] = self.public_desk
        if service == DESK and self.issuer is not None:
            settings |= desk_settings(issuer=self.issuer, public_port=public_port or 0)
        if service == WEBDESK:
            settings |= form_settings(public_port=public_port or 0)
        if service in ("intake", WEBDESK):
            settings["AGENCY_LIST"] = str(DEPLOY / "reference" / "agencies.csv.gz")
        if service == WEBDESK:
            settings["TOPICS_OF_HELP"] = str(DEPLOY / "reference" / "topics.yaml")
            settings["PROGRAMS"] = str(DEPLOY / "reference" / "programs.yaml")
            settings["PROVIDERS"] = str(DEPLOY / "reference" / "providers.yaml")
        named = {f"CONTINUUM_{name}": value for name, value in settings.items()}
        return {**named, **self.mail} if service == "notifications" else named

    def run(
        self,
        service: str,
        *,
        replica: int,
        http_port: int,
        public_port: int | None = None,
        more: Mapping[str, str],
        program: Sequence[str | Path] | None = None,
    ) -> Replica:
        """
        Start one process of a service, without waiting; ``more`` adds to its settings.

        ``program`` is the Python of another version, with its options.
        """
        environment = self.environment(
            service, replica=replica, http_port=http_port, public_port=public_port
        )
        log = f"{service}.jsonl" if replica == 0 else f"{service}-{replica}.jsonl"
        child = processes.start(
            service,
            [*(program or [sys.executable]), "-m", f"{_PACKAGE}.{service}", "run"],
            log=self.logs / log,
            environment={**environment, **_QUICK, **more},
        )
        return Replica(
            service=service, number=replica, port=http_port, public_port=public_port, child=child
        )

    def ask(
        self,
        service: str,
        verb: str,
        *,
        more: Mapping[str, str],
        program: Sequence[str | Path] | None = None,
    ) -> tuple[int, str]:
        """Run another command of a service to its end; return its status and output."""
        done = subprocess.run(
            [*(program or [sys.executable]), "-m", f"{_PACKAGE}.{service}", verb],
            env={**os.environ, **self.environment(service), **_QUICK, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=DEPLOY.parent,
        )
        return done.returncode, done.stdout


def answers_ready(port: int) -> bool:
    """Return whether the process at a port is ready."""
    return answers(port, "/ready")


def answers(port: int, path: str) -> bool:
    """Return whether a probe of the process at a port succeeds."""
    return ask(port, path)[0]


def ask(port: int, path: str) -> tuple[bool, str]:
    """Request a probe of the process at a port; return whether it succeeded, and its text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status == 200, answer.read(10_000).decode(errors="replace").strip()
    except ConnectionRefusedError:
        return False, "does not run"
    except (OSError, http.client.HTTPException):
        return False, "does not answer"
    finally:
        connection.close()
