"""Counts links and what was done by them from outside: the mails, and the public desk's topic."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.people.link_holders import LinkHolder, links_in
from deploy.demo.people.mailbox import Mailboxes
from deploy.demo.topic_reader import reading
from services.webdesk.acts import IN_TOPIC

_SECONDS = 30.0
"""For the last acts to be on the topic."""
_WITHDRAWN, _CONTACT = "gov.cri.request.withdraw.v1", "gov.cri.contact.set.v1"


@dataclass(slots=True)
class Links:
    """What *holders* did by the links in their mails; ``issued`` are all those links."""

    holders: Sequence[LinkHolder]
    issued: set[str] = field(default_factory=set)
    sent: "Counter[tuple[str, str]]" = field(default_factory=Counter)
    """How often a message was sent about a request: its type and reference."""
    _known: set[str] = field(default_factory=set)

    def take(self, message: Mapping[str, Any]) -> None:
        """Take in a message of the public desk; each is there at least once."""
        kind = message["type"]
        if message["id"] not in self._known and kind in (_WITHDRAWN, _CONTACT):
            self.sent[kind, message["subject"]] += 1
        self._known.add(message["id"])

    def faults(self) -> list[str]:
        """Return what was done without a code, or by a link that had ended."""
        return list(self._faults())

    def _faults(self) -> Iterator[str]:
        for each in self.holders:
            yield from each.wrong
        acts = self._by_code()
        for kind, reference in (acts - self.acts).elements():
            yield f"the message {kind} about {reference} was not sent"
        for kind, reference in (self.acts - acts).elements():
            yield f"nobody entered a code for the message {kind} about {reference}"

    @property
    def acts(self) -> "Counter[tuple[str, str]]":
        """What was sent, except each request's first contact, which comes with the request."""
        first = Counter((_CONTACT, each.visitor.reference) for each in self.holders)
        return self.sent - first

    def _by_code(self) -> "Counter[tuple[str, str]]":
        return Counter(
            (each.by_code, each.visitor.reference)
            for each in self.holders
            if each.by_code is not None
        )

    def summary(self) -> str:
        """Return the counts in words."""
        acts, by_code = self.acts, self._by_code()
        opened = sum(each.opened for each in self.holders)
        replaced = sum(each.replaced for each in self.holders)
        return (
            f"{len(self.issued)} issued, {replaced} replaced; {(acts & by_code).total()} acts by"
            f" code, {(acts - by_code).total()} without, though mail programs opened links"
            f" {opened} times"
        )


async def count(
    holders: Sequence[LinkHolder],
    mailboxes: Mailboxes,
    servers: Sequence[str],
    *,
    user: str,
    password: str,
) -> Links:
    """Read the public desk's topic until it tells what people did by their links."""
    found = Links(holders)
    deadline = time.monotonic() + _SECONDS
    async with reading((IN_TOPIC,), servers, user=user, password=password) as log:
        while True:
            for _, message in await log.read_on():
                found.take(message)
            if not found.faults() or time.monotonic() > deadline:
                break
    for each in holders:
        for address in each.addresses:
            found.issued |= {link for mail in mailboxes.to(address) for link in links_in(mail)}
    return found
