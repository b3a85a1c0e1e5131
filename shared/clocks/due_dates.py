"""The days on which reports are due: as planned, and as rescheduled. Pure."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import count, groupby, repeat, takewhile
from operator import itemgetter
from typing import Generic, Protocol, TypeAlias, TypeVar

from shared.contracts.published_reports import Interval
from shared.contracts.years import YEARS

_MONTHS: Mapping[Interval, int] = {"quarter": 3, "half_year": 6}
"""Interval of a plan → its length in months; ``once`` has none."""


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


_First: TypeAlias = tuple[date, tuple[date, ...]]
"""A day of a plan, and the missed days whose place it takes."""


@dataclass(frozen=True, slots=True)
class DueDay(Generic[M]):
    """
    The planned day ``first_on``, and the day ``on`` to which ``moves`` have moved it.

    ``missed`` are the days of earlier plans that it replaces, in their order.
    """

    first_on: date
    on: date
    moves: tuple[M, ...]
    missed: "tuple[DueDay[M], ...]" = ()


def due_days(
    plans: Sequence[Plan], moves: Sequence[M], done: Collection[date]
) -> Iterator[DueDay[M]]:
    """
    Yield every due day of *plans*, all for one kind of report, ordered by the planned day.

    The last plan is in force, but days of an earlier plan stay if they came before the next plan
    was stated. If both plans are for one report, the later one moves the day of the earlier one,
    unless that is among *done*, the planned days of published reports. *moves* are those for the
    same kind, in the order in which they were stated.
    """
    for first, missed in _first_days(plans, done):
        earlier = tuple(_moved(day, moves, ()) for day in missed if day != first)
        yield _moved(first, moves, earlier)


def _moved(first: date, moves: Sequence[M], missed: tuple[DueDay[M], ...]) -> DueDay[M]:
    on, applied = first, []
    for move in moves:
        if move.due_on in (on, first):
            on = move.new_due_on
            applied.append(move)
    return DueDay(first, on, tuple(applied), missed)


def _months_after(day: date, months: int) -> date:
    """Return the same day of the month *months* later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _first_days(plans: Sequence[Plan], done: Collection[date]) -> Iterator[_First]:
    found: list[Iterable[_First]] = []
    missed: tuple[date, ...] = ()
    for plan, following in zip(plans, [*plans[1:], None], strict=False):
        days = _series(plan) if following is None else _until(following.stated_on, _series(plan))
        if plan.every != "once":
            missed = ()
        if following is None or not plan.every == following.every == "once":
            found.append(zip(days, repeat(missed)))
            continue
        for day in days:
            if day in done:
                found.append([(day, missed)])
                missed = ()
            elif day not in missed:
                missed = (*missed, day)
    return (max(same) for _, same in groupby(merge(*found), itemgetter(0)))


def _until(end: date, days: Iterable[date]) -> Iterator[date]:
    return takewhile(lambda day: day < end, days)


def _series(plan: Plan) -> Iterator[date]:
    """Yield the days of a plan, without later changes."""
    if plan.every == "once":
        return iter((plan.first_due_on,))
    days = (_months_after(plan.first_due_on, _MONTHS[plan.every] * n) for n in count())
    return takewhile(lambda day: day.year <= YEARS[-1], days)
