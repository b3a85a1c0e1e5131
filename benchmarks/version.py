"""A version of the services to measure: the present code, or a release."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.released import migrate
from deploy.local.stack import Stack
from shared.contracts.services import SERVICES

PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the services."""

    name: str = PRESENT
    program: Sequence[str | Path] = (sys.executable, "-P")
    """The Python interpreter that runs it, with its options."""

    @property
    def folder(self) -> Path:
        """The folder that holds this version's code and its ``.venv``."""
        return Path(self.program[0]).parents[2]

    @property
    def reference(self) -> Path:
        """The folder of this version's reference data."""
        return self.folder / "deploy" / "reference"

    def prepare(self, stack: Stack) -> None:
        """Start Kafka and Postgres, provision them, and migrate the databases."""
        stack.start()
        stack.provision()
        migrate(stack, self.name, self.program)

    def start(self, stack: Stack) -> None:
        """Start one process of each service; wait until all are ready."""
        for service in SERVICES:
            stack.start_service(service, program=self.program, wait=False)
        stack.wait_ready()

    def prepare_and_start(self, stack: Stack) -> None:
        self.prepare(stack)
        self.start(stack)

    def stop(self, stack: Stack) -> None:
        """Stop the services; Kafka and Postgres stay up."""
        for service in SERVICES:
            stack.stop_service(service)
