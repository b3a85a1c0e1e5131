"""The mails that people of the demonstration get, as the mail server has kept them."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.demo.progress import Stuck
from deploy.local.mail.kept import KeptMail, list_kept, read_kept

_PATIENCE, _LOOK_SECONDS = 60.0, 0.5
"""For how long somebody waits for a mail, and how often it is looked for (seconds)."""


@dataclass(slots=True)
class Mailboxes:
    """Everybody's mails in *folder*; each file is read once."""

    folder: Path
    _read: set[str] = field(default_factory=set)
    _mails: dict[str, list[KeptMail]] = field(default_factory=lambda: defaultdict(list))

    def to(self, address: str) -> list[KeptMail]:
        """Return the mails to *address* so far, the oldest first."""
        self._look()
        return self._mails[address]

    def all(self) -> list[KeptMail]:
        """Return all mails so far."""
        self._look()
        return [mail for mails in self._mails.values() for mail in mails]

    def _look(self) -> None:
        for name in list_kept(self.folder):
            if name not in self._read:
                self._read.add(name)
                mail = read_kept(self.folder, name)
                self._mails[mail.recipient].append(mail)

    def mail_ids(self) -> list[str]:
        """Return the id of each copy of a mail so far."""
        return [mail.mail_id for mail in self.all()]

    async def first(self, address: str, fits: Callable[[KeptMail], bool]) -> KeptMail:
        """Return the first mail to *address* that *fits*, as soon as it is there."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            for mail in self.to(address):
                if fits(mail):
                    return mail
            await asyncio.sleep(_LOOK_SECONDS)
        raise Stuck(f"{address} got no such mail, but {len(self.to(address))} others")
