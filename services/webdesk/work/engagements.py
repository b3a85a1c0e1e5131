"""Folds the messages about an engagement, and its provider's own reports, into a row. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.webdesk.work.offers import ASKED, data_of, fields_of
from shared.contracts.outbound import (
    Affected,
    EngagementChanged,
    EngagementEnd,
    EngagementMessage,
    Message,
)

OPEN, CLOSED, GIVEN_UP, ENDED = "open", "closed", "given_up", "ended"
DELIVERED = "delivered"
_AFTER_CLOSE = {"completed": CLOSED}


@dataclass(frozen=True, slots=True)
class Engagement:
    """
    A row of ``engagements``: what ``provider`` was told last, and what it has reported.

    ``told`` has what the agency asks for now; ``milestones`` are reports, each with its date, in
    order. ``is_stopped``: the work stops until its program goes on. ``number`` is that of the last
    message about the engagement.
    """

    engagement_id: str
    provider: str
    tracking_number: str
    state: str = OPEN
    is_stopped: bool = False
    told: Mapping[str, Any] = field(default_factory=dict)
    milestones: Sequence[Mapping[str, str]] = ()
    sentence: str = ""
    number: int = 0

    @property
    def is_delivered(self) -> bool:
        """Whether the provider has reported that the work is delivered."""
        return any(each["milestone"] == DELIVERED for each in self.milestones)


def engagement_of(message: Message) -> tuple[str, str] | None:
    """Return the id and the tracking number of the engagement that *message* is about, if any."""
    found = message.data.get("engagement_id"), message.data.get("tracking_number")
    return None if None in found else found


def told(before: Engagement, message: Message) -> Engagement:
    """
    Return the engagement after *message*, which is about it.

    A message that is older than the last one changes nothing.
    """
    number, data = int(message.participantsequence or "0"), data_of(message)
    if number <= before.number:
        return before
    after = replace(before, number=number)
    match data:
        case EngagementMessage() | EngagementChanged():
            asked = {**before.told, **fields_of(data, ASKED)}
            return replace(after, told=asked, sentence=data.sentence)
        case EngagementEnd() if before.state == OPEN:
            return replace(after, state=ENDED, sentence=data.sentence)
        case Affected():
            return replace(after, is_stopped=bool(data.stopped), sentence=data.sentence)
        case _:
            return after


def reported(before: Engagement, milestone: str, on: str) -> Engagement:
    """Return the engagement after a report of its provider that was accepted."""
    entry = {"milestone": milestone, "on": on}
    return replace(before, milestones=(*before.milestones, entry))


def closed(before: Engagement, reason: str) -> Engagement:
    """Return the engagement after its provider closed it; one that has ended stays ended."""
    state = _AFTER_CLOSE.get(reason, GIVEN_UP)
    return replace(before, state=state) if before.state == OPEN else before
