"""Folds the log into rows of ``requests``: the columns an event sets, and how they merge."""

from collections.abc import Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any

from shared.contracts import intake, routing
from shared.contracts.event import Event, derived_id
from shared.contracts.later import LaterEvent

RequestLogEvent = intake.RequestEvent | routing.RoutingEvent
"""Every event about a request, on both topics."""

LATEST = (
    "cri_type", "agency_class", "us_state", "sworn_band", "first_contact_on",
    "topics", "service_forms", "goals",
    "status", "program", "lane", "wait_reason", "opens_at", "close_reason", "agency",
)  # fmt: skip
"""Columns where the last event of their topic wins."""

FIRST = (
    "submitted_at", "accepted_at", "triaged_at", "waiting_since", "referred_at",
    "first_offer_at", "assigned_at", "started_at", "delivered_at", "closed_at", "ineligible_at",
    "withdrawn_at",
)  # fmt: skip
"""Columns where the first event of their topic wins."""

LISTS = frozenset({"topics", "service_forms", "goals"})
"""The columns that hold a list of codes."""

COUNTED = ("offers", "declines", "lapses", "clocks_missed")
"""Columns that add up."""

_ADDED = frozenset(COUNTED)
_KEPT = frozenset(FIRST)
_NOTHING: Mapping[str, Any] = MappingProxyType({})


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


def changed_by(event: RequestLogEvent | LaterEvent) -> Mapping[str, Any]:
    """Return the columns of a request that *event* sets, with their values."""
    columns = _COLUMNS.get(type(event))
    return _NOTHING if columns is None else columns(event)


def _accepted(event: intake.RequestAccepted) -> Mapping[str, Any]:
    return {**_facts(event), "accepted_at": event.time}


def _facts(event: intake.RequestAccepted | intake.RequestAmended) -> Mapping[str, Any]:
    facts, agency = event.data, event.data.agency
    return {
        "cri_type": agency.cri_type,
        "agency_class": agency.agency_class,
        "us_state": agency.state,
        "sworn_band": agency.sworn_band,
        "first_contact_on": facts.first_contact_on,
        "submitted_at": facts.submitted_at,
        "topics": facts.topics,
        "service_forms": facts.service_forms,
        "goals": facts.goals,
        "agency": _identity(facts.participant, agency),
    }


def _identity(participant: str, agency: intake.AgencyFacts) -> str:
    """Return an id of *agency*: its ORI, as listed if it is, or one derived from key or name."""
    if len(agency.listed_as) == 1:
        return agency.listed_as[0].ori
    return agency.ori or derived_id(participant, "agency", agency.key or agency.name)


def _state(*moments: str, counted: str | None = None) -> Callable[[Any], Mapping[str, Any]]:
    """Return a fold that sets the state after the event and *moments*, and adds 1 to *counted*."""

    def columns(event: Any) -> Mapping[str, Any]:
        data: routing.RequestStateFacts = event.data
        row: dict[str, Any] = {"status": data.status, "program": data.program, "lane": data.lane}
        for moment in moments:
            row[moment] = event.time
        if counted is not None:
            row[counted] = 1
        return row

    return columns


_waits = _state("triaged_at", "waiting_since")
_progresses = _state("started_at")
_delivers = _state("started_at", "delivered_at")
_closes = _state("closed_at")


def _waitlisted(event: routing.RequestWaitlisted) -> Mapping[str, Any]:
    wait = event.data
    return {**_waits(event), "wait_reason": wait.reason, "opens_at": wait.opens_at}


def _progressed(event: routing.EngagementProgressed) -> Mapping[str, Any]:
    return _delivers(event) if event.data.milestone == "delivered" else _progresses(event)


def _closed(event: routing.EngagementClosed) -> Mapping[str, Any]:
    return {**_closes(event), "close_reason": event.data.reason}


# A table, not `match`: isinstance is slow on pydantic models, and this runs for every event.
_COLUMNS: Mapping[type[Event], Callable[[Any], Mapping[str, Any]]] = {
    intake.RequestAccepted: _accepted,
    intake.RequestAmended: _facts,
    routing.RequestTriaged: _state("triaged_at"),
    routing.RequestIneligible: _state("triaged_at", "ineligible_at"),
    routing.RequestWaitlisted: _waitlisted,
    routing.RequestReferred: _state("triaged_at", "referred_at"),
    routing.OfferMade: _state("first_offer_at", counted="offers"),
    routing.OfferDeclined: _state(counted="declines"),
    routing.OfferLapsed: _state(counted="lapses"),
    routing.OfferWithdrawn: _state(),
    routing.EngagementOpened: _state("assigned_at"),
    routing.EngagementProgressed: _progressed,
    routing.EngagementClosed: _closed,
    routing.EngagementEnded: _state(),
    routing.EngagementAffected: _state(),
    routing.RequestWithdrawn: _state("withdrawn_at"),
    routing.ClockMissed: _state(counted="clocks_missed"),
    routing.ClockStillMissed: _state(),
    routing.ClockReminded: _state(),
    routing.ClockSettled: _state(),
    routing.ClockMoved: _state(),
    routing.ClockPaused: _state(),
    routing.ClockResumed: _state(),
    routing.RequestFactsChanged: _state(),
    routing.RequestRecorded: _state(),
    LaterEvent: _state(),
}
