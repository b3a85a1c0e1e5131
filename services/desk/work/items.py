"""What waits for the office: the kinds of items, and what an event changes in them. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.clocks import working_time
from shared.contracts.reference import Calendar

ABOUT_REPORTS = (
    "report_to_approve",
    "late_publication",
    "correction_to_approve",
    "status_to_verify",
)
"""Kinds of items about assessments in public; their ids name the engagement: kind:engagement:…"""
KINDS = (
    "referred",
    "counter",
    "late",
    "waits_long",
    "rehome",
    "suspended_work",
    "unreachable",
    "unknown_outcome",
    "no_living_contact",
    "call",
    *ABOUT_REPORTS,
)
"""Every kind of item, in the order in which the office sees them counted."""
_WEEKENDS = Calendar()


class WorkItem(NamedTuple):
    """
    Work that an event opens, in the order of the columns that it sets.

    ``why`` says why it is here, ``otherwise`` what happens if nobody acts. ``about`` is what an
    act on it must name: a clock, an engagement, a mail. ``number`` is the event's place in its
    topic. An item that is open already keeps its ``opened_at``; a closed one opens again.
    """

    item_id: str
    kind: str
    request_id: str | None
    participant: str | None
    about: str | None
    why: str
    otherwise: str
    number: int
    opened_at: datetime
    due_at: datetime | None


class Closed(NamedTuple):
    """When an item was closed, and the event that closed it."""

    at: datetime
    because: str


class Closing(NamedTuple):
    """Closes the open items of a request that are of one of ``kinds``."""

    request_id: str
    kinds: Collection[str]
    at: datetime
    because: str


class Settling(NamedTuple):
    """
    Closes one item, if it is open.

    ``may_come_first``: the event that opens it is on another topic; if read later, it is ignored.
    """

    item_id: str
    kind: str
    at: datetime
    because: str
    may_come_first: bool = False


class Changes(NamedTuple):
    """What an event changes: it closes first, then opens."""

    closed: Sequence[Closing | Settling] = ()
    opened: Sequence[WorkItem] = ()


NOTHING = Changes()


def working_days_after(at: datetime, days: int) -> datetime | None:
    """Return the time *days* working days after *at*; holidays count as working days."""
    return working_time.after(at, timedelta(days=days), _WEEKENDS)
