"""The days on which reports are due: as planned, and as rescheduled. Pure."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import count, groupby, takewhile
from typing import Generic, Protocol, TypeVar

from shared.contracts.published_reports import Interval

_MONTHS: Mapping[Interval, int] = {"quarter": 3, "half_year": 6}
"""Interval of a plan → its length in months; ``once`` has none."""
_LAST_YEAR = 2199


class Plan(Protocol):
    """When reports are due, and the day in UTC on which that was stated."""

    @property
    def every(self) -> Interval: ...

    @property
    def first_due_on(self) -> date: ...

    @property
    def stated_on(self) -> date: ...


class Move(Protocol):
    """A report that was due on ``due_on`` is now due on ``new_due_on``."""

    @property
    def due_on(self) -> date: ...

    @property
    def new_due_on(self) -> date: ...


M = TypeVar("M", bound=Move)


@dataclass(frozen=True, slots=True)
class DueDay(Generic[M]):
    """The planned day ``first_on``, and the day ``on`` to which ``moves`` have moved it."""

    first_on: date
    on: date
    moves: tuple[M, ...]


def due_days(plans: Sequence[Plan], moves: Sequence[M]) -> Iterator[DueDay[M]]:
    """
    Yield every due day of *plans*, all for one kind of report, ordered by the planned day.

    The last plan is in force, but days of an earlier plan stay if they came before the next plan
    was stated. *moves* are those for the same kind, in the order in which they were stated.
    """
    for first in _first_days(plans):
        on, applied = first, []
        for move in moves:
            if move.due_on in (on, first):
                on = move.new_due_on
                applied.append(move)
        yield DueDay(first, on, tuple(applied))


def _months_after(day: date, months: int) -> date:
    """Return the same day of the month *months* later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _first_days(plans: Sequence[Plan]) -> Iterator[date]:
    if not plans:
        return iter(())
    *replaced, last = plans
    earlier = [
        _until(following.stated_on, _series(plan))
        for plan, following in zip(replaced, plans[1:], strict=True)
    ]
    return (day for day, _ in groupby(merge(*earlier, _series(last))))


def _until(end: date, days: Iterable[date]) -> Iterator[date]:
    return takewhile(lambda day: day < end, days)


def _series(plan: Plan) -> Iterator[date]:
    """Yield the days of a plan, without later changes."""
    if plan.every == "once":
        return iter((plan.first_due_on,))
    days = (_months_after(plan.first_due_on, _MONTHS[plan.every] * n) for n in count())
    return takewhile(lambda day: day.year <= _LAST_YEAR, days)
