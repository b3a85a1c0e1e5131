"""Wall clocks of services that jump, ahead or back, and at the end return."""

from dataclasses import dataclass

from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.rig import Rig


@dataclass(slots=True, kw_only=True)
class ClockSteps(Fault):
    """The wall clocks of some services' running processes jump; those of the servers do not."""

    services: tuple[str, ...]
    by: int
    """Seconds."""

    def begin(self, rig: Rig) -> None:
        self._step(rig, self.by)

    def end(self, rig: Rig) -> None:
        self._step(rig, 0)

    def _step(self, rig: Rig, seconds: int) -> None:
        assert rig.clocks is not None
        for service in self.services:
            rig.clocks.step(service, seconds)
