"""Limits how often a participant may ask for a list: the answer is much longer. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.intake.findings import Finding
from services.intake.message import Message
from shared.contracts import refusals
from shared.contracts.inbound import LISTS, StatusQuestion

INTERVAL = timedelta(seconds=10)
MAX_PAGES = 20
"""The most pages after the first within `INTERVAL`, repeated answers included."""
ListKey = tuple[str, str]
"""(participant, name of the list)"""


@dataclass(frozen=True, slots=True)
class ListUse:
    """When a participant asked for the first page of a list, and how many pages followed."""

    since: datetime
    pages: int = 0

    def covers(self, at: datetime) -> bool:
        """Tell whether *at* is within the interval, also if the broker's clock was set back."""
        return abs(at - self.since) < INTERVAL


def list_key(message: Message) -> ListKey | None:
    """Return the key of the list that *message* asks for; None for other messages."""
    data = message.data
    if isinstance(data, StatusQuestion) and data.about in LISTS:
        return message.participant, data.about
    return None


def check_list_rate(message: Message, before: ListUse | None, *, repeated: bool) -> Finding | None:
    """Return a finding if *message* asks for the list too soon after its last use *before*."""
    if before is None or not before.covers(message.at):
        return None
    if (repeated or message.data.after is not None) and before.pages < MAX_PAGES:
        return None
    fields = {"seconds": INTERVAL.seconds, "pages": MAX_PAGES}
    return Finding(refusals.TOO_OFTEN, "/data/about", fields)


def next_use(message: Message, before: ListUse | None) -> ListUse:
    """Return the use of the list after *message* is answered."""
    if before is None or not before.covers(message.at):
        return ListUse(message.at)
    return replace(before, pages=before.pages + 1)
