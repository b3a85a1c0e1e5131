"""Brokers down for longer than any send waits; the relays must keep their leaders."""

import time
from dataclasses import dataclass, field
from typing import ClassVar

from shared.contracts.services import SERVICES
from tests.proofs.chaos.faults.brokers import KillBrokers
from tests.proofs.chaos.faults.leaders import leaders
from tests.proofs.chaos.testbed import Testbed

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

    def begin(self, testbed: Testbed) -> None:
        for service in SERVICES:
            testbed.wanted.setdefault((service, 1), {})
        patience = time.monotonic() + _PATIENCE
        while time.monotonic() < patience and not self._is_steady(testbed):
            testbed.hold(0.5)
        self._before = leaders(testbed.stack)
        KillBrokers.begin(self, testbed)

    def end(self, testbed: Testbed) -> None:
        self._compare(testbed, "while brokers were away")
        KillBrokers.end(self, testbed)
        testbed.hold(_AFTERWARDS)
        self._compare(testbed, "when brokers came back")
        for service in SERVICES:
            testbed.dismiss((service, 1))

    def _is_steady(self, testbed: Testbed) -> bool:
        if not all(testbed.is_ready(service) for service in SERVICES):
            return False
        return None not in leaders(testbed.stack).values()

    def _compare(self, testbed: Testbed, when: str) -> None:
        now = leaders(testbed.stack)
        testbed.wrong += [
            f"the relay of {service} was led by {before}, then by {now[service]}, {when}"
            for service, before in self._before.items()
            if before is None or before != now[service]
        ]
