"""Wall clocks of services that jump, ahead or back, and at the end return."""

from dataclasses import dataclass

from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.testbed import Testbed


@dataclass(slots=True, kw_only=True)
class ClockSteps(Fault):
    """The wall clocks of some services' running processes jump; those of the servers do not."""

    services: tuple[str, ...]
    by: int
    """Seconds."""

    def begin(self, testbed: Testbed) -> None:
        self._step(testbed, self.by)

    def end(self, testbed: Testbed) -> None:
        self._step(testbed, 0)

    def _step(self, testbed: Testbed, seconds: int) -> None:
        assert testbed.clocks is not None
        for service in self.services:
            testbed.clocks.step(service, seconds)
