"""A request's life: what each message about it leads to. Pure; deciding twice gives the same."""

from datetime import datetime

from services.routing.life.directions import direct
from services.routing.life.engagements import close_engagement, report_milestone
from services.routing.life.offer_answers import answer_offer
from services.routing.life.request import Request
from services.routing.life.story import Story, Told
from services.routing.life.triaging import triage_request
from services.routing.rules.books import Library
from services.routing.rules.facts import encode_facts, request_facts
from shared.contracts import refusals
from shared.contracts.intake import (
    EngagementCloseReported,
    MilestoneReported,
    OfferAnswered,
    RequestAccepted,
    RequestAmended,
    RequestDirected,
    WithdrawalRequested,
)
from shared.contracts.refusals import Refusal
from shared.contracts.routing import (
    FactsChangedFacts,
    OfferEndFacts,
    OfferWithdrawn,
    RequestFactsChanged,
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
    | RequestDirected
)


class UnknownRequest(Exception):
    """Something is said about a request before it was accepted: the log is broken."""


def decide(
    request: Request | None, event: AboutRequest, library: Library, *, at: datetime
) -> Told:
    """Return what *event* leads to for *request* (None: not known yet) at *at*."""
    if isinstance(event, RequestAccepted):
        return _accept(request, event, library, at=at)
    if request is None:
        raise UnknownRequest
    story = Story(
        request,
        cause=event.id,
        at=at,
        received_at=event.receivedat,
        inreplyto=event.inreplyto,
        inreplytoid=event.inreplytoid,
        noted=isinstance(event, OfferAnswered | MilestoneReported) and event.data.noted,
    )
    match event:
        case RequestAmended():
            _amend(story, event, library)
        case WithdrawalRequested():
            _withdraw(story, event)
        case OfferAnswered():
            answer_offer(story, event, library)
        case MilestoneReported():
            report_milestone(story, event, library)
        case EngagementCloseReported():
            close_engagement(story, event)
        case RequestDirected():
            direct(story, event, library)
    return story.told()


def _accept(
    request: Request | None, event: RequestAccepted, library: Library, *, at: datetime
) -> Told:
    if request is not None:
        raise ValueError("a request is accepted once")
    asked = event.data
    facts = request_facts(asked, library.catalog)
    accepted = Request(
        tracking_number=asked.tracking_number,
        request_id=asked.request_id,
        participant=asked.participant,
        status="accepted",
        facts=encode_facts(facts),
        need_stated=asked.need_stated,
        traceparent=event.traceparent,
    )
    story = Story(accepted, cause=event.id, at=at, received_at=event.receivedat)
    triage_request(story, facts, library)
    return story.told()


def _amend(story: Story, event: RequestAmended, library: Library) -> None:
    """Take in the new facts, unless they came too late; the matcher looks again in a lane."""
    if story.request.ended:
        story.came_too_late(event)
        return
    story.publish(
        RequestFactsChanged,
        FactsChangedFacts,
        status=story.request.status,
        amendment=event.number,
        facts=request_facts(event.data, library.catalog),
        need_stated=event.data.need_stated,
    )


def _withdraw(story: Story, event: WithdrawalRequested) -> None:
    """Settle a withdrawal, once: it stops an offer, a wait or work, whatever there is."""
    request, about = story.request, event.data.tracking_number
    refusal = _withdrawal_refused(request, event)
    if refusal is not None:
        story.refused("request.withdraw", about, refusal)
        return
    engagement = request.engagement_id
    if request.status == "offered":
        story.publish(
            OfferWithdrawn,
            OfferEndFacts,
            status="triaged",
            offer_id=request.offer_id,
            provider=request.provider,
            reason="request_withdrawn",
        )
    story.publish(
        RequestWithdrawn,
        WithdrawnFacts,
        status="withdrawn",
        before=request.status,
        provider=request.provider if engagement is not None else None,
        engagement_id=engagement,
    )
    story.applied("request.withdraw", about)


def _withdrawal_refused(request: Request, event: WithdrawalRequested) -> Refusal | None:
    if event.data.participant != request.participant:
        return refusals.NOT_YOURS
    if request.status == "withdrawn":
        return refusals.ALREADY_WITHDRAWN
    return refusals.REQUEST_ENDED if request.ended else None
