"""Clocks that ran out and whose cause still stands: they are announced again and again. Pure."""

from datetime import datetime
from typing import NamedTuple

from services.routing.life.outcome import DecisionOutcome, OutcomeBuilder
from services.routing.life.request import Request
from shared.clocks.lengths import next_miss
from shared.contracts.reference import RuleSet
from shared.contracts.routing import (
    ClockFacts,
    ClockMissed,
    ClockStillMissed,
    RoutingEvent,
    StillMissedFacts,
)


class Late(NamedTuple):
    """
    A late clock of one request, which was due at ``due_at``.

    ``misses`` counts the announcements; the next one comes at ``next_at``, and is caused by the
    event ``cause``, which is the last one. ``status`` is the request's status at the miss.
    """

    tracking_number: str
    clock: str
    status: str
    due_at: datetime
    misses: int
    next_at: datetime
    cause: str


def late_by(event: RoutingEvent) -> Late | None:
    """Return the late clock that *event* announces; None if it announces none, or no further."""
    if not isinstance(event, ClockMissed | ClockStillMissed) or event.data.next_at is None:
        return None
    data = event.data
    return Late(
        tracking_number=data.tracking_number,
        clock=data.clock,
        status=data.status,
        due_at=data.due_at,
        misses=data.n if isinstance(data, StillMissedFacts) else 1,
        next_at=event.data.next_at,
        cause=event.id,
    )


def stands(late: Late, request: Request) -> bool:
    """
    Tell whether the clock is late still.

    What stops a clock starts another one, or changes the request's status.
    """
    return request.due_clock is None and request.status == late.status


def miss(request: Request, ruleset: RuleSet, *, at: datetime) -> DecisionOutcome:
    """Return the outcome of the request's clock having run out, when nothing else follows."""
    assert request.due_clock is not None
    assert request.due_at is not None
    assert request.due_cause is not None
    builder = OutcomeBuilder(request, cause=request.due_cause, at=at)
    _, next_at = next_miss(ruleset.calendar, since=request.due_at, misses=1, at=at)
    builder.publish(
        ClockMissed,
        ClockFacts,
        status=request.status,
        clock=request.due_clock,
        due_at=request.due_at,
        next_at=next_at,
    )
    return builder.build()


def miss_again(request: Request, late: Late, ruleset: RuleSet, *, at: datetime) -> DecisionOutcome:
    """Return the outcome of a clock that is late still."""
    number = late.misses + 1
    _, next_at = next_miss(ruleset.calendar, since=late.next_at, misses=number, at=at)
    builder = OutcomeBuilder(request, cause=late.cause, at=at)
    builder.publish(
        ClockStillMissed,
        StillMissedFacts,
        status=request.status,
        ordinal=number,
        clock=late.clock,
        due_at=late.due_at,
        n=number,
        next_at=next_at,
    )
    return builder.build()
