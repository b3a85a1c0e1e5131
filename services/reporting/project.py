"""Folds the log into what reporting keeps: which columns an event sets, and how they merge."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from shared.contracts import intake, routing

RequestLogEvent = (
    intake.RequestAccepted
    | intake.RequestAmended
    | intake.WithdrawalRequested
    | intake.OfferAnswered
    | intake.MilestoneReported
    | intake.EngagementCloseReported
    | intake.RequestDirected
    | routing.RoutingEvent
)
"""What is said about requests on both topics."""

LATEST = (
    "cri_type", "agency_class", "us_state", "sworn_band", "first_contact_on",
    "status", "program", "lane", "wait_reason", "opens_at", "close_reason",
)  # fmt: skip
"""Columns where the last event of their topic wins."""

FIRST = (
    "submitted_at", "accepted_at", "triaged_at", "waiting_since", "referred_at",
    "first_offer_at", "assigned_at", "started_at", "delivered_at", "closed_at", "ineligible_at",
    "withdrawn_at",
)  # fmt: skip
"""Columns where the first event of their topic wins."""

COUNTED = ("offers", "declines", "lapses", "clocks_missed")
"""Columns that add up."""

_ADDED = frozenset(COUNTED)
_KEPT = frozenset(FIRST)
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event of a request's story: codes and moments, no free text."""

    tracking_number: str
    topic: str
    sequence: int
    type: str
    at: datetime
    status: str | None
    provider: str | None
    detail: str | None
    event_id: str


def merge(row: MutableMapping[str, Any], change: Mapping[str, Any]) -> None:
    """
    Bring *row* up to date with *change*.

    Each column is set by events of one topic only, and `merge` is associative: cutting a
    topic's events into batches, or interleaving topics, does not change the result.
    """
    for column, value in change.items():
        if value is None:
            continue
        if column in _ADDED:
            row[column] = row.get(column, 0) + value
        elif column in _KEPT:
            row.setdefault(column, value)
        else:
            row[column] = value


def changed_by(event: RequestLogEvent) -> Mapping[str, Any]:
    """Return the columns of a request that *event* sets, with their values."""
    if isinstance(event, intake.RequestAccepted):
        return {**_facts(event.data), "accepted_at": event.time}
    if isinstance(event, intake.RequestAmended):
        return _facts(event.data)
    data = event.data
    if not isinstance(data, routing.RequestStateFacts):
        return _NOTHING
    state = {"status": data.status, "program": data.program, "lane": data.lane}
    return {**state, **_moment(event)}


def _facts(facts: intake.RequestFacts) -> dict[str, Any]:
    return {
        "cri_type": facts.agency.cri_type,
        "agency_class": facts.agency.agency_class,
        "us_state": facts.agency.state,
        "sworn_band": facts.agency.sworn_band,
        "first_contact_on": facts.first_contact_on,
        "submitted_at": facts.submitted_at,
    }


def _moment(event: RequestLogEvent) -> Mapping[str, Any]:
    match event:
        case routing.OfferMade():
            return {"first_offer_at": event.time, "offers": 1}
        case routing.RequestTriaged():
            return {"triaged_at": event.time}
        case routing.RequestWaitlisted(data=wait):
            return {
                "triaged_at": event.time,
                "waiting_since": event.time,
                "wait_reason": wait.reason,
                "opens_at": wait.opens_at,
            }
        case routing.RequestReferred():
            return {"triaged_at": event.time, "referred_at": event.time}
        case routing.RequestIneligible():
            return {"triaged_at": event.time, "ineligible_at": event.time}
        case routing.OfferDeclined():
            return {"declines": 1}
        case routing.OfferLapsed():
            return {"lapses": 1}
        case routing.EngagementOpened():
            return {"assigned_at": event.time}
        case routing.EngagementProgressed(data=progress):
            if progress.milestone == "delivered":
                return {"started_at": event.time, "delivered_at": event.time}
            return {"started_at": event.time}
        case routing.EngagementClosed(data=close):
            return {"closed_at": event.time, "close_reason": close.reason}
        case routing.RequestWithdrawn():
            return {"withdrawn_at": event.time}
        case routing.ClockMissed():
            return {"clocks_missed": 1}
        case _:
            return _NOTHING


def entry_of(event: RequestLogEvent, *, topic: str) -> TimelineEntry:
    """Return the line of the timeline that *event*, read from *topic*, makes."""
    data = event.data
    return TimelineEntry(
        tracking_number=event.subject,
        topic=topic,
        sequence=event.number,
        type=event.type.split(".")[3],
        at=event.time,
        status=getattr(data, "status", None),
        provider=getattr(data, "provider", None),
        detail=_detail(event),
        event_id=event.id,
    )


def _detail(event: RequestLogEvent) -> str | None:
    """Return the code or codes that say more about *event*."""
    match event:
        case intake.OfferAnswered(data=answer):
            return " ".join(filter(None, (answer.answer, answer.reason_code)))
        case intake.RequestDirected(data=direction):
            return f"{direction.action}: {direction.reason}"
        case intake.MilestoneReported() | routing.EngagementProgressed():
            return event.data.milestone
        case routing.ClockMissed(data=clock):
            return clock.clock
        case routing.MessageApplied(data=applied):
            return applied.what
        case routing.MessageRefused(data=refused):
            codes = ", ".join(reason.code for reason in refused.reasons)
            return f"{refused.what}: {codes}"
        case _:
            reason = getattr(event.data, "reason", None)
            return reason if isinstance(reason, str) else None
