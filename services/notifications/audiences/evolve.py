"""
Computes the request after each event; nothing else changes it.

Used by live batches, restores and tests, in the order in which events are taken in. Names come
from the directory at that time.
"""

from typing import Any, assert_never

from services.notifications.audiences import render
from services.notifications.audiences.request import Asked, Directory, Request
from shared.contracts import routing
from shared.contracts.intake import RequestAccepted, RequestAmended, RequestFacts

OFFER = "offer_answer."
"""Prefix of the names of the clocks of offers."""
Changing = RequestAccepted | RequestAmended | routing.RequestEvent | routing.RequestFactsChanged


def evolve(request: Request | None, event: Changing, directory: Directory) -> Request:
    """Return the request after *event*; there is none before it is accepted."""
    if isinstance(event, RequestAccepted):
        return _accepted(event)
    assert request is not None
    match event:
        case routing.RequestTriaged():
            program = directory.program(event.data.program)
            sentence = f"Your request was reviewed and goes to {program}."
            return _with_status(request, event, _for_requester(event, sentence))
        case routing.OfferMade():
            return _offered(request, event, directory)
        case routing.EngagementOpened():
            return _engaged(request, event, directory)
        case routing.EngagementProgressed():
            return _progressed(request, event, directory)
        case routing.EngagementClosed():
            provider = directory.participant(event.data.provider)
            sentence = render.sentence_for(
                render.CLOSED, event.data.reason, "The request is closed.", provider=provider
            )
            to_provider = "You closed this request."
            if event.data.ended_by is not None:
                to_provider = render.stop(event.data)
            return _with_status(request, event, sentence, provider_sentence=to_provider)
        case routing.EngagementEnded():
            provider = directory.participant(event.data.provider)
            sentence = render.sentence_for(
                render.ENDED_FOR_REQUESTER,
                event.data.reason,
                render.ENDED_OTHERWISE,
                provider=provider,
            )
            after = _without_provider(_with_status(request, event, sentence))
            return after._replace(engagement_id=None)
        case routing.OfferDeclined():
            provider = directory.participant(event.data.provider)
            sentence = f"{provider} cannot help; another is looked for."
            if event.data.reason == "countered":
                sentence = render.REFERRED["countered"]
            return _without_provider(_with_status(request, event, sentence))
        case routing.OfferLapsed():
            provider = directory.participant(event.data.provider)
            sentence = f"{provider} did not answer; another is looked for."
            return _without_provider(_with_status(request, event, sentence))
        case routing.OfferWithdrawn():
            sentence = request.sentence
            if event.data.reason == routing.UNREACHABLE:
                provider = directory.participant(event.data.provider)
                sentence = render.NOT_REACHED.format(provider=provider)
            return _without_provider(_with_status(request, event, sentence))
        case routing.RequestWaitlisted():
            sentence = render.sentence_for(
                render.WAITING,
                event.data.reason,
                "Your request waits.",
                program=directory.program(event.data.program),
            )
            return _without_provider(_with_status(request, event, _for_requester(event, sentence)))
        case routing.RequestReferred():
            sentence = render.sentence_for(
                render.REFERRED, event.data.reason, "The program office looks at your request."
            )
            return _without_provider(_with_status(request, event, _for_requester(event, sentence)))
        case routing.RequestIneligible():
            program = directory.program(event.data.program)
            sentence = f"By its rules of eligibility, {program} cannot help with this request."
            return _without_provider(_with_status(request, event, _for_requester(event, sentence)))
        case routing.RequestWithdrawn():
            return _withdrawn(request, event)
        case RequestAmended():
            return _amended(request, event.data)
        case routing.ClockMoved():
            is_offer = event.data.clock.startswith(OFFER)
            return request._replace(expires_at=event.data.due_at) if is_offer else request
        case routing.RequestFactsChanged():
            asked = event.data.asked
            # A release before 0.4.0 does not say what the request asks for now.
            return request._replace(asked=None if asked is None else Asked.of(asked))
        case routing.EngagementAffected():
            return _affected(request, event, directory)
        case (
            routing.ClockReminded()
            | routing.ClockMissed()
            | routing.ClockStillMissed()
            | routing.ClockSettled()
            | routing.ClockPaused()
            | routing.ClockResumed()
        ):
            return request
        case _:
            assert_never(event)


def _accepted(event: RequestAccepted) -> Request:
    data = event.data
    agency = data.agency
    return Request(
        tracking_number=data.tracking_number,
        participant=data.participant,
        agency_name=agency.name,
        cri_type=agency.cri_type,
        agency_class=agency.agency_class,
        state=agency.state,
        sworn_band=agency.sworn_band,
        topics=tuple(data.topics),
        service_forms=tuple(data.service_forms),
        wished_from=data.wished.from_,
        wished_until=data.wished.until,
        contact_ids=tuple(data.contact_ids),
        status="accepted",
        since=event.time,
        sentence=render.received(data.tracking_number),
        program=data.program,
        asked=Asked.of(data),
    )


def _amended(request: Request, data: RequestFacts) -> Request:
    """Return *request* with its topics, dates and contacts as amended; its status stays."""
    return request._replace(
        topics=tuple(data.topics),
        service_forms=tuple(data.service_forms),
        wished_from=data.wished.from_,
        wished_until=data.wished.until,
        contact_ids=tuple(data.contact_ids),
    )


def _offered(request: Request, event: routing.OfferMade, directory: Directory) -> Request:
    data = event.data
    program = directory.program(data.program)
    sentence = f"{program}: {directory.participant(data.provider)} was asked to help you."
    to_provider = f"{program} asks whether you can help this agency."
    return _with_status(
        request,
        event,
        _for_requester(event, sentence),
        provider=data.provider,
        provider_sentence=data.decision.because.provider or to_provider,
        offer_id=data.offer_id,
        expires_at=data.expires_at,
    )


def _engaged(request: Request, event: routing.EngagementOpened, directory: Directory) -> Request:
    data = event.data
    name = directory.participant(data.provider)
    return _with_status(
        request,
        event,
        f"{name} accepted and helps you in {directory.program(data.program)}.",
        provider=data.provider,
        provider_sentence="You accepted this request.",
        offer_id=data.offer_id,
        expires_at=None,
        engagement_id=data.engagement_id,
    )


def _progressed(
    request: Request, event: routing.EngagementProgressed, directory: Directory
) -> Request:
    """Return *request* with the sentence of the milestone, if its status changed."""
    data = event.data
    if data.status == request.status:
        return request
    sentence = render.sentence_for(
        render.PROGRESS,
        data.status,
        "{provider} reported a milestone.",
        provider=directory.participant(data.provider),
    )
    return _with_status(request, event, sentence, provider_sentence="You reported a milestone.")


def _affected(
    request: Request, event: routing.EngagementAffected, directory: Directory
) -> Request:
    """Return *request* saying that its work stops or goes on; unchanged if it does neither."""
    data = event.data
    if not data.stop_changed:
        return request
    sentence = render.STOPPED_FOR_REQUESTER if data.stopped else render.GOES_ON_AGAIN
    names = {
        "program": directory.program(data.program),
        "provider": directory.participant(data.provider),
    }
    to_provider = render.STOPPED if data.stopped else "This work goes on."
    return _with_status(request, event, sentence.format(**names), provider_sentence=to_provider)


def _withdrawn(request: Request, event: routing.RequestWithdrawn) -> Request:
    sentence = "Your request is withdrawn; work on it stops."
    after = _with_status(request, event, sentence, expires_at=None)
    data = event.data
    if data.provider is None or data.engagement_id is None:
        return after
    return after._replace(provider_sentence=render.STOP)


def _for_requester(
    event: routing.RequestTriaged
    | routing.OfferMade
    | routing.RequestWaitlisted
    | routing.RequestReferred
    | routing.RequestIneligible,
    otherwise: str,
) -> str:
    """Return the sentence that routing's decision has for the requester, or *otherwise*."""
    return event.data.decision.because.requester or otherwise


def _with_status(
    request: Request, event: routing.RequestEvent, sentence: str, **changes: Any
) -> Request:
    """Return *request* with the status of *event* and with *changes*."""
    data = event.data
    return request._replace(
        status=data.status,
        since=event.time if data.status != request.status else request.since,
        sentence=sentence,
        program=data.program or request.program,
        **changes,
    )


def _without_provider(request: Request) -> Request:
    """Return *request* without its provider and offer."""
    return request._replace(provider=None, provider_sentence=None, offer_id=None, expires_at=None)
