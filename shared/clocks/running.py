"""A clock that runs, and the ledger of what happened to it. Pure; times and lengths come in."""

from datetime import datetime, timedelta
from typing import NamedTuple

from shared.clocks.lengths import Length


class Running(NamedTuple):
    """
    A clock that has started and not stopped.

    ``left`` is the length that remained at ``since``, when the clock was started or resumed; None
    if an earlier release started it. ``cause`` is the id of the event that started it. ``misses``
    counts how often it was announced as late, first by `missed`; ``next_at`` is when it is
    announced again. While it is ``paused``, ``due_at`` is what it was before.
    """

    clock: str
    since: datetime
    left: Length | None
    due_at: datetime
    cause: str
    remind_at: datetime | None = None
    misses: int = 0
    next_at: datetime | None = None
    paused: bool = False

    @property
    def alarm_at(self) -> datetime | None:
        """When something is to be done about the clock; None if nothing is."""
        if self.paused:
            return None
        if self.misses:
            return self.next_at
        return self.due_at if self.remind_at is None else min(self.remind_at, self.due_at)


class Line(NamedTuple):
    """
    A line of the ledger: ``what`` happened to ``clock`` at ``at``, by the event ``event``.

    ``left`` is the length that remained, if it is known, and ``due_at`` when it is over.
    """

    clock: str
    what: str
    at: datetime
    event: str
    left: Length | None
    due_at: datetime


Change = tuple[Running, Line]


def started(
    clock: str,
    *,
    at: datetime,
    event: str,
    left: Length | None,
    due_at: datetime,
    remind_at: datetime | None = None,
) -> Change:
    """Return the clock, started by *event*."""
    running = Running(clock, at, left, due_at, event, remind_at)
    return running, _line(running, "started", at, event)


def paused(running: Running, *, at: datetime, event: str, left: Length) -> Change:
    """Return the clock, paused with *left* of its length."""
    after = running._replace(since=at, left=left, paused=True)
    return after, _line(after, "paused", at, event)


def resumed(
    running: Running,
    *,
    at: datetime,
    event: str,
    due_at: datetime,
    remind_at: datetime | None = None,
) -> Change:
    """Return the clock, which runs again, until *due_at*."""
    after = running._replace(since=at, due_at=due_at, remind_at=remind_at, paused=False)
    return after, _line(after, "resumed", at, event)


def recomputed(
    running: Running,
    *,
    at: datetime,
    event: str,
    due_at: datetime,
    remind_at: datetime | None = None,
) -> Change:
    """Return the clock with another due time, after a change of the calendar; it is not late."""
    after = running._replace(due_at=due_at, remind_at=remind_at, misses=0, next_at=None)
    return after, _line(after, "recomputed", at, event)


def reminded(running: Running, *, at: datetime, event: str) -> Change:
    """Return the clock after the reminder, of which there is one."""
    after = running._replace(remind_at=None)
    return after, _line(after, "reminded", at, event)


def missed(
    running: Running, *, at: datetime, event: str, misses: int, next_at: datetime | None
) -> Change:
    """Return the clock after it was announced as late for the time number *misses*."""
    after = running._replace(remind_at=None, misses=misses, next_at=next_at)
    return after, _line(after, "missed" if misses == 1 else "still_missed", at, event)


def settled(running: Running, *, at: datetime, event: str, until: datetime | None) -> Change:
    """Return the late clock, which is announced again at *until*, or no more."""
    after = running._replace(next_at=until)
    return after, _line(after, "settled", at, event)


def stopped(running: Running, *, at: datetime, event: str) -> Line:
    """Return the line of the event that stopped the clock."""
    return _line(running, "stopped", at, event)


def _line(running: Running, what: str, at: datetime, event: str) -> Line:
    return Line(running.clock, what, at, event, running.left, running.due_at)


def seconds_left(left: Length | None) -> int | None:
    """Return the seconds of *left*."""
    return None if left is None else left.left // timedelta(seconds=1)
