"""Brokers down for longer than any send waits; the relays must keep their leaders."""

import time
from dataclasses import dataclass, field
from typing import ClassVar

from shared.contracts.services import SERVICES
from tests.proofs.chaos.faults.brokers import KillBrokers
from tests.proofs.chaos.faults.leaders import leaders
from tests.proofs.chaos.rig import Rig

_PATIENCE = 30.0
_AFTERWARDS = 15.0


@dataclass(slots=True, kw_only=True)
class Away(KillBrokers):
    """
    Two processes of each service, and brokers away for a minute: nobody takes the lead over.

    A leader is a session that holds the relay's lock; it must be the same at the end of the
    outage, and when messages go out again.
    """

    bound: ClassVar[float] = 60
    _before: dict[str, str | None] = field(default_factory=dict, repr=False)

    def begin(self, rig: Rig) -> None:
        for service in SERVICES:
            rig.wanted.setdefault((service, 1), {})
        patience = time.monotonic() + _PATIENCE
        while time.monotonic() < patience and not self._is_steady(rig):
            rig.hold(0.5)
        self._before = leaders(rig.stack)
        KillBrokers.begin(self, rig)

    def end(self, rig: Rig) -> None:
        self._compare(rig, "while brokers were away")
        KillBrokers.end(self, rig)
        rig.hold(_AFTERWARDS)
        self._compare(rig, "when brokers came back")
        for service in SERVICES:
            rig.dismiss((service, 1))

    def _is_steady(self, rig: Rig) -> bool:
        if not all(rig.is_ready(service) for service in SERVICES):
            return False
        return None not in leaders(rig.stack).values()

    def _compare(self, rig: Rig, when: str) -> None:
        now = leaders(rig.stack)
        rig.wrong += [
            f"the relay of {service} was led by {before}, then by {now[service]}, {when}"
            for service, before in self._before.items()
            if before is None or before != now[service]
        ]
