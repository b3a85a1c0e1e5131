"""The mails that people of the demonstration get, as the mail server has kept them."""

import asyncio
import os
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.demo.progress import Stuck
from deploy.local.mail.kept import KeptMail, read_kept

_PATIENCE, _LOOK_SECONDS = 60.0, 0.5
"""For how long somebody waits for a mail, and how often it is looked for (seconds)."""
_TO = re.compile(rb"^Delivered-To: (\S+)", re.MULTILINE)
_ID = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE)
_CODE = re.compile(rb"^Subject: Your code", re.MULTILINE)
_HEAD = 4096
_SUFFIX = ".eml"


@dataclass(slots=True)
class Mailboxes:
    """
    Everybody's mails in *folder*.

    The head of each file is read once, the rest only when somebody reads the mail: there are
    thousands of files, and everybody looks often.
    """

    folder: Path
    _known: set[str] = field(default_factory=set)
    _ids: list[str] = field(default_factory=list)
    _names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _mails: dict[str, list[KeptMail]] = field(default_factory=lambda: defaultdict(list))

    def to(self, address: str) -> list[KeptMail]:
        """Return the mails to *address* so far, the oldest first."""
        self._look()
        names, mails = self._names[address], self._mails[address]
        mails += [read_kept(self.folder, name) for name in names[len(mails) :]]
        return mails

    def mail_ids(self) -> list[str]:
        """Return the id of each copy of a mail so far, except codes, which are not on the log."""
        self._look()
        return self._ids

    async def first(self, address: str, fits: Callable[[KeptMail], bool]) -> KeptMail:
        """Return the first mail to *address* that *fits*, as soon as it is there."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            for mail in self.to(address):
                if fits(mail):
                    return mail
            await asyncio.sleep(_LOOK_SECONDS)
        raise Stuck(f"{address} got no such mail, but {len(self.to(address))} others")

    def _look(self) -> None:
        found = (each for each in os.listdir(self.folder) if each.endswith(_SUFFIX))
        for file in sorted(each for each in found if each not in self._known):
            self._known.add(file)
            with (self.folder / file).open("rb") as opened:
                head = opened.read(_HEAD)
            self._names[_named(_TO, head)].append(file.removesuffix(_SUFFIX))
            if _CODE.search(head) is None:
                self._ids.append(_named(_ID, head))


def _named(pattern: re.Pattern[bytes], head: bytes) -> str:
    found = pattern.search(head)
    return found[1].decode() if found else ""
