"""Decides what each message about a request leads to. Pure: equal inputs, equal outcome."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.routing.life.amendments import amend
from services.routing.life.capacity import Capacity
from services.routing.life.directions import direct
from services.routing.life.engagements import (
    close_engagement,
    end_engagement,
    report_milestone,
)
from services.routing.life.late import Key, Late, settle
from services.routing.life.offer_answers import answer_offer
from services.routing.life.offers import withdraw_offer
from services.routing.life.outcome import DecisionOutcome, OutcomeBuilder
from services.routing.life.rehoming import rehome_engagement
from services.routing.life.request import Request
from services.routing.life.triaging import triage_request
from services.routing.rules.facts import encode_facts, request_facts
from services.routing.rules.in_force import Rules
from shared.contracts import refusals
from shared.contracts.event import sender_of
from shared.contracts.intake import (
    ClockSettleDirected,
    EngagementCloseReported,
    EngagementEndDirected,
    EngagementRehomeDirected,
    MilestoneReported,
    OfferAnswered,
    RequestAccepted,
    RequestAmended,
    RequestDirected,
    WithdrawalRequested,
)
from shared.contracts.refusals import Refusal
from shared.contracts.routing import (
    REQUEST_WITHDRAWN,
    RequestWithdrawn,
    WithdrawnFacts,
)

AboutRequest = (
    RequestAccepted
    | RequestAmended
    | WithdrawalRequested
    | OfferAnswered
    | MilestoneReported
    | EngagementCloseReported
    | EngagementEndDirected
    | EngagementRehomeDirected
    | ClockSettleDirected
    | RequestDirected
)
_NOTED = (
    OfferAnswered,
    MilestoneReported,
    EngagementCloseReported,
    EngagementEndDirected,
    EngagementRehomeDirected,
)
_NONE: Mapping[Any, Any] = MappingProxyType({})


class UnknownRequest(Exception):
    """An event is about a request that was never accepted: the log is incomplete."""


def decide(
    request: Request | None,
    event: AboutRequest,
    rules: Rules,
    *,
    at: datetime,
    declarations: Mapping[str, str] = _NONE,
    capacities: Mapping[str, Capacity] | None = None,
    late: Mapping[Key, Late] = _NONE,
) -> DecisionOutcome:
    """
    Return the outcome of *event* for *request* (None before it is accepted) at *at*.

    *declarations* has the current declarations of capacity, by provider. If *event* amends the
    request, *capacities* has that of the open offer's provider; if it settles a clock, *late* has
    the late clocks.
    """
    if isinstance(event, RequestAccepted):
        return _accept(request, event, rules, at=at)
    if request is None:
        raise UnknownRequest
    builder = OutcomeBuilder(
        request,
        cause=event.id,
        at=at,
        received_at=event.receivedat,
        inreplyto=event.inreplyto,
        inreplytoid=event.inreplytoid,
        sender=sender_of(event),
        actor=event.actor,
        noted=isinstance(event, _NOTED) and event.data.noted,
    )
    match event:
        case RequestAmended():
            amend(builder, event, rules, capacities)
        case WithdrawalRequested():
            _withdraw(builder, event)
        case OfferAnswered():
            answer_offer(builder, event, rules)
        case MilestoneReported():
            report_milestone(builder, event, rules)
        case EngagementCloseReported():
            close_engagement(builder, event, declarations)
        case EngagementEndDirected():
            end_engagement(builder, event, rules, declarations)
        case EngagementRehomeDirected():
            rehome_engagement(builder, event, rules, declarations)
        case ClockSettleDirected():
            settle(builder, event, late)
        case RequestDirected():
            direct(builder, event, rules)
    return builder.build()


def _accept(
    request: Request | None, event: RequestAccepted, rules: Rules, *, at: datetime
) -> DecisionOutcome:
    if request is not None:
        raise ValueError("a request is accepted once")
    asked = event.data
    facts = request_facts(asked, rules.catalog)
    accepted = Request(
        tracking_number=asked.tracking_number,
        request_id=asked.request_id,
        participant=asked.participant,
        status="accepted",
        facts=encode_facts(facts),
        need_stated=asked.need_stated,
        traceparent=event.traceparent,
    )
    builder = OutcomeBuilder(accepted, cause=event.id, at=at, received_at=event.receivedat)
    triage_request(builder, facts, rules)
    return builder.build()


def _withdraw(builder: OutcomeBuilder, event: WithdrawalRequested) -> None:
    """Withdraw the request, which ends its open offer, wait or engagement, or refuse that."""
    request, about = builder.request, event.data.tracking_number
    refusal = _withdrawal_refused(request, event)
    if refusal is not None:
        builder.answer_refused("request.withdraw", about, refusal)
        return
    engagement = request.engagement_id
    if request.status == "offered":
        withdraw_offer(builder, REQUEST_WITHDRAWN)
    builder.publish(
        RequestWithdrawn,
        WithdrawnFacts,
        status="withdrawn",
        before=request.status,
        provider=request.provider if engagement is not None else None,
        engagement_id=engagement,
    )
    builder.answer_applied("request.withdraw", about)


def _withdrawal_refused(request: Request, event: WithdrawalRequested) -> Refusal | None:
    if event.data.participant != request.participant:
        return refusals.NOT_YOURS
    if request.status == "withdrawn":
        return refusals.ALREADY_WITHDRAWN
    return refusals.REQUEST_ENDED if request.ended else None
