"""The ledger of a request's clocks: what happened to each, with its event. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

REHOME = "rehome"
"""The clock that runs beside another one; of the others, only one runs at a time."""
_STOPS = frozenset(
    {
        "request_triaged",
        "request_waitlisted",
        "request_referred",
        "request_ineligible",
        "request_withdrawn",
        "offer_made",
        "offer_declined",
        "offer_lapsed",
        "offer_withdrawn",
        "engagement_opened",
        "engagement_closed",
        "engagement_ended",
    }
)
_LEAVES = frozenset({"request_withdrawn", "engagement_closed", "engagement_ended"})
_WORDS = {
    "clock_moved": "moved",
    "clock_reminded": "reminded",
    "clock_missed": "missed",
    "clock_still_missed": "still missed",
    "clock_settled": "settled",
    "clock_paused": "paused",
    "clock_resumed": "resumed",
}
_WITH_END = frozenset({"started", "started again", "moved", "resumed"})


class Happened(NamedTuple):
    """
    An event about a request, by its short ``type``, such as ``offer_made``.

    ``clock`` is the clock that it is about, ``due_at`` when that clock now runs out.
    """

    at: datetime
    type: str
    event_id: str
    clock: str | None = None
    due_at: datetime | None = None


class Entry(NamedTuple):
    """A line of the ledger: what happened to ``clock``, and by which event."""

    clock: str
    at: datetime
    what: str
    event: Happened

    @property
    def due_at(self) -> datetime | None:
        """When the clock now runs out; None unless this entry starts, moves or resumes it."""
        return self.event.due_at if self.what in _WITH_END else None


def ledger(events: Iterable[Happened]) -> list[Entry]:
    """Return what happened to each clock, in the order of *events*, which are routing's."""
    running: dict[bool, str] = {}
    return [entry for event in events for entry in _entries(event, running)]


def _entries(event: Happened, running: dict[bool, str]) -> Iterator[Entry]:
    """Yield the entries of *event*; *running* has the clocks that run or are late."""
    if event.type in _WORDS:
        if event.clock is not None:
            running[event.clock == REHOME] = event.clock
            yield Entry(event.clock, event.at, _WORDS[event.type], event)
        return
    starts = None if event.due_at is None else event.clock
    is_again = starts is not None and running.get(starts == REHOME) == starts
    if event.type in _STOPS and not is_again:
        yield from _stop(event, running, is_beside=False)
    if event.type in _LEAVES or (event.type == "engagement_affected" and event.clock is None):
        yield from _stop(event, running, is_beside=True)
    if starts is not None:
        running[starts == REHOME] = starts
        yield Entry(starts, event.at, "started again" if is_again else "started", event)


def _stop(event: Happened, running: dict[bool, str], *, is_beside: bool) -> Iterator[Entry]:
    stopped = running.pop(is_beside, None)
    if stopped is not None:
        yield Entry(stopped, event.at, "stopped", event)
