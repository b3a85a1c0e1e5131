"""
Containers of the image process one request end to end on the embedded Kafka and Postgres.

There is one of each service, and one of each desk: the office's must ask people to sign in, the
public one must let them ask for help. Each runs as in the manifests: with its own user, a
read-only root, no capabilities, secrets as files and a memory limit; migrations run as the role
that owns the database. The code of the others is hidden from each.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import asyncpg

from deploy.image.build import IMAGE, ROOT, ImageFailed, Workshop, run
from deploy.local.services import DESK, WEBDESK, WITH_PAGES, answers_ready
from deploy.local.stack import Stack
from deploy.provision.access import principal_of
from deploy.provision.databases import database_of, owner_of
from deploy.provision.topics import DEPLOY
from deploy.stack import processes
from shared.contracts.services import DEPLOYABLES
from tests.proofs.image.contents import LIST, unwanted

UID = 65532
INSIDE = "/srv/continuum"
EXAMPLES = ROOT / "docs" / "examples"
# With real TLS addresses as in production, but for an issuer that nobody has: no sign-in succeeds.
_PAGES = {
    "OFFICE_TELEPHONE": "202-555-0100",
    "OMB_NUMBER": "0000-0000",
    "OMB_EXPIRES": "2099-12-31",
    "OMB_MINUTES": "20",
}
_REFERENCE = f"{INSIDE}/deploy/reference"
_AGENCY_LIST = {"AGENCY_LIST": f"{_REFERENCE}/agencies.csv.gz"}
_OWN = {
    "intake": _AGENCY_LIST,
    DESK: {
        **_PAGES,
        "PUBLIC_URL": "https://office.program.example",
        "ISSUER": "https://sign-in.program.example",
        "CLIENT_ID": "continuum-desk",
    },
    WEBDESK: {
        **_PAGES,
        **_AGENCY_LIST,
        "PUBLIC_URL": "https://help.program.example",
        "TOPICS_OF_HELP": f"{_REFERENCE}/topics.yaml",
        "PROGRAMS": f"{_REFERENCE}/programs.yaml",
        "PROVIDERS": f"{_REFERENCE}/providers.yaml",
    },
}
_SHOWN = {DESK: "/sign-in/start", WEBDESK: 'action="/start"'}
"""What a visitor must find on the first page of each desk."""


class Proof:
    """Containers of one image beside one embedded stack; all their data is in *state*."""

    def __init__(self, workshop: Workshop, state: Path) -> None:
        self._workshop = workshop
        self._state = state.resolve()
        ports = processes.Ports()
        self._ports = {service: ports.take() for service in DEPLOYABLES}
        self._public_ports = {service: ports.take() for service in WITH_PAGES}
        self._packages = ""

    def run(self) -> None:
        """Start, migrate, process one request, stop; raise `ImageFailed` if anything fails."""
        shutil.rmtree(self._state, ignore_errors=True)
        site = "import sysconfig; print(sysconfig.get_path('purelib'))"
        self._state.mkdir(parents=True)
        self._packages = self._run_once(["--entrypoint", "python"], ["-c", site]).strip()
        self._check_contents()
        with Stack(self._state / "stack") as stack:
            stack.start()
            stack.provision()
            asyncio.run(_check_rights(stack))
            for service in DEPLOYABLES:
                self._write_secrets(stack, service)
                self._run_once(
                    self._flags(stack, service, migrates=True), _verb(service, "migrate")
                )
            with self._running(stack):
                self._check_desks()
                connection = self._state / "connection.json"
                stack.connection.write(connection)
                _example("introduce.py", connection, DEPLOY / "reference")
                who = ("california-agencies", "first-of-all", "CA0194200")
                answer = _example("submit.py", connection, *who, "Los Angeles Police Department")
        if "gov.cri.submission.accepted.v1" not in answer:
            raise ImageFailed(f"the request was not accepted:\n{answer}")

    def _check_contents(self) -> None:
        """Raise `ImageFailed` if the image has anything that no service needs to run."""
        files = json.loads(self._run_once(["--entrypoint", "python"], ["-c", LIST]))
        if found := list(unwanted(files, (ROOT / "requirements" / "run.txt").read_text())):
            raise ImageFailed(f"in the image is {'; '.join(found)}")

    def _check_desks(self) -> None:
        """Raise `ImageFailed` unless each desk's container shows people its first page."""
        for desk, shown in _SHOWN.items():
            port = self._public_ports[desk]
            with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                page = answer.read().decode()
            if _PAGES["OFFICE_TELEPHONE"] not in page or shown not in page:
                raise ImageFailed(f"{desk} does not show its first page:\n{page}")

    @property
    def _empty_folder(self) -> Path:
        """An empty folder, mounted over the code of other services."""
        folder = self._state / "nothing"
        folder.mkdir(exist_ok=True)
        return folder

    @contextmanager
    def _running(self, stack: Stack) -> Iterator[None]:
        """Run all of them; at the end each must stop cleanly on SIGTERM."""
        started = {
            service: self._start(self._flags(stack, service), _verb(service, "run"), service)
            for service in DEPLOYABLES
        }
        try:
            for service, child in started.items():
                processes.wait_until(
                    lambda port=self._ports[service]: answers_ready(port),  # type: ignore[misc]
                    what=f"{service} in its container",
                    children=[child],
                    within=120,
                )
            yield
        finally:
            processes.stop(started.values(), sign=signal.SIGTERM, within=45)
            self._remove_containers()
        for service, child in started.items():
            if child.process.returncode != 0:
                raise ImageFailed(f"{service} did not stop cleanly: {child.ended()}")

    def _flags(self, stack: Stack, service: str, *, migrates: bool = False) -> list[str]:
        host, kafka = "127.0.0.1", ",".join(stack.kafka.servers)
        settings = {
            "SECRETS_DIR": "/run/secrets/continuum",
            "KAFKA_SERVERS": kafka,
            "KAFKA_SECURITY": "SASL_PLAINTEXT",
            "KAFKA_USER": principal_of(service),
            "POSTGRES_HOST": host,
            "POSTGRES_PORT": str(stack.postgres.port),
            "POSTGRES_DATABASE": database_of(service),
            "POSTGRES_USER": owner_of(service) if migrates else service,
            "HTTP_HOST": host,
            "HTTP_PORT": str(self._ports[service]),
            "METADATA_MAX_AGE_MS": "5000",
        }
        if service in WITH_PAGES:
            port = self._public_ports[service]
            settings |= {"PUBLIC_HOST": host, "PUBLIC_PORT": str(port)}
        settings |= _OWN.get(service, {})
        folder = self._secrets(service, migrates=migrates)
        flags = [f"--volume={folder}:/run/secrets/continuum:ro"]
        for name, value in settings.items():
            flags += ["--env", f"CONTINUUM_{name}={value}"]
        for other in DEPLOYABLES:
            if other != service:
                flags.append(f"--volume={self._empty_folder}:{self._packages}/services/{other}:ro")
        return flags

    def _write_secrets(self, stack: Stack, service: str) -> None:
        """Write the passwords of both roles of a service into files for their user only."""
        for migrates in (False, True):
            folder = self._secrets(service, migrates=migrates)
            folder.mkdir(parents=True)
            role = owner_of(service) if migrates else service
            passwords = {
                "continuum_kafka_password": stack.credentials.kafka(service)[1],
                "continuum_postgres_password": stack.credentials.postgres(role),
            }
            for name, password in passwords.items():
                (folder / name).write_text(password)
                os.chown(folder / name, UID, UID)
                (folder / name).chmod(0o400)

    def _secrets(self, service: str, *, migrates: bool) -> Path:
        return self._state / "secrets" / (owner_of(service) if migrates else service)

    def _start(self, flags: Sequence[str], verb: Sequence[str], service: str) -> processes.Child:
        log = self._state / "logs" / f"{service}.log"
        return processes.start(service, self._command(flags, verb), log=log)

    def _remove_containers(self) -> None:
        """Remove the containers left in our storage; it holds only ours."""
        run(self._workshop.podman("rm", "--all", "--force", "--time=1"))

    def _run_once(self, flags: Sequence[str], verb: Sequence[str]) -> str:
        return run(self._command(flags, verb))

    def _command(self, flags: Sequence[str], verb: Sequence[str]) -> list[str]:
        strict = [
            f"--user={UID}:{UID}",
            "--read-only",
            "--read-only-tmpfs=false",
            "--cap-drop=all",
            "--security-opt=no-new-privileges",
            "--memory=512m",
            "--ulimit=nofile=4096:4096",
            "--ulimit=nproc=4096:4096",
            # The embedded stack is on this machine's loopback.
            "--network=host",
        ]
        return self._workshop.podman("run", "--rm", *strict, *flags, IMAGE, *verb)


def _verb(service: str, verb: str) -> list[str]:
    return [f"services.{service}", verb]


async def _check_rights(stack: Stack) -> None:
    """Check that each service's role is denied statements beyond its rights."""
    for service in DEPLOYABLES:
        own = await asyncpg.connect(stack.dsn(service))
        try:
            for statement in ("CREATE TABLE not_allowed ()", "SELECT rolpassword FROM pg_authid"):
                try:
                    await own.execute(statement)
                except asyncpg.InsufficientPrivilegeError:
                    continue
                raise ImageFailed(f"{service} may {statement}")
        finally:
            await own.close()


def _example(script: str, *arguments: str | Path) -> str:
    """Run one of the examples for integrators."""
    command = [sys.executable, EXAMPLES / script, *arguments]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=180, check=False
    )
    if done.returncode != 0:
        raise ImageFailed(f"{script} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
