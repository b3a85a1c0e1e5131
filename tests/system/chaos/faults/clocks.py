"""Wall clocks of services that jump, ahead or back, and at the end return."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.system.chaos.clocks import STEPPED_NODE
from tests.system.chaos.faults.fault import Fault
from tests.system.chaos.ground import Ground


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
        for owner in self._owners():
            ground.clocks.step(owner, seconds)

    def _owners(self) -> Sequence[str]:
        return self.services


@dataclass(slots=True, kw_only=True)
class BrokerClockSteps(ClockSteps):
    """The wall clock of one broker jumps, and with it the times at which it appends records."""

    services: tuple[str, ...] = ()

    def _owners(self) -> Sequence[str]:
        return [STEPPED_NODE]
