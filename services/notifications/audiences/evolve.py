"""
The request after each fact: the one function that changes what is held of it.

Live, in a restore and in a test it is folded over the facts, in the order in which they are taken
in. Names come from the directory as it is then.
"""

from typing import Any, assert_never

from services.notifications.audiences import render
from services.notifications.audiences.request import Directory, Request
from shared.contracts import routing
from shared.contracts.intake import RequestAccepted, RequestAmended, RequestFacts

Changing = RequestAccepted | RequestAmended | routing.RequestEvent


def evolve(request: Request | None, event: Changing, directory: Directory) -> Request:
    """Return the request after *event*; there is none before it is accepted."""
    if isinstance(event, RequestAccepted):
        return _accepted(event)
    assert request is not None
    match event:
        case routing.RequestTriaged():
            program = directory.program(event.data.program)
            said = f"Your request was reviewed and goes to {program}."
            return _moved(request, event, _for_requester(event, said))
        case routing.OfferMade():
            return _offered(request, event, directory)
        case routing.EngagementOpened():
            return _engaged(request, event, directory)
        case routing.EngagementProgressed():
            return _progressed(request, event, directory)
        case routing.EngagementClosed():
            provider = directory.participant(event.data.provider)
            said = render.in_words(
                render.CLOSED, event.data.reason, "The request is closed.", provider=provider
            )
            return _moved(request, event, said, provider_sentence="You closed this request.")
        case routing.OfferDeclined():
            provider = directory.participant(event.data.provider)
            said = f"{provider} cannot help; another is looked for."
            if event.data.reason == "countered":
                said = render.REFERRED["countered"]
            return _released(_moved(request, event, said))
        case routing.OfferLapsed():
            provider = directory.participant(event.data.provider)
            said = f"{provider} did not answer; another is looked for."
            return _released(_moved(request, event, said))
        case routing.OfferWithdrawn():
            return _released(_moved(request, event, request.sentence))
        case routing.RequestWaitlisted():
            said = render.in_words(
                render.WAITING,
                event.data.reason,
                "Your request waits.",
                program=directory.program(event.data.program),
            )
            return _released(_moved(request, event, _for_requester(event, said)))
        case routing.RequestReferred():
            said = render.in_words(
                render.REFERRED, event.data.reason, "The program office looks at your request."
            )
            return _released(_moved(request, event, _for_requester(event, said)))
        case routing.RequestIneligible():
            program = directory.program(event.data.program)
            said = f"By its rules of eligibility, {program} cannot help with this request."
            return _released(_moved(request, event, _for_requester(event, said)))
        case routing.RequestWithdrawn():
            return _withdrawn(request, event)
        case RequestAmended():
            return _amended(request, event.data)
        case routing.ClockMissed():
            return request
        case _:
            assert_never(event)


def _accepted(event: RequestAccepted) -> Request:
    facts = event.data
    agency = facts.agency
    return Request(
        tracking_number=facts.tracking_number,
        participant=facts.participant,
        agency_name=agency.name,
        cri_type=agency.cri_type,
        agency_class=agency.agency_class,
        state=agency.state,
        sworn_band=agency.sworn_band,
        topics=tuple(facts.topics),
        service_forms=tuple(facts.service_forms),
        wished_from=facts.wished.from_,
        wished_until=facts.wished.until,
        contact_ids=tuple(facts.contact_ids),
        status="accepted",
        since=event.time,
        sentence=render.received(facts.tracking_number),
        program=facts.program,
    )


def _amended(request: Request, facts: RequestFacts) -> Request:
    """Return *request* with the facts as they now are; its state stays."""
    return request._replace(
        topics=tuple(facts.topics),
        service_forms=tuple(facts.service_forms),
        wished_from=facts.wished.from_,
        wished_until=facts.wished.until,
        contact_ids=tuple(facts.contact_ids),
    )


def _offered(request: Request, event: routing.OfferMade, directory: Directory) -> Request:
    facts = event.data
    program = directory.program(facts.program)
    said = f"{program}: {directory.participant(facts.provider)} was asked to help you."
    to_provider = f"{program} asks whether you can help this agency."
    return _moved(
        request,
        event,
        _for_requester(event, said),
        provider=facts.provider,
        provider_sentence=facts.decision.because.provider or to_provider,
        offer_id=facts.offer_id,
        expires_at=facts.expires_at,
    )


def _engaged(request: Request, event: routing.EngagementOpened, directory: Directory) -> Request:
    facts = event.data
    name = directory.participant(facts.provider)
    return _moved(
        request,
        event,
        f"{name} accepted and helps you in {directory.program(facts.program)}.",
        provider=facts.provider,
        provider_sentence="You accepted this request.",
        offer_id=facts.offer_id,
        expires_at=None,
        engagement_id=facts.engagement_id,
    )


def _progressed(
    request: Request, event: routing.EngagementProgressed, directory: Directory
) -> Request:
    """Return *request* with the milestone told, if it changed the state."""
    facts = event.data
    if facts.status == request.status:
        return request
    said = render.in_words(
        render.PROGRESS,
        facts.status,
        "{provider} reported a milestone.",
        provider=directory.participant(facts.provider),
    )
    return _moved(request, event, said, provider_sentence="You reported a milestone.")


def _withdrawn(request: Request, event: routing.RequestWithdrawn) -> Request:
    said = "Your request is withdrawn; work on it stops."
    after = _moved(request, event, said, expires_at=None)
    facts = event.data
    if facts.provider is None or facts.engagement_id is None:
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


def _moved(
    request: Request, event: routing.RequestEvent, sentence: str, **changes: Any
) -> Request:
    """Return *request* in the state that *event* leaves it in, with *changes*."""
    facts = event.data
    return request._replace(
        status=facts.status,
        since=event.time if facts.status != request.status else request.since,
        sentence=sentence,
        program=facts.program or request.program,
        **changes,
    )


def _released(request: Request) -> Request:
    """Return *request* with no provider that holds an offer or an engagement."""
    return request._replace(provider=None, provider_sentence=None, offer_id=None, expires_at=None)
