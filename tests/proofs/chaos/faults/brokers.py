"""Brokers killed: one of them, or so many that nothing can be written."""

from dataclasses import dataclass
from typing import ClassVar

from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.rig import Rig


@dataclass(slots=True, kw_only=True)
class KillBrokers(Fault):
    """SIGKILL some nodes of Kafka; at the end they start again with what is on their disks."""

    bound: ClassVar[float] = 60
    numbers: tuple[int, ...]

    def begin(self, rig: Rig) -> None:
        for number in self.numbers:
            rig.kill_broker(number)

    def end(self, rig: Rig) -> None:
        rig.brokers_down.difference_update(self.numbers)
        rig.watch()
