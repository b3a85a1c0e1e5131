"""Counts subscriptions from outside: what people clicked, beside what the log tells of it."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.people.subscribers import Subscriber
from deploy.demo.topic_reader import reading
from shared.contracts.notifications import TOPIC

_PREFIX, _VERSION = "gov.cri.notifications.subscription_", ".v1"
_SECONDS = 30.0
"""For the last clicks to be on the log."""


@dataclass(slots=True)
class Subscriptions:
    """What *subscribers* clicked; ``told`` counts the log's (subscription, event) pairs."""

    subscribers: Sequence[Subscriber]
    told: "Counter[tuple[str, str]]" = field(default_factory=Counter)
    _known: set[str] = field(default_factory=set)

    def take(self, event: Mapping[str, Any]) -> None:
        """Take in an event of notifications; each is there at least once."""
        kind = event["type"]
        if kind.startswith(_PREFIX) and event["id"] not in self._known:
            self._known.add(event["id"])
            what = kind.removeprefix(_PREFIX).removesuffix(_VERSION)
            by = event["data"].get("by")
            told = what if by is None else f"{what} by {by}"
            self.told[event["data"]["subscription_id"], told] += 1

    def faults(self) -> list[str]:
        """Return what was clicked and not told, and what was told and not clicked."""
        return list(self._faults())

    def _faults(self) -> Iterator[str]:
        clicked = Counter(self._clicked())
        for subscription, what in (clicked - self.told).elements():
            yield f"the log does not tell that the subscription {subscription} was {what}"
        for subscription, what in (self.told - clicked).elements():
            yield f"nobody clicked, and the subscription {subscription} was {what}"

    def _clicked(self) -> Iterator[tuple[str, str]]:
        for each in self.subscribers:
            yield each.subscription, "asked"
            if each.has_confirmed:
                yield each.subscription, "confirmed"
            if each.has_ended:
                yield each.subscription, "ended by one_click"

    def summary(self) -> str:
        """Return the counts in words."""
        by_kind = Counter(what for _, what in self.told.elements())
        unasked = self.told - Counter(self._clicked())
        opened = sum(each.scanned for each in self.subscribers)
        return (
            f"{by_kind['asked']} asked, {by_kind['confirmed']} confirmed,"
            f" {unasked.total()} changed by opening a link ({opened} times, by mail programs),"
            f" {by_kind['ended by one_click']} ended by one click"
        )


async def count(
    subscribers: Sequence[Subscriber], servers: Sequence[str], *, user: str, password: str
) -> Subscriptions:
    """Read the log until it tells what people clicked."""
    found = Subscriptions(subscribers)
    deadline = time.monotonic() + _SECONDS
    async with reading((TOPIC,), servers, user=user, password=password) as log:
        while True:
            for _, event in await log.read_on():
                found.take(event)
            if not found.faults() or time.monotonic() > deadline:
                return found
