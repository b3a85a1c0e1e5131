"""The previous and the present version side by side, as in a rollout or rollback."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from deploy.local.released import PREVIOUS, released
from shared.contracts.services import SERVICES
from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.rig import Rig

_PATIENCE = 60.0
_FORGOTTEN = 7.0
"""After so many seconds Kafka no longer knows the instance of a process that has ended (6 s)."""
_UNREAD = timedelta(minutes=1)
"""How old an event may be that has not been taken in when an earlier release begins."""


@dataclass(slots=True, kw_only=True)
class Versions(Fault):
    """
    Two processes of each service, one of them of the release before, on the present schema.

    All processes of one version are killed in the middle, then those of the other, so that each
    leads and reads alone for a while. ``old`` says which of the two is the old one.
    """

    old: int
    every: float = 8
    _switched_at: float = field(default=0, repr=False)
    _kills: int = field(default=0, repr=False)
    _began_at: datetime | None = field(default=None, repr=False)

    def begin(self, rig: Rig) -> None:
        program = released(PREVIOUS, say=rig.say)
        for service in SERVICES:
            rig.wanted.setdefault((service, 1 - self.old), {})
            rig.dismiss((service, self.old))
        # Otherwise the old process would get the assignment of the present one, with topics that
        # it does not know, and stop. In a cluster no pod has the name of one before it.
        rig.hold(_FORGOTTEN)
        patience = time.monotonic() + _PATIENCE
        self._began_at = datetime.now(UTC) - _UNREAD
        for service in SERVICES:
            rig.programs[service, self.old] = program
            rig.wanted[service, self.old] = {}
        while time.monotonic() < patience and not all(map(rig.is_ready, SERVICES)):
            rig.hold(0.5)
        if not all(map(rig.is_ready, SERVICES)):
            rig.wrong.append("the two versions were never ready together")
        self._switched_at, self._kills = time.monotonic(), 0

    def during(self, rig: Rig) -> None:
        if time.monotonic() - self._switched_at < self.every:
            return
        self._switched_at, self._kills = time.monotonic(), self._kills + 1
        for service in SERVICES:
            rig.kill((service, self._kills % 2))

    def end(self, rig: Rig) -> None:
        rig.programs.clear()
        for service in SERVICES:
            rig.dismiss((service, 1))
            if self.old == 0:
                rig.kill((service, 0))
        assert self._began_at is not None
        rig.fault_ledger.earlier_ran(PREVIOUS, since=self._began_at)
