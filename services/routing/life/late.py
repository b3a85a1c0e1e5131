"""What is to be announced about clocks: reminders, then misses until the clock stops. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, cast, get_args

from services.routing.life.outcome import DecisionOutcome, OutcomeBuilder
from services.routing.life.pauses import SILENCE
from services.routing.life.request import Request, pace_of
from shared.clocks.lengths import next_miss
from shared.contracts import refusals
from shared.contracts.intake import ClockSettleDirected
from shared.contracts.reference import RuleSet
from shared.contracts.routing import (
    ClockFacts,
    ClockMissed,
    ClockMoved,
    ClockReminded,
    ClockResumed,
    ClockSettled,
    ClockStillMissed,
    EngagementAffected,
    EngagementOpened,
    EngagementProgressed,
    OfferMade,
    RemindedFacts,
    RequestReferred,
    RoutingEvent,
    SettledFacts,
    StillMissedFacts,
)

_Started = (
    OfferMade
    | RequestReferred
    | EngagementOpened
    | EngagementProgressed
    | EngagementAffected
    | ClockMoved
    | ClockResumed
)
_Announced = ClockReminded | ClockMissed | ClockStillMissed | ClockSettled
ABOUT_CLOCKS = frozenset((*get_args(_Started), *get_args(_Announced)))
"""The events that change what is announced next."""
_OF_OFFICE = ("triage.", "rehome")
REHOME_CLOCK = "rehome"
"""Runs beside the request's own clock; it exists only as a row of ``late_clocks``."""
Key = tuple[str, str]
"""A request's tracking number, and the name of one of its clocks."""


class Late(NamedTuple):
    """
    The next announcement about a clock of one request; the clock is or was due at ``due_at``.

    It is made at ``next_at``; without ``next_at`` there is none, and no row. Its cause is the
    event ``cause``, the last one about the clock. ``misses`` counts the misses announced so far.
    Before the first it is a reminder; for a clock that runs beside the request's own it is the
    first miss if ``next_at`` equals ``due_at``. ``status`` is the request's status after
    ``cause``.
    """

    tracking_number: str
    clock: str
    status: str
    due_at: datetime
    misses: int
    next_at: datetime | None
    cause: str

    @property
    def key(self) -> Key:
        return self.tracking_number, self.clock


def late_by(event: RoutingEvent) -> Late | None:
    """Return what is to be announced after *event*; None if it is about no clock."""
    if type(event) not in ABOUT_CLOCKS:  # called for every event: isinstance is slower
        return None
    if isinstance(event, _Announced):
        return _announced(event)
    return _started(cast("_Started", event))


def _announced(event: _Announced) -> Late:
    misses, next_at = 0, None
    match event:
        case ClockMissed():
            misses, next_at = 1, event.data.next_at
        case ClockStillMissed(data=late) | ClockSettled(data=late):
            misses, next_at = late.n, late.next_at
        case ClockReminded():
            next_at = event.data.due_at if event.data.clock == REHOME_CLOCK else None
    data = event.data
    return Late(
        data.tracking_number, data.clock, data.status, data.due_at, misses, next_at, event.id
    )


def _started(event: _Started) -> Late | None:
    """Return the reminder of a clock that *event* started or moved, if there is to be one."""
    due_at: datetime | None
    match event:
        case OfferMade(data=offer):
            clock, due_at = f"offer_answer.{pace_of(offer.lane)}", offer.expires_at
        case RequestReferred(data=referral):
            clock, due_at = f"triage.{pace_of(referral.lane)}", referral.due_at
        case ClockMoved(data=moved) | ClockResumed(data=moved):
            clock, due_at = moved.clock, moved.due_at
        case EngagementOpened(data=work) | EngagementProgressed(data=work):
            clock, due_at = SILENCE, work.due_at
        case EngagementAffected(data=affected):
            clock, due_at = REHOME_CLOCK, affected.rehome_by
    data = event.data
    next_at = data.remind_at
    if next_at is None and clock == REHOME_CLOCK:
        next_at = due_at
    if next_at is None or due_at is None:
        return None
    return Late(data.tracking_number, clock, data.status, due_at, 0, next_at, event.id)


def last_late(events: Iterable[RoutingEvent]) -> dict[Key, Late]:
    """Return what is to be announced about each clock after the last of *events* about it."""
    return {late.key: late for event in events if (late := late_by(event)) is not None}


def stands(late: Late, request: Request) -> bool:
    """
    Tell whether *late* is still to be announced: its clock runs, or is still late.

    Every event that stops a clock starts another one or changes the request's status. While work
    is stopped, its clock of silence is not late.
    """
    if late.clock == REHOME_CLOCK:
        return request.needs_rehome
    if late.misses == 0:
        return (request.due_clock, request.due_at) == (late.clock, late.due_at)
    stands_still = request.stopped and late.clock == SILENCE
    return request.due_clock is None and request.status == late.status and not stands_still


def settle(
    builder: OutcomeBuilder, event: ClockSettleDirected, late_clocks: Mapping[Key, Late]
) -> None:
    """Settle a late clock as the program office directs, or refuse that if it is not late."""
    request, settling = builder.request, event.data
    late = late_clocks.get((request.tracking_number, settling.clock))
    is_late = late is not None and late.misses > 0 and late.next_at is not None
    if late is None or not is_late or not stands(late, request):
        refusal = refusals.REQUEST_ENDED if request.ended else refusals.CLOCK_NOT_LATE
        builder.answer_refused("clock.settle", request.tracking_number, refusal)
        return
    builder.publish(
        ClockSettled,
        SettledFacts,
        status=request.status,
        clock=late.clock,
        due_at=late.due_at,
        n=late.misses,
        next_at=settling.valid_until,
        settled_by=settling.participant,
        reason=settling.reason,
    )
    builder.answer_applied("clock.settle", request.tracking_number)


def miss(request: Request, ruleset: RuleSet, *, at: datetime) -> DecisionOutcome:
    """Return the outcome that publishes the first miss of the request's own clock."""
    assert request.due_clock is not None
    assert request.due_at is not None
    assert request.due_cause is not None
    builder = OutcomeBuilder(request, cause=request.due_cause, at=at)
    _miss(builder, request.due_clock, request.due_at, ruleset)
    return builder.build()


def announce(request: Request, late: Late, ruleset: RuleSet, *, at: datetime) -> DecisionOutcome:
    """Return the outcome of what is to be announced: a reminder, or a miss for the n-th time."""
    assert late.next_at is not None
    builder = OutcomeBuilder(request, cause=late.cause, at=at)
    if late.misses > 0:
        _miss_again(builder, late, ruleset)
    elif late.next_at < late.due_at:
        _remind(builder, late)
    else:
        _miss(builder, late.clock, late.due_at, ruleset)
    return builder.build()


def _miss(builder: OutcomeBuilder, clock: str, due_at: datetime, ruleset: RuleSet) -> None:
    _, next_at = next_miss(ruleset.calendar, since=due_at, misses=1, at=builder.at)
    builder.publish(
        ClockMissed,
        ClockFacts,
        status=builder.request.status,
        clock=clock,
        due_at=due_at,
        next_at=next_at,
    )


def _remind(builder: OutcomeBuilder, late: Late) -> None:
    request = builder.request
    builder.publish(
        ClockReminded,
        RemindedFacts,
        status=request.status,
        clock=late.clock,
        due_at=late.due_at,
        provider=None if late.clock.startswith(_OF_OFFICE) else request.provider,
    )


def _miss_again(builder: OutcomeBuilder, late: Late, ruleset: RuleSet) -> None:
    assert late.next_at is not None
    number = late.misses + 1
    _, next_at = next_miss(ruleset.calendar, since=late.next_at, misses=number, at=builder.at)
    builder.publish(
        ClockStillMissed,
        StillMissedFacts,
        status=builder.request.status,
        ordinal=number,
        clock=late.clock,
        due_at=late.due_at,
        n=number,
        next_at=next_at,
    )
