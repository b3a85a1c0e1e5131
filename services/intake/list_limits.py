"""How often a participant is told a whole list: a short question makes a long answer. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.intake.findings import Finding
from services.intake.message import Message
from shared.contracts import refusals
from shared.contracts.inbound import LISTS, StatusQuestion

INTERVAL = timedelta(seconds=10)
MAX_PAGES = 20
"""Pages that follow the first one within `PAUSE`, answers given again among them."""
ListKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ListUse:
    """When a participant asked for the first page of a list, and how many pages followed."""

    since: datetime
    pages: int = 0

    def holds(self, at: datetime) -> bool:
        """Tell whether *at* is within the pause; the broker's clock may have been set back."""
        return abs(at - self.since) < INTERVAL


def list_key(message: Message) -> ListKey | None:
    """Return the list that *message* asks for: the participant and the list's name."""
    data = message.data
    if isinstance(data, StatusQuestion) and data.about in LISTS:
        return message.participant, data.about
    return None


def check_list_rate(message: Message, before: ListUse | None, *, again: bool) -> Finding | None:
    """Return why the question waits; *again* tells that it repeats one that was answered."""
    if before is None or not before.holds(message.at):
        return None
    if (again or message.data.after is not None) and before.pages < MAX_PAGES:
        return None
    fields = {"seconds": INTERVAL.seconds, "pages": MAX_PAGES}
    return Finding(refusals.TOO_OFTEN, "/data/about", fields)


def counted(message: Message, before: ListUse | None) -> ListUse:
    """Return what is known of the list after *message* was answered."""
    if before is None or not before.holds(message.at):
        return ListUse(message.at)
    return replace(before, pages=before.pages + 1)
