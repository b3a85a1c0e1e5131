"""What follows if the mail about an offer to a provider without a system is late. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from services.routing.life.offers import withdraw_offer
from services.routing.life.outcome import DecisionOutcome, OutcomeBuilder
from services.routing.life.request import Request
from services.routing.rules.in_force import Rules
from shared.clocks.lengths import schedule
from shared.contracts.event import Event
from shared.contracts.notifications import NoticeDelivered
from shared.contracts.routing import UNREACHABLE, ClockMoved, MovedFacts, OfferMade

SOON = timedelta(hours=1)
"""If a mail about an offer is delivered within this time, the time to answer stays as it is."""


class Unreached(NamedTuple):
    """An offer about which no mail was delivered yet; somebody must be reached by ``reach_by``."""

    offer_id: str
    tracking_number: str
    made_at: datetime
    reach_by: datetime


def expected(events: Iterable[Event]) -> list[Unreached]:
    """Return the offers among *events* about which a mail must be delivered."""
    return [
        Unreached(event.data.offer_id, event.data.tracking_number, event.time, event.data.reach_by)
        for event in events
        if isinstance(event, OfferMade) and event.data.reach_by is not None
    ]


def has_open_offer(request: Request, offer_id: str) -> bool:
    """Return whether *request* waits for the answer to exactly this offer."""
    return request.status == "offered" and request.offer_id == offer_id


def delivered(
    request: Request, event: NoticeDelivered, unreached: Unreached, rules: Rules, *, at: datetime
) -> DecisionOutcome | None:
    """
    Return the outcome that starts the time to answer again; None if the mail was not late.

    *event* is the first delivery of a mail about the offer; the provider has the whole time from
    then on.
    """
    clock = f"offer_answer.{request.pace}"
    is_late = event.time > unreached.made_at + SOON
    if not is_late or not has_open_offer(request, unreached.offer_id):
        return None
    if rules.timing is None or request.due_clock != clock or request.due_at is None:
        return None
    anew = schedule(rules.timing, clock, start=event.time)
    if anew.due_at is None or anew.due_at <= request.due_at:
        return None
    builder = OutcomeBuilder(request, cause=event.id, at=at)
    builder.publish(
        ClockMoved,
        MovedFacts,
        status=request.status,
        clock=clock,
        before=request.due_at,
        due_at=anew.due_at,
        provider=request.provider,
        remind_at=anew.remind_at,
        because="delivered",
    )
    return builder.build()


def unreachable(
    requests: Sequence[Request], offer_ids: Sequence[str], *, at: datetime
) -> list[DecisionOutcome]:
    """Return the outcomes that withdraw the offers still open; *offer_ids* has one per request."""
    outcomes = []
    for request, offer_id in zip(requests, offer_ids, strict=True):
        if has_open_offer(request, offer_id):
            builder = OutcomeBuilder(request, cause=request.last_event, at=at)
            withdraw_offer(builder, UNREACHABLE)
            outcomes.append(builder.build())
    return outcomes
