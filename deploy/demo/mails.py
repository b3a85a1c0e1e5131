"""Counts mails from outside: the log's events and the files of a mail server."""

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.demo.people.mailbox import Mailboxes
from deploy.demo.topic_reader import reading
from services.desk.acts import OFFICE as DESK
from services.notifications.mail.obligations import is_for_requester
from shared.contracts.notifications import MAIL_TOPIC, TOPIC
from shared.mail.mailed import is_mailed

_ENDS = {
    "gov.cri.notifications.notice_delivered.v1": "accepted",
    "gov.cri.notifications.notice_failed.v1": "refused",
    "gov.cri.notifications.notice_outcome_unknown.v1": "unknown",
    "gov.cri.notifications.notice_cancelled.v1": "cancelled",
}
_SETTLED = "gov.cri.notifications.notice_settled.v1"
_SECONDS = 60.0
"""For the last mails; one that is held until the morning waits less than a business day."""
Obligation = tuple[str, str]
"""A notice, and the participant whose contact is written to, or the subscription."""


@dataclass(slots=True)
class Mails:
    """
    What is known of all mails; *addressed* are the participants with an address.

    *callers* are the numbers of requests that the office entered for callers with an address.
    """

    addressed: Collection[str]
    callers: Collection[str | None] = ()
    decided: set[Obligation] = field(default_factory=set)
    told: set[Obligation] = field(default_factory=set)
    ends: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The ends of each mail: one, if all is well."""
    because: dict[str, str] = field(default_factory=dict)
    """Why a mail was cancelled."""
    settled: set[str] = field(default_factory=set)
    """The mails whose outcome a person stated."""
    copies: "Counter[str]" = field(default_factory=Counter)
    """How often the mail server has kept each mail."""
    is_closed: bool = False
    """Whether mails that begin from now on are left out; work goes on during the count."""

    def take(self, event: Mapping[str, Any]) -> None:
        """Take in an event of notifications."""
        data, end = event["data"], _ENDS.get(event["type"])
        if end is not None and self._is_known(data):
            self.ends[data["mail"]].add(end)
            if end == "cancelled":
                self.because[data["mail"]] = data["because"]
            self.told.add((data["notice"], _whom(data["contact"])))
        if event["type"] == _SETTLED and (mail := data.get("mail")) is not None:
            self.settled.add(mail)
        for notice in data.get("notices", ()) if not self.is_closed else ():
            audience, is_sent = notice["audience"], notice["outcome"] == "sent"
            is_for_people = notice.get("channel") == "mail" or (
                is_mailed(notice.get("message_type")) and self._has_address(event, notice)
            )
            if is_sent and is_for_people:
                self.decided.add((event["id"], audience))

    def count_copies(self, kept: "Counter[str]") -> None:
        """Take in how often the mail server has kept each mail, except those that began later."""
        known = self.copies.keys() | self.ends.keys()
        self.copies = Counter(
            {mail: copies for mail, copies in kept.items() if mail in known or not self.is_closed}
        )

    def _is_known(self, data: Mapping[str, Any]) -> bool:
        """Return whether a mail is among those that are counted."""
        told = (data["notice"], _whom(data["contact"]))
        return not self.is_closed or told in self.decided or data["mail"] in self.copies

    def _has_address(self, event: Mapping[str, Any], notice: Mapping[str, Any]) -> bool:
        """Return whether the people of a notice's audience, or its caller, can be written to."""
        if notice["audience"] != DESK:
            return notice["audience"] in self.addressed
        is_called = notice.get("call") or event["subject"] not in self.callers
        return not is_called and is_for_requester(notice["message_type"])

    @property
    def left(self) -> bool:
        """Whether the log still lacks the outcome of a mail."""
        return bool(self.decided - self.told or self.copies.keys() - self.ends.keys())

    def summary(self) -> str:
        """Return the counts in words."""
        by_end = Counter(end for ends in self.ends.values() for end in ends)
        why = Counter(self.because.values())
        cancelled = "".join(f"{n} {each.replace('_', ' ')}, " for each, n in sorted(why.items()))
        twice = sum(copies > 1 for copies in self.copies.values())
        return (
            f"{len(self.decided)} decided, {len(self.copies)} accepted,"
            f" {by_end['refused']} refused for good, {cancelled}{by_end['unknown']} unknown"
            f" ({len(self.settled)} settled by a person), {twice} twice"
        )

    def faults(self) -> list[str]:
        """Return what is wrong: each mail has one end, and one copy if it was accepted."""
        return list(self._faults())

    def _faults(self) -> Iterator[str]:
        for notice, audience in sorted(self.decided - self.told):
            yield f"the log has no outcome of the mail to {audience} about the notice {notice}"
        for notice, audience in sorted(self.told - self.decided):
            yield f"a mail to {audience} is about {notice}, which nobody decided"
        for mail in sorted(self.copies.keys() | self.ends.keys()):
            ends, copies = self.ends.get(mail, set()), self.copies[mail]
            if len(ends) != 1:
                yield f"the mail {mail} has the ends {', '.join(sorted(ends)) or 'none'}"
            elif ends != {"unknown"} and copies != (ends == {"accepted"}):
                yield f"the mail {mail} was {', '.join(ends)}, and has {copies} copies"
            elif copies > 1:
                yield f"the mail {mail} has {copies} copies"


def _whom(contact: str) -> str:
    """Return the participant whose contact it is, or the subscription."""
    kind, whom = contact.split(":")[:2]
    return contact if kind == "subscription" else whom


async def read_mails(
    found: Mails, servers: Sequence[str], folder: Path, *, user: str, password: str
) -> Mails:
    """Read the log's events about mails until no outcome is missing; count copies."""
    deadline = time.monotonic() + _SECONDS
    mailboxes = Mailboxes(folder)
    async with reading((TOPIC, MAIL_TOPIC), servers, user=user, password=password) as log:
        while True:
            # The log tells of a mail when the mail server has it, or later, but never before.
            found.count_copies(Counter(mailboxes.mail_ids()))
            for _, event in await log.read_on():
                found.take(event)
            found.is_closed = True
            if not found.left or time.monotonic() > deadline:
                found.count_copies(Counter(mailboxes.mail_ids()))
                return found
