"""The versions of the services that are measured: the present code, and a release."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.released import migrate
from deploy.local.stack import Stack
from deploy.local.topics import SERVICES


@dataclass(frozen=True, slots=True)
class Code:
    """A version of the services."""

    name: str
    program: Sequence[str | Path] | None = None
    """The Python of a release, with its options."""

    def prepare(self, stack: Stack) -> None:
        """Start Kafka and Postgres, provision them, and migrate the databases."""
        stack.start()
        stack.provision()
        migrate(stack, self.name, self.program)

    def start(self, stack: Stack) -> None:
        """Start one process of each service and wait for all."""
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
