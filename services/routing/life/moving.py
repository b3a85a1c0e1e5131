"""Moves offer and triage clocks that count working days after a calendar has changed. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

from services.routing.life.late import Late, stands
from services.routing.life.outcome import DecisionOutcome, OutcomeBuilder
from services.routing.life.request import Request
from shared.catalog.catalog import Catalog
from shared.clocks.lengths import end_of, length_of, reminder_at
from shared.contracts.routing import ClockMoved, MovedFacts

_STARTED_BY_A_DECISION = ("offer_answer.", "triage.")
_SAME = timedelta(seconds=1)


class Decided(NamedTuple):
    """A request, the time and rule set of its last decision, and its late clock, if it has one."""

    request: Request
    at: datetime
    ruleset_hash: str
    late: Late | None = None


def move(decided: Decided, catalog: Catalog, *, at: datetime) -> DecisionOutcome | None:
    """
    Return the outcome that moves the clock started by the last decision; None if it stays.

    A late clock runs again if, by the current calendar, it would not have run out yet.
    """
    request = decided.request
    late = decided.late if decided.late and stands(decided.late, request) else None
    clock, before, cause = request.due_clock, request.due_at, request.due_cause
    if late is not None:
        clock, before, cause = late.clock, late.due_at, late.cause
    ruleset = catalog.ruleset_by_hash(decided.ruleset_hash)
    if clock is None or before is None or cause is None or ruleset is None:
        return None
    timing = catalog.with_calendar(ruleset)
    length = length_of(timing, clock)
    if length.unit != "working" or not clock.startswith(_STARTED_BY_A_DECISION):
        return None
    due_at = end_of(length, timing.calendar, start=decided.at)
    if due_at is None or abs(due_at - before) < _SAME or (late is not None and due_at <= at):
        return None
    remind_at = reminder_at(length, timing.calendar, due_at=due_at)
    builder = OutcomeBuilder(request, cause=cause, at=at)
    builder.publish(
        ClockMoved,
        MovedFacts,
        status=request.status,
        ordinal=catalog.calendars_version,
        clock=clock,
        before=before,
        due_at=due_at,
        provider=request.provider if request.status == "offered" else None,
        would_not_have_been_missed=late is not None,
        remind_at=remind_at if remind_at is not None and remind_at > at else None,
    )
    return builder.build()
