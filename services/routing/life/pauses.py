"""Pauses the clock of silence while the work of an engagement may not go on. Pure."""

from datetime import timedelta

from services.routing.life.outcome import OutcomeBuilder
from shared.clocks.lengths import Length, end_of, left_of, length_of, reminder_at
from shared.contracts.reference import RuleSet
from shared.contracts.routing import ClockPaused, ClockResumed, PausedFacts, ResumedFacts

SILENCE = "engagement_silence"


def pause(
    builder: OutcomeBuilder, ruleset: RuleSet | None, *, from_its_start: bool = False
) -> None:
    """
    Pause the clock with the time that is left, or, after a milestone, with all of it.

    A clock that is late, or has no rules, has nothing left to keep.
    """
    request = builder.request
    if ruleset is None or (request.due_at is None and not from_its_start):
        return
    left = length = length_of(ruleset, SILENCE)
    if not from_its_start and request.due_at is not None:
        left = left_of(length, ruleset.calendar, due_at=request.due_at, at=builder.at)
    builder.publish(
        ClockPaused,
        PausedFacts,
        status=request.status,
        ordinal=request.published,
        clock=SILENCE,
        left=left.left.total_seconds(),
    )


def resume(builder: OutcomeBuilder, ruleset: RuleSet | None) -> None:
    """Let the clock run for the time that it had left; one that was late begins anew."""
    request = builder.request
    if ruleset is None or request.due_at is not None:
        return
    length = length_of(ruleset, SILENCE)
    if request.due_left is not None:
        unit = "working" if length.unit == "working" else "elapsed"
        length = Length(unit, timedelta(seconds=request.due_left))
    due_at = end_of(length, ruleset.calendar, start=builder.at)
    if due_at is None:
        return
    builder.publish(
        ClockResumed,
        ResumedFacts,
        status=request.status,
        ordinal=request.published,
        clock=SILENCE,
        due_at=due_at,
        remind_at=reminder_at(length, ruleset.calendar, due_at=due_at),
    )
