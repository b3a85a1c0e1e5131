"""Services killed, frozen, run twice, or killed at a named place of their code."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from shared.contracts.services import SERVICES
from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.rig import Rig

_PATIENCE = 15.0


@dataclass(slots=True, kw_only=True)
class Kill(Fault):
    """SIGKILL all processes of some services at once."""

    services: tuple[str, ...]

    def begin(self, rig: Rig) -> None:
        self.has_hit = False
        for process in list(rig.stack.replicas):
            if process[0] in self.services:
                rig.kill(process)
                self.has_hit = True


@dataclass(slots=True, kw_only=True)
class Freeze(Fault):
    """SIGSTOP the first process of a service, SIGCONT at the end: it wakes as a zombie."""

    service: str

    def begin(self, rig: Rig) -> None:
        patience = time.monotonic() + _PATIENCE  # another fault may have killed it just now
        while (self.service, 0) not in rig.stack.replicas and time.monotonic() < patience:
            rig.hold(0.1)
        self.has_hit = (self.service, 0) in rig.stack.replicas
        rig.freeze((self.service, 0))

    def end(self, rig: Rig) -> None:
        rig.thaw((self.service, 0))


@dataclass(slots=True, kw_only=True)
class Twice(Fault):
    """Two processes of each service; at the end the second is killed, or leaves in order."""

    is_killed: bool
    services: Sequence[str] = SERVICES

    def begin(self, rig: Rig) -> None:
        self.has_hit = False
        for service in self.services:
            rig.wanted.setdefault((service, 1), {})

    def during(self, rig: Rig) -> None:
        self.has_hit = self.has_hit or _runs_twice(rig, self.services)

    def end(self, rig: Rig) -> None:
        patience = time.monotonic() + _PATIENCE
        while not self.has_hit and time.monotonic() < patience:
            rig.hold(0.1, lambda: self.during(rig))
        for service in self.services:
            if self.is_killed:
                rig.wanted.pop((service, 1), None)
                rig.kill((service, 1))
            else:
                rig.dismiss((service, 1))


@dataclass(slots=True, kw_only=True)
class Storm(Fault):
    """A second process of a service comes and goes, comes and goes: rebalance after rebalance."""

    service: str
    every: float = 4
    _switched_at: float = field(default=0, repr=False)

    def begin(self, rig: Rig) -> None:
        self.has_hit = False
        self._switched_at = time.monotonic()
        rig.wanted[self.service, 1] = {}

    def during(self, rig: Rig) -> None:
        waited = time.monotonic() - self._switched_at
        if waited < self.every:
            return
        if (self.service, 1) in rig.wanted:
            came = _runs_twice(rig, [self.service])
            if not came and waited < _PATIENCE:
                return  # it would go before it has joined
            self.has_hit = self.has_hit or came
            self._switched_at = time.monotonic()
            rig.dismiss((self.service, 1))
        else:
            self._switched_at = time.monotonic()
            rig.wanted[self.service, 1] = {}

    def end(self, rig: Rig) -> None:
        patience = time.monotonic() + _PATIENCE
        while not self.has_hit and time.monotonic() < patience:
            rig.hold(0.1, lambda: self.during(rig))
        rig.dismiss((self.service, 1))


def _runs_twice(rig: Rig, services: Sequence[str]) -> bool:
    """Tell whether the second processes of services are ready."""
    second = [rig.stack.replicas.get((service, 1)) for service in services]
    return all(each is not None and each.is_ready() for each in second)


@dataclass(slots=True, kw_only=True)
class CrashPoints(Fault):
    """Services run on with places at which they kill themselves, one after the other."""

    waits: ClassVar[bool] = True
    patience: ClassVar[float] = _PATIENCE
    """How long its end waits for the places that are left, in seconds."""
    at: tuple[tuple[str, tuple[str, ...]], ...]
    """For each service, ``<point>:<hit>`` for its next lives."""
    _left: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def begin(self, rig: Rig) -> None:
        self._left = {service: list(points) for service, points in self.at}
        for service, left in self._left.items():
            rig.kill((service, 0))
            rig.wanted[service, 0]["CRASH_AT"] = left.pop(0)

    def during(self, rig: Rig) -> None:
        for service, left in self._left.items():
            if left and "CRASH_AT" not in rig.wanted[service, 0]:  # it has come to the place
                rig.wanted[service, 0]["CRASH_AT"] = left.pop(0)

    def end(self, rig: Rig) -> None:
        until = time.monotonic() + self.patience  # behind another fault a service is late
        while time.monotonic() < until and self._are_armed(rig):
            rig.hold(0.1, lambda: self.during(rig))
        for service in self._left:
            if rig.wanted[service, 0].pop("CRASH_AT", None) is not None:
                rig.kill((service, 0))  # it never came to the place: without it again

    def _are_armed(self, rig: Rig) -> bool:
        return any("CRASH_AT" in rig.wanted[service, 0] for service in self._left)
