"""
Completes events that a release before 0.3.0 published. Pure, and frozen: new events stay out.

Such events contain no queue number, no capacity declaration and, except offers, no clock. Clocks
are computed from the rule set that was in force; the rest stays unknown.
"""

from typing import TypeGuard, get_args

from services.routing.life.request import Request, pace_of
from services.routing.rules.facts import encode_facts, request_facts
from services.routing.rules.in_force import Rules
from shared.catalog.catalog import Catalog
from shared.clocks.lengths import due_at
from shared.contracts.intake import RequestFacts
from shared.contracts.routing import (
    ClockMissed,
    EngagementClosed,
    EngagementOpened,
    EngagementProgressed,
    OfferDeclined,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    RequestIneligible,
    RequestReferred,
    RequestTriaged,
    RequestWaitlisted,
    RequestWithdrawn,
    RoutingEvent,
)

OlderEvent = (
    RequestTriaged
    | RequestIneligible
    | RequestWaitlisted
    | RequestReferred
    | OfferMade
    | OfferDeclined
    | OfferLapsed
    | OfferWithdrawn
    | EngagementOpened
    | EngagementProgressed
    | EngagementClosed
    | RequestWithdrawn
    | ClockMissed
)
"""Events about a request that releases before 0.3.0 published."""
_TYPES = get_args(OlderEvent)


def is_older(event: RoutingEvent) -> TypeGuard[OlderEvent]:
    """Tell whether a release before 0.3.0 published *event*, which is incomplete then."""
    return isinstance(event, _TYPES) and event.data.decided is None


def completed(
    event: OlderEvent, request: Request, catalog: Catalog, *, queue_number: int | None
) -> OlderEvent:
    """Return *event*, the next one of *request*, as 0.3.0 would have published it."""
    decision = getattr(event.data, "decision", None)
    values: dict[str, object] = {"decided": request.decided + (decision is not None)}
    match event:
        case RequestTriaged() | RequestWaitlisted():
            values["queue_number"] = queue_number
        case RequestReferred():
            values["due_at"] = _end_of_clock(event, f"triage.{pace_of(event.data.lane)}", catalog)
        case EngagementOpened() | EngagementProgressed():
            values["due_at"] = _end_of_clock(event, "engagement_silence", catalog)
        case (
            OfferMade()
            | OfferDeclined()
            | OfferLapsed()
            | OfferWithdrawn()
            | EngagementClosed()
            | RequestIneligible()
            | RequestWithdrawn()
            | ClockMissed()
        ):
            pass
    return event.model_copy(update={"data": event.data.model_copy(update=values)})


def amended(request: Request, asked: RequestFacts, rules: Rules) -> Request:
    """Return *request* after an amendment, for which these releases published no event."""
    facts = encode_facts(request_facts(asked, rules.catalog))
    return request._replace(
        facts=facts,
        need_stated=asked.need_stated,
        fresh=request.fresh or (request.queued and facts != request.facts),
    )


def _end_of_clock(event: OlderEvent, clock: str, catalog: Catalog) -> object:
    ruleset = catalog.ruleset_at(event.time)
    return None if ruleset is None else due_at(ruleset, clock, start=event.time)
