"""The mail server misbehaves."""

import time
from dataclasses import dataclass, field
from typing import ClassVar

from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.mail_trouble import Trouble
from tests.proofs.chaos.rig import Rig

_PATIENCE = 20.0


@dataclass(slots=True, kw_only=True)
class MailTrouble(Fault):
    """
    The mail server has a trouble with every mail.

    Its end waits for a first one: behind another fault, mails come late.
    """

    waits: ClassVar[bool] = True
    trouble: Trouble
    _hits_before: int = field(default=0, repr=False)

    def begin(self, rig: Rig) -> None:
        assert rig.mail is not None
        self._hits_before, self.has_hit = rig.mail.sink.hits, False
        rig.mail.sink.trouble = self.trouble

    def during(self, rig: Rig) -> None:
        assert rig.mail is not None
        self.has_hit = rig.mail.sink.hits > self._hits_before

    def end(self, rig: Rig) -> None:
        patience = time.monotonic() + _PATIENCE
        while not self.has_hit and time.monotonic() < patience:
            rig.hold(0.1, lambda: self.during(rig))
        assert rig.mail is not None
        rig.mail.sink.trouble = None
        rig.say(f"{rig.mail.sink.hits - self._hits_before} mails in trouble ({self.trouble})")
