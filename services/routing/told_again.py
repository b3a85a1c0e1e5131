"""A request after an event of its own that is on the log already. Pure."""

import json
from collections.abc import Sequence
from typing import Any, get_args

from services.routing.clocks import due_at
from services.routing.offers import NO_CLOCK
from services.routing.request import Request
from services.routing.story import kind_of
from shared.catalog.catalog import Catalog
from shared.contracts import routing
from shared.messaging.own_log import Announced

_ANSWERS = (kind_of(routing.MessageApplied), kind_of(routing.MessageRefused))
_ABOUT_REQUESTS = frozenset(kind_of(event) for event in get_args(routing.RequestEvent))
_QUEUED: dict[str, Any] = {"queued": True, "fresh": True, **NO_CLOCK}
_NOT_QUEUED: dict[str, Any] = {"queued": False, "fresh": False, "waits_for": None, **NO_CLOCK}


def is_answer(event: Announced) -> bool:
    """Tell whether *event* is the answer to an inbound record: what a decision says last."""
    return event.type in _ANSWERS


def told_again(
    request: Request, events: Sequence[Announced], catalog: Catalog, *, place: int | None
) -> Request:
    """
    Return *request* after *events*, its next ones; *place* is what it gets in its lane.

    Which declaration of capacity an offer was made from, no event says: it is left open.
    """
    for event in events:
        request = _after(request, event, catalog)
        if request.queued and request.queue_number is None:
            request = request._replace(queue_number=place)
    return request


def _after(request: Request, event: Announced, catalog: Catalog) -> Request:
    request = request._replace(published=event.number)
    if event.type not in _ABOUT_REQUESTS:  # an answer, or what a later release says
        return request
    data = json.loads(event.value)["data"]
    request = request._replace(
        status=data["status"],
        program=data.get("program"),
        lane=data.get("lane"),
        last_event=event.id,
        decided=request.decided + ("decision" in data),
    )
    match event.type.split(".")[3]:
        case "request_triaged":
            return request._replace(waits_for=None, **_QUEUED)
        case "request_waitlisted":
            return request._replace(**_QUEUED)._replace(fresh=False, waits_for=data["reason"])
        case "request_referred":
            request = request._replace(**_NOT_QUEUED)._replace(waits_for=data["reason"])
            if data["reason"] == "countered":
                request = request._replace(offer_state="countered")
            return _with_clock(request, f"triage.{request.pace}", event, catalog)
        case "offer_made":
            return _offered(request, event, data)
        case "offer_declined":
            state = "countered" if data["reason"] == "countered" else "declined"
            return request._replace(offer_state=state, **_QUEUED)
        case "offer_lapsed":
            return request._replace(offer_state="lapsed", **_QUEUED)
        case "offer_withdrawn":
            return request._replace(offer_state="withdrawn")
        case "engagement_opened":
            request = request._replace(offer_state="accepted", **_NOT_QUEUED)
            return _with_clock(request, "engagement_silence", event, catalog)
        case "engagement_progressed":
            return _with_clock(request, "engagement_silence", event, catalog)
        case "clock_missed" | "engagement_closed":
            return request._replace(**NO_CLOCK)
        case "request_ineligible" | "request_withdrawn":
            return request._replace(**_NOT_QUEUED)
        case unknown:
            raise AssertionError(unknown)


def _offered(request: Request, event: Announced, data: dict[str, Any]) -> Request:
    made = routing.OfferFacts.model_validate(data)
    return request._replace(
        **{
            **_NOT_QUEUED,
            "offered": (*request.offered, made.provider),
            "offer_state": "open",
            "offer_expires_at": made.expires_at,
            "offer_declaration": None,
            "offer_entry": None,
            "due_clock": f"offer_answer.{request.pace}",
            "due_at": made.expires_at,
            "due_cause": event.id,
        }
    )


def _with_clock(request: Request, clock: str, event: Announced, catalog: Catalog) -> Request:
    ruleset = catalog.ruleset_at(event.at)
    if ruleset is None:
        return request
    runs_out = due_at(ruleset, clock, start=event.at)
    if runs_out is None:
        return request
    return request._replace(due_clock=clock, due_at=runs_out, due_cause=event.id)
