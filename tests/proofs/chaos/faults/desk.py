"""The office's desk is killed on the way of an act; the issuer of its people is away."""

import signal
import time
from dataclasses import dataclass, field
from typing import ClassVar

from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.faults.services import CrashPoints
from tests.proofs.chaos.rig import Rig

DESK = "desk"
PLACES = (
    *("relay.after_select", "relay.after_send_before_ack", "relay.after_ack_before_delete"),
    *("desk.after_poll", "desk.in_transaction", "desk.after_commit"),
)
"""Where the desk may die between the outbox and the answer of an act."""
_PATIENCE = 40.0


@dataclass(slots=True, kw_only=True)
class DeskKilled(CrashPoints):
    """
    The desk kills itself where an act is on its way, one place after the other.

    Acts come one at a time, and only while the desk runs: each place takes seconds.
    """

    patience: ClassVar[float] = _PATIENCE

    def begin(self, rig: Rig) -> None:
        CrashPoints.begin(self, rig)
        self.has_hit = False

    def end(self, rig: Rig) -> None:
        CrashPoints.end(self, rig)
        self.has_hit = not self._left[DESK]  # the last one was armed when it had died before


@dataclass(slots=True, kw_only=True)
class IssuerAway(Fault):
    """
    The issuer is frozen: who is signed in goes on, and nobody else gets in.

    Its end waits for both: a page that was shown, and a person who was turned away.
    """

    waits: ClassVar[bool] = True
    _before: tuple[int, int, int] = field(default=(0, 0, 0), repr=False)

    def begin(self, rig: Rig) -> None:
        staff = rig.staff
        assert staff is not None
        self.has_hit = False
        self._before = staff.shown, staff.turned_away, staff.let_in
        self._send(rig, signal.SIGSTOP)
        staff.issuer_is_away = True

    def during(self, rig: Rig) -> None:
        assert rig.staff is not None
        shown, turned_away, _ = self._before
        self.has_hit = rig.staff.shown > shown and rig.staff.turned_away > turned_away

    def end(self, rig: Rig) -> None:
        patience = time.monotonic() + _PATIENCE
        while not self.has_hit and time.monotonic() < patience:
            rig.hold(0.1, lambda: self.during(rig))
        assert rig.staff is not None
        rig.staff.issuer_is_away = False
        self._send(rig, signal.SIGCONT)
        if rig.staff.let_in > self._before[2]:
            rig.wrong.append("somebody signed in while the issuer was away")

    def _send(self, rig: Rig, sign: signal.Signals) -> None:
        issuer = rig.stack.issuer
        assert issuer is not None
        assert issuer.child is not None
        issuer.child.process.send_signal(sign)
