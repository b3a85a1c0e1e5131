"""Turns an event into its entry in the request's timeline: codes and times, no free text."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from services.reporting.project import RequestLogEvent
from shared.contracts import intake, routing
from shared.contracts.event import Event
from shared.contracts.later import LaterEvent

_Clock = tuple[str | None, datetime | None]


class TimelineEntry(NamedTuple):
    """
    A row of ``timeline``, in the order of its columns; ``type`` is the event's short name.

    ``clock`` is the clock that the event is about, ``due_at`` when it runs out as of the event.
    """

    tracking_number: str
    topic: str
    sequence: int
    type: str
    at: datetime
    status: str | None
    provider: str | None
    detail: str | None
    event_id: str
    clock: str | None = None
    due_at: datetime | None = None


def entry_of(event: RequestLogEvent | LaterEvent, *, topic: str) -> TimelineEntry:
    """Return the timeline entry of *event*, which was read from *topic*."""
    # vars(): reading a missing attribute of a pydantic model is slow.
    data = vars(event.data)
    detail = _DETAILS.get(type(event))
    clock = _CLOCKS.get(type(event))
    name, due_at = (None, None) if clock is None else clock(event.data)
    return TimelineEntry(
        tracking_number=event.subject,
        topic=topic,
        sequence=event.number,
        type=event.type.split(".")[3],
        at=event.time,
        status=data.get("status"),
        provider=data.get("provider"),
        detail=data.get("reason") if detail is None else detail(event.data),
        event_id=event.id,
        clock=name,
        due_at=due_at,
    )


def _pace(lane: str | None) -> str:
    return "standard" if lane is None else lane.rsplit(".", 1)[1]


def _offer_clock(data: routing.OfferFacts) -> _Clock:
    return f"offer_answer.{_pace(data.lane)}", data.expires_at


def _triage_clock(data: routing.ReferralFacts) -> _Clock:
    return f"triage.{_pace(data.lane)}", data.due_at


def _silence_clock(data: routing.EngagementFacts | routing.ProgressFacts) -> _Clock:
    return "engagement_silence", data.due_at


def _rehome_clock(data: routing.AffectedFacts) -> _Clock:
    needs_rehome = data.rehome or data.cause in routing.PROVIDER_LEFT
    return ("rehome" if needs_rehome else None), data.rehome_by


def _own_clock(
    data: routing.ClockFacts | routing.MovedFacts | routing.RemindedFacts | routing.ResumedFacts,
) -> _Clock:
    return data.clock, data.due_at


def _paused_clock(data: routing.PausedFacts) -> _Clock:
    return data.clock, None


def _offer_answer(data: intake.OfferAnswerFacts) -> str:
    return data.answer if data.reason_code is None else f"{data.answer}: {data.reason_code}"


def _direction(data: intake.DirectionFacts) -> str:
    return f"{data.action}: {data.reason}"


def _ending(data: intake.EngagementEndFacts) -> str:
    return f"{data.then}: {data.reason}"


def _rehoming(data: intake.EngagementRehomeFacts) -> str:
    return f"{data.to}: {data.reason}"


def _milestone(data: intake.MilestoneFacts | routing.ProgressFacts) -> str:
    return data.milestone


def _refusal(data: routing.MessageRefusedFacts) -> str:
    return f"{data.what}: {', '.join(reason.code for reason in data.reasons)}"


def _reasons(data: routing.IneligibleFacts) -> str:
    return ", ".join(reason.code for reason in data.reasons)


def _clock(
    data: routing.ClockFacts | routing.MovedFacts | routing.RemindedFacts | routing.ResumedFacts,
) -> str:
    return data.clock


def _paused(data: routing.PausedFacts) -> str:
    days, seconds = divmod(round(data.left), 86_400)
    return f"{data.clock}: {days} days {seconds // 3600} hours left"


def _settled(data: routing.SettledFacts | intake.ClockSettleFacts) -> str:
    return f"{data.clock}: {data.reason}"


def _cause(data: routing.AffectedFacts) -> str:
    return data.cause


def _applied(data: routing.AppliedFacts) -> str:
    return data.what


def _ended(data: routing.TooLateFacts) -> str:
    return data.ended


_CLOCKS: Mapping[type[Event], Callable[[Any], _Clock]] = {
    routing.OfferMade: _offer_clock,
    routing.RequestReferred: _triage_clock,
    routing.EngagementOpened: _silence_clock,
    routing.EngagementProgressed: _silence_clock,
    routing.EngagementAffected: _rehome_clock,
    routing.ClockMoved: _own_clock,
    routing.ClockPaused: _paused_clock,
    routing.ClockResumed: _own_clock,
    routing.ClockReminded: _own_clock,
    routing.ClockMissed: _own_clock,
    routing.ClockStillMissed: _own_clock,
    routing.ClockSettled: _own_clock,
}
"""Event types that are about a clock."""
_DETAILS: Mapping[type[Event], Callable[[Any], str]] = {
    intake.OfferAnswered: _offer_answer,
    intake.RequestDirected: _direction,
    intake.EngagementEndDirected: _ending,
    intake.EngagementRehomeDirected: _rehoming,
    intake.ClockSettleDirected: _settled,
    intake.MilestoneReported: _milestone,
    routing.RequestIneligible: _reasons,
    routing.EngagementProgressed: _milestone,
    routing.ClockReminded: _clock,
    routing.ClockMissed: _clock,
    routing.ClockStillMissed: _clock,
    routing.ClockSettled: _settled,
    routing.ClockMoved: _clock,
    routing.ClockPaused: _paused,
    routing.ClockResumed: _clock,
    routing.EngagementAffected: _cause,
    routing.MessageApplied: _applied,
    routing.AmendmentCameTooLate: _ended,
    routing.MessageRefused: _refusal,
}
"""Event types whose ``detail`` is something else than the event's ``reason``."""
