"""Counts what people asked for from outside: their pages, the log, and the mail server's files."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.demo.office.staff import Staff
from deploy.demo.people.visitor import Visitor
from deploy.demo.topic_reader import reading
from deploy.local.mail.kept import list_kept, read_kept
from services.webdesk.acts import IN_TOPIC, OUT_TOPIC

_SECONDS = 30.0
"""For the last answers."""
_SUBMITTED, _ACCEPTED = "gov.cri.request.submit.v1", "gov.cri.submission.accepted.v1"


@dataclass(slots=True)
class Counted:
    """What *visitors* saw, beside what the log and the mail server tell of it."""

    visitors: Sequence[Visitor]
    sent: "Counter[str]" = field(default_factory=Counter)
    """How often a request was sent under each reference."""
    numbers: dict[str, list[str]] = field(default_factory=dict)
    """The numbers that a reference was given: one, if all is well."""
    mailed: set[tuple[str, str]] = field(default_factory=set)
    """(address, tracking number) of each mail that tells its reader the number."""
    _known: set[str] = field(default_factory=set)

    def take(self, topic: str, message: Mapping[str, Any]) -> None:
        """Take in a record of the public desk; each is there at least once."""
        if message["id"] in self._known:
            return
        self._known.add(message["id"])
        data = message["data"]
        if topic == IN_TOPIC and message["type"] == _SUBMITTED:
            self.sent[data["reference"]] += 1
        elif topic == OUT_TOPIC and message["type"] == _ACCEPTED:
            self.numbers.setdefault(data["reference"], []).append(data["tracking_number"])

    def faults(self) -> list[str]:
        """Return the differences between pages, log and mails."""
        return list(self._faults())

    def _faults(self) -> Iterator[str]:
        for each in self.visitors:
            yield from each.unsaid
            if self.sent[each.reference] != 1:
                yield f"{each.asker.name} sent {self.sent[each.reference]} requests"
            if self._is_lost(each):
                answered = ", ".join(self.numbers.get(each.reference, ())) or "nothing"
                yield f"{each.asker.name} sees {each.number}, and was answered {answered}"
            elif not self._is_mailed(each):
                yield f"{each.asker.name} was not mailed about {each.number}"
        for reference in self.sent.keys() - {each.reference for each in self.visitors}:
            yield f"nobody sent {reference}"

    def _is_lost(self, visitor: Visitor) -> bool:
        return self.numbers.get(visitor.reference) != [visitor.number]

    def _is_mailed(self, visitor: Visitor) -> bool:
        return (visitor.asker.email, visitor.number) in self.mailed

    def summary(self, staff: Staff) -> str:
        """Return the counts in words, with those of people who called the office."""
        corrected = sum(each.corrected for each in self.visitors) + staff.corrected
        lost = sum(self._is_lost(each) for each in self.visitors)
        lost += sum(each.tracking_number is None for each in staff.callers)
        mailed = sum(self._is_mailed(each) for each in self.visitors)
        return (
            f"{self.sent.total()} requests by web form, {len(staff.callers)} entered for callers,"
            f" {corrected} refused with all reasons on the page and corrected,"
            f" {lost} lost between page and answer; {mailed} people were mailed their number"
        )


async def count(
    visitors: Sequence[Visitor], servers: Sequence[str], mails: Path, *, user: str, password: str
) -> Counted:
    """Read the public desk's topics and the mails, until nothing is missing any more."""
    found = Counted(visitors)
    deadline = time.monotonic() + _SECONDS
    async with reading((IN_TOPIC, OUT_TOPIC), servers, user=user, password=password) as log:
        while True:
            for topic, message in await log.read_on():
                found.take(topic, message)
            found.mailed = _mailed(mails, visitors)
            if not found.faults() or time.monotonic() > deadline:
                return found


def _mailed(folder: Path, visitors: Sequence[Visitor]) -> set[tuple[str, str]]:
    """Return (address, tracking number) of each mail that tells a visitor the number."""
    asked = {each.asker.email: each.number for each in visitors}
    kept = (read_kept(folder, name) for name in list_kept(folder))
    return {
        (mail.recipient, number)
        for mail in kept
        if (number := asked.get(mail.recipient)) is not None and number in mail.text
    }
