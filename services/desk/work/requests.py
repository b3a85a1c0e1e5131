"""Decides which items of work an event about a request opens and closes. Pure."""

from collections.abc import Collection, Iterator
from datetime import timedelta

from services.desk.work import words
from services.desk.work.items import Changes, Closing, WorkItem
from shared.contracts.event import Event
from shared.contracts.routing import (
    PROVIDER_LEFT,
    AffectedFacts,
    ClockFacts,
    ClockMissed,
    ClockMoved,
    ClockPaused,
    ClockResumed,
    ClockSettled,
    ClockStillMissed,
    EngagementAffected,
    EngagementProgressed,
    RequestReferred,
    RequestWaitlisted,
)

WAITS_LONG = timedelta(days=30)
_WORKING = frozenset({"assigned", "planned", "in_delivery", "delivered"})
_STAYS = {
    "referred": frozenset({"referred"}),
    "counter": frozenset({"referred"}),
    "waits_long": frozenset({"waiting"}),
    "rehome": _WORKING,
    "suspended_work": _WORKING,
}
"""Kind → the statuses of a request in which such an item of it can stay open."""
_OFFICES_OWN = ("triage.", "rehome")
"""Clocks of items that are on the list already, where they give the due time."""
_TAKES_PART_AGAIN = "takes_part_again"
_ENDS: dict[type[Event], Collection[str]] = {
    RequestReferred: ("referred", "counter"),
    EngagementProgressed: ("late",),
    ClockSettled: ("late",),
    ClockMoved: ("late",),
    ClockPaused: ("late",),
    ClockResumed: ("late",),
}
"""Event → the kinds of items that it closes, whatever the status is."""


def changes_of(event: Event, *, request_id: str, status: str, before: str | None) -> Changes:
    """
    Return what an event of routing changes in the items of its request.

    The request had the status *before*, and has *status* now. An event of a later release closes
    what that ends.
    """
    kinds = {kind for kind, statuses in _STAYS.items() if status not in statuses}
    if status != before:
        kinds.add("late")
    kinds.update(_ENDS.get(type(event), ()))
    if isinstance(event, ClockSettled | ClockMoved) and _is_offices_own(event.data.clock):
        kinds.discard("late")
    if isinstance(event, EngagementAffected):
        kinds.update({"rehome", "suspended_work"} - {_kind_of(event.data)})
    closing = Closing(request_id, frozenset(kinds), event.time, event.type.split(".")[3])
    return Changes([closing], list(_opened(event, before)))


def _opened(event: Event, before: str | None) -> Iterator[WorkItem]:
    match event:
        case RequestReferred():
            yield _referred(event)
        case RequestWaitlisted() if before != "waiting":
            yield _waits_long(event)
        case ClockMissed(data=late) | ClockStillMissed(data=late):
            if not _is_offices_own(late.clock):
                yield _late(event, late)
        case EngagementAffected(data=affected):
            kind = _kind_of(affected)
            if kind is not None:
                yield _affected(event, affected, kind)
        case _:
            pass


def _referred(event: RequestReferred) -> WorkItem:
    data = event.data
    is_counter = data.reason == "countered"
    kind = "counter" if is_counter else "referred"
    return WorkItem(
        item_id=f"{kind}:{data.tracking_number}:{event.number}",
        kind=kind,
        request_id=data.request_id,
        participant=data.provider if is_counter else data.participant,
        about=None,
        why=words.COUNTER if is_counter else words.referred(data.reason, _because(event)),
        otherwise=words.COUNTER_OTHERWISE if is_counter else words.REFERRED_OTHERWISE,
        number=event.number,
        opened_at=event.time,
        due_at=data.due_at,
    )


def _because(event: RequestReferred) -> str:
    return event.data.decision.because.staff


def _waits_long(event: RequestWaitlisted) -> WorkItem:
    data = event.data
    return WorkItem(
        item_id=f"waits_long:{data.tracking_number}:{event.number}",
        kind="waits_long",
        request_id=data.request_id,
        participant=data.participant,
        about=None,
        why=words.WAITS_LONG,
        otherwise=words.WAITS_LONG_OTHERWISE,
        number=event.number,
        opened_at=event.time + WAITS_LONG,
        due_at=None,
    )


def _late(event: ClockMissed | ClockStillMissed, data: ClockFacts) -> WorkItem:
    """Return the item of a late clock, the same one however often the miss is announced."""
    return WorkItem(
        item_id=f"late:{data.tracking_number}:{data.clock}:{data.due_at:%Y%m%dT%H%M%S%fZ}",
        kind="late",
        request_id=data.request_id,
        participant=data.participant,
        about=data.clock,
        why=words.late(data.clock),
        otherwise=words.LATE_OTHERWISE,
        number=event.number,
        opened_at=event.time,
        due_at=data.next_at,
    )


def _affected(event: EngagementAffected, data: AffectedFacts, kind: str) -> WorkItem:
    is_rehome = kind == "rehome"
    return WorkItem(
        item_id=f"{kind}:{data.engagement_id}",
        kind=kind,
        request_id=data.request_id,
        participant=data.provider,
        about=data.engagement_id,
        why=words.rehome(data.cause)
        if is_rehome
        else words.suspended(data.cause, stopped=data.stopped),
        otherwise=words.REHOME_OTHERWISE if is_rehome else words.SUSPENDED_OTHERWISE,
        number=event.number,
        opened_at=event.time,
        due_at=data.rehome_by,
    )


def _kind_of(data: AffectedFacts) -> str | None:
    """Return the kind of item that the work needs; None if its provider takes part again."""
    if data.cause == _TAKES_PART_AGAIN:
        return None
    return "rehome" if data.rehome or data.cause in PROVIDER_LEFT else "suspended_work"


def _is_offices_own(clock: str) -> bool:
    return clock.startswith(_OFFICES_OWN)
