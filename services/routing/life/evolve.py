"""Applies an event to a request: the only place where a request's state changes. Pure."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

from services.routing.life.request import (
    ENDED,
    LOST,
    REHOME,
    STOPPED,
    Request,
    pace_of,
    with_past,
)
from services.routing.rules.facts import encode_facts
from shared.contracts.event import Event
from shared.contracts.routing import (
    REQUEST_WITHDRAWN,
    UNREACHABLE,
    AffectedFacts,
    AmendmentCameTooLate,
    ClockMissed,
    ClockMoved,
    ClockPaused,
    ClockReminded,
    ClockResumed,
    ClockSettled,
    ClockStillMissed,
    EngagementAffected,
    EngagementClosed,
    EngagementEnded,
    EngagementOpened,
    EngagementProgressed,
    MessageApplied,
    MessageRefused,
    OfferDeclined,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    RequestEvent,
    RequestFactsChanged,
    RequestIneligible,
    RequestRecorded,
    RequestReferred,
    RequestTriaged,
    RequestWaitlisted,
    RequestWithdrawn,
    RoutingEvent,
    StateEvent,
)

Changes = Mapping[str, Any]
TAKES_PART_AGAIN = "takes_part_again"
NO_CLOCK: Changes = {"due_clock": None, "due_at": None, "due_cause": None, "due_left": None}
NO_WAIT: Changes = {"waits_for": None, "waits_until": None}
QUEUED: Changes = {"queued": True, "fresh": True, "affected": None, **NO_WAIT, **NO_CLOCK}
NOT_QUEUED: Changes = {"queued": False, "fresh": False, "affected": None, **NO_WAIT, **NO_CLOCK}


def evolve(request: Request, event: RoutingEvent) -> Request:
    """Return the state of *request* after its next event, *event*."""
    # The most frequent events come first: each test for a pydantic class is slow.
    match event:
        case RequestTriaged():
            return _after(request, event, QUEUED, _queue_number(request, event))
        case OfferMade():
            return _after(request, event, _offered(request, event))
        case EngagementOpened():
            return _after(
                request, event, NOT_QUEUED, {"offer_state": "accepted"}, _silence_clock(event)
            )
        case MessageApplied() | MessageRefused() | AmendmentCameTooLate():
            return request._replace(published=event.number, recorded=_recorded(request, event))
        case EngagementProgressed():
            return _after(request, event, _silence_clock(event))
        case EngagementClosed():
            return _after(request, event, NO_CLOCK, {"affected": None})
        case ClockMissed():
            is_own = event.data.clock == request.due_clock
            return _after(request, event, NO_CLOCK if is_own else {})
        case EngagementEnded():
            ended = {"offer_state": "ended", "past": _past(request, event)}
            return _after(request, event, QUEUED, ended, _queue_number(request, event))
        case EngagementAffected():
            return _after(request, event, {"affected": _affected(event.data)})
        case OfferDeclined():
            state = "countered" if event.data.reason == "countered" else "declined"
            return _after(
                request, event, QUEUED, {"offer_state": state}, _queue_number(request, event)
            )
        case OfferLapsed():
            lapsed = {"offer_state": "lapsed"}
            return _after(request, event, QUEUED, lapsed, _queue_number(request, event))
        case OfferWithdrawn():
            return _after(
                request,
                event,
                QUEUED,
                _offer_withdrawn(request, event),
                _queue_number(request, event),
            )
        case ClockReminded() | ClockStillMissed() | ClockSettled():
            return _after(request, event)
        case ClockMoved():
            return _after(request, event, _moved(request, event))
        case ClockPaused(data=paused):
            return _after(
                request,
                event,
                NO_CLOCK,
                {"due_clock": paused.clock, "due_cause": event.id, "due_left": paused.left},
            )
        case ClockResumed(data=resumed):
            return _after(request, event, clock_of(resumed.clock, event, at=resumed.due_at))
        case RequestWaitlisted():
            waits = {
                "fresh": False,
                "waits_for": event.data.reason,
                "waits_until": event.data.opens_at,
            }
            return _after(request, event, QUEUED, waits, _queue_number(request, event))
        case RequestReferred():
            return _after(request, event, _referred(event))
        case RequestIneligible() | RequestWithdrawn():
            return _after(request, event, NOT_QUEUED)
        case RequestFactsChanged():
            after = _after(request, event)
            return after._replace(
                fresh=request.fresh or (request.queued and after.facts != request.facts)
            )
        case RequestRecorded():
            return _after(request, event, _complete_state(event))
        case _:
            assert_never(event)


def begin(event: RequestEvent | RequestRecorded) -> Request:
    """Return the request as accepted, from its first *event*, which is not applied itself."""
    data = event.data
    assert data.facts is not None
    return Request(
        tracking_number=data.tracking_number,
        request_id=data.request_id,
        participant=data.participant,
        status="accepted",
        facts=encode_facts(data.facts),
        need_stated=bool(data.need_stated),
        traceparent=event.traceparent,
    )


def _after(request: Request, event: StateEvent, *changes: Changes) -> Request:
    data = event.data
    after: dict[str, Any] = {
        "published": event.number,
        "recorded": _recorded(request, event),
        "last_event": event.id,
        "status": data.status,
        "program": data.program,
        "lane": data.lane,
        "decided": request.decided if data.decided is None else data.decided,
    }
    if data.facts is not None:
        after["facts"] = encode_facts(data.facts)
        after["need_stated"] = bool(data.need_stated)
    for more in changes:
        after.update(more)
    return request._replace(**after)


def _recorded(request: Request, event: RoutingEvent) -> int:
    """Return the event number up to which the published events give the complete state."""
    return event.number if request.recorded == request.published else request.recorded


def _complete_state(event: RequestRecorded) -> Changes:
    data = event.data
    return {
        "recorded": event.number,
        "last_event": data.last_event,
        "queue_number": data.queue_number,
        "queued": data.queued,
        "waits_for": data.waits_for,
        "offered": tuple(data.offered),
        "offer_state": data.offer_state,
        "offer_expires_at": data.offer_expires_at,
        "offer_declaration": data.declaration,
        "offer_entry": data.entry,
        "due_clock": data.due_clock,
        "due_at": data.due_at,
        "due_cause": data.due_cause,
        "waits_until": data.waits_until,
        "affected": data.affected,
        "due_left": data.due_left,
        "past": json.dumps(data.past, sort_keys=True, separators=(",", ":")),
    }


def _affected(data: AffectedFacts) -> str | None:
    if data.cause == TAKES_PART_AGAIN:
        return None
    return data.cause + (STOPPED if data.stopped else REHOME if data.rehome else "")


def _past(request: Request, event: EngagementEnded) -> str:
    """Return ``past`` after the engagement of the last offer ended."""
    declaration = event.data.declaration
    how = ENDED if declaration is None else LOST + declaration
    return with_past(request, len(request.offered), how)


def _queue_number(
    request: Request,
    event: RequestTriaged
    | RequestWaitlisted
    | OfferDeclined
    | OfferLapsed
    | OfferWithdrawn
    | EngagementEnded,
) -> Changes:
    """Return the change of the queue number, which never changes once it is set."""
    if request.queue_number is not None:
        return {}
    return {"queue_number": event.data.queue_number}


def _referred(event: RequestReferred) -> Changes:
    data = event.data
    changes: dict[str, Any] = {**NOT_QUEUED, "waits_for": data.reason}
    if data.reason == "countered":
        changes["offer_state"] = "countered"
    if data.due_at is not None:
        changes |= clock_of(f"triage.{pace_of(data.lane)}", event, at=data.due_at)
    return changes


def _offered(request: Request, event: OfferMade) -> Changes:
    data = event.data
    return {
        **NOT_QUEUED,
        "offered": (*request.offered, data.provider),
        "offer_state": "open",
        "offer_expires_at": data.expires_at,
        "offer_declaration": data.declaration,
        "offer_entry": data.entry,
        **clock_of(f"offer_answer.{pace_of(data.lane)}", event, at=data.expires_at),
    }


def _offer_withdrawn(request: Request, event: OfferWithdrawn) -> Changes:
    """
    Return the changes; the provider of the withdrawn offer may be asked again.

    Exceptions are a provider that could not be reached, and a request that was withdrawn.
    """
    if event.data.reason in (None, REQUEST_WITHDRAWN, UNREACHABLE):
        return {"offer_state": "withdrawn"}
    return {"offer_state": "withdrawn", "offered": (*request.offered[:-1], "")}


def _moved(request: Request, event: ClockMoved) -> Changes:
    at = event.data.due_at
    changes = {**clock_of(event.data.clock, event, at=at)}
    if request.due_cause is not None:
        changes["due_cause"] = request.due_cause
    if event.data.clock.startswith("offer_answer."):
        changes["offer_expires_at"] = at
    return changes


def _silence_clock(event: EngagementOpened | EngagementProgressed) -> Changes:
    if event.data.due_at is None:
        return {}
    return clock_of("engagement_silence", event, at=event.data.due_at)


def clock_of(name: str, event: Event, *, at: datetime) -> Changes:
    """Return the changes that start the clock *name*, which *event* sets, to run out at *at*."""
    return {"due_clock": name, "due_at": at, "due_cause": event.id, "due_left": None}
