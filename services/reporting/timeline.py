"""Turns an event into its entry in the request's timeline: codes and times, no free text."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from services.reporting.project import LaterEvent, RequestLogEvent
from shared.contracts import intake, routing
from shared.contracts.event import Event


class TimelineEntry(NamedTuple):
    """A row of ``timeline``, in the order of its columns; ``type`` is the event's short name."""

    tracking_number: str
    topic: str
    sequence: int
    type: str
    at: datetime
    status: str | None
    provider: str | None
    detail: str | None
    event_id: str


def entry_of(event: RequestLogEvent | LaterEvent, *, topic: str) -> TimelineEntry:
    """Return the timeline entry of *event*, which was read from *topic*."""
    # vars(): reading a missing attribute of a pydantic model is slow.
    data = vars(event.data)
    detail = _DETAILS.get(type(event))
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
    )


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


def _clock(data: routing.ClockFacts | routing.MovedFacts | routing.RemindedFacts) -> str:
    return data.clock


def _settled(data: routing.SettledFacts | intake.ClockSettleFacts) -> str:
    return f"{data.clock}: {data.reason}"


def _cause(data: routing.AffectedFacts) -> str:
    return data.cause


def _applied(data: routing.AppliedFacts) -> str:
    return data.what


def _ended(data: routing.TooLateFacts) -> str:
    return data.ended


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
    routing.EngagementAffected: _cause,
    routing.MessageApplied: _applied,
    routing.AmendmentCameTooLate: _ended,
    routing.MessageRefused: _refusal,
}
"""Event types whose ``detail`` is something else than the event's ``reason``."""
