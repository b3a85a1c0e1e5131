"""Wall clocks of services that jump, ahead or back, and at the end return."""

from dataclasses import dataclass

from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.ground import Ground


@dataclass(slots=True, kw_only=True)
class ClockSteps(Fault):
    """The wall clocks of some services' running processes jump; those of the servers do not."""

    services: tuple[str, ...]
    by: int
    """Seconds."""

    def begin(self, ground: Ground) -> None:
        self._step(ground, self.by)

    def end(self, ground: Ground) -> None:
        self._step(ground, 0)

    def _step(self, ground: Ground, seconds: int) -> None:
        assert ground.clocks is not None
        for service in self.services:
            ground.clocks.step(service, seconds)
