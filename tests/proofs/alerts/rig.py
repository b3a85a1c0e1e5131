"""The product under test: the embedded stack with a canary."""

import asyncio
import subprocess
import sys
from pathlib import Path
from signal import SIGTERM
from typing import Any

import asyncpg

from deploy.local.stack import Stack
from deploy.provision.databases import owner_of
from deploy.provision.topics import DEPLOY
from deploy.stack import processes

ROOT = DEPLOY.parent
CANARY_PORT = 19_890


class Rig:
    """The running stack with everybody introduced; ``every`` how often the canary submits."""

    def __init__(self, stack: Stack, *, every: float) -> None:
        self.stack = stack
        self._every = every
        self._number = 0
        self.forgotten: set[str] = set()
        """Services that are no targets of Prometheus for now."""
        examples = ROOT / "docs" / "examples"
        self._run(sys.executable, examples / "introduce.py", self.connection, DEPLOY / "reference")
        self.start_canary()

    @property
    def connection(self) -> Path:
        """The connection file, as it is now."""
        file = self.stack.state / "connection.json"
        self.stack.connection.write(file)
        return file

    @property
    def targets(self) -> dict[str, int]:
        """Return where each job's metrics are now, as far as Prometheus is to know."""
        ports = {service: each.port for (service, _), each in self.stack.replicas.items()}
        known = {**ports, "canary": CANARY_PORT}
        return {job: port for job, port in known.items() if job not in self.forgotten}

    def start_canary(self) -> None:
        """Start the canary."""
        asked = ["--every", str(self._every), "--within", str(self._every / 2)]
        self.canary = processes.start(
            "canary",
            [sys.executable, "-m", "continuum", "canary", "--connection", self.connection,
             "--port", str(CANARY_PORT), *asked],
            log=self.stack.logs / "canary.jsonl",
        )  # fmt: skip

    def close(self) -> None:
        """End the canary."""
        processes.stop([self.canary], sign=SIGTERM, within=10)

    def operate(self, *arguments: str) -> None:
        """Do as an operator would, on the command line."""
        self._run(sys.executable, "-m", "continuum", *arguments, "--connection", self.connection)

    def rows(self, service: str, query: str) -> list[dict[str, Any]]:
        """Return what a query gives in the database of a service."""
        return asyncio.run(_fetch(self.stack.dsn(service, role=owner_of(service)), query))

    def execute(self, service: str, statement: str) -> None:
        """Change the database of a service."""
        self.rows(service, statement)

    def administer(self, statement: str) -> None:
        """Do as Postgres' administrator would."""
        asyncio.run(_fetch(self.stack.postgres.dsn(), statement))

    def next_number(self) -> int:
        """Return a number that was not used yet."""
        self._number += 1
        return self._number

    def _run(self, *command: "str | Path") -> None:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")


async def _fetch(dsn: str, query: str) -> list[dict[str, Any]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [dict(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()
