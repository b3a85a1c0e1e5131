"""Who must know of a fact about a request, and who need not and why. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from services.notifications import render
from services.notifications.audience import Decision, Notice, NotNeeded, Send
from services.notifications.request import Directory, Request
from shared.contracts import routing
from shared.contracts.intake import Reason
from shared.contracts.outbound import ContactCard, EngagementEnd, Next, OfferEnd

FOLLOWS_AT_ONCE = "what it leads to follows at once and is told"
OWN_ACT = "it did this itself and was answered"


def decide(
    event: routing.RequestEvent,
    request: Request,
    directory: Directory,
    *,
    need: str | None = None,
    contacts: Iterable[ContactCard] = (),
) -> Decision:
    """Return what every audience of *event* is told, and the request after it."""
    match event:
        case routing.RequestTriaged():
            return _triaged(event, request, directory)
        case routing.OfferMade():
            return _offer_made(event, request, directory)
        case routing.OfferDeclined():
            return _offer_declined(event, request, directory)
        case routing.OfferLapsed():
            return _offer_lapsed(event, request, directory)
        case routing.OfferWithdrawn():
            return _offer_withdrawn(event, request)
        case routing.EngagementOpened():
            return _engagement_opened(event, request, directory, need, contacts)
        case routing.EngagementProgressed():
            return _engagement_progressed(event, request, directory)
        case routing.EngagementClosed():
            return _engagement_closed(event, request, directory)
        case routing.RequestWaitlisted():
            return _waitlisted(event, request, directory)
        case routing.RequestReferred():
            return _referred(event, request, directory)
        case routing.RequestIneligible():
            return _ineligible(event, request, directory)
        case routing.RequestWithdrawn():
            return _withdrawn(event, request, directory)
        case routing.ClockMissed():
            because = "a missed clock changes no state; it shows in the figures"
            told = (request.participant, *directory.offices)
            return Decision(tuple(NotNeeded(audience, because) for audience in told))


def moved(event: routing.RequestEvent, request: Request, sentence: str, **changes: Any) -> Request:
    """Return *request* in the state that *event* leaves it in, with *changes*."""
    facts = event.data
    return replace(
        request,
        status=facts.status,
        since=event.time if facts.status != request.status else request.since,
        sentence=sentence,
        program=facts.program or request.program,
        **changes,
    )


def released(request: Request) -> Request:
    """Return *request* with no provider that holds an offer or an engagement."""
    return replace(request, provider=None, provider_sentence=None, offer_id=None, expires_at=None)


def requester(
    request: Request,
    next_: Next | None = None,
    *,
    reasons: Iterable[Reason] = (),
    elsewhere: str | None = None,
) -> Send:
    data = render.status_changed(request, next_, reasons=reasons, elsewhere=elsewhere)
    return Send(request.participant, "status_changed", request.tracking_number, data)


def _triaged(event: routing.RequestTriaged, request: Request, directory: Directory) -> Decision:
    facts = event.data
    sentence = facts.decision.because.requester or (
        f"Your request was reviewed and goes to {directory.program(facts.program)}."
    )
    after = moved(event, request, sentence)
    return Decision((NotNeeded(request.participant, FOLLOWS_AT_ONCE),), after)


def _offer_made(event: routing.OfferMade, request: Request, directory: Directory) -> Decision:
    facts = event.data
    provider = directory.participant(facts.provider)
    program = directory.program(facts.program)
    because = facts.decision.because
    sentence = because.requester or f"{program}: {provider} was asked to help you."
    after = moved(
        event,
        request,
        sentence,
        provider=facts.provider,
        provider_sentence=because.provider or f"{program} asks whether you can help this agency.",
        offer_id=facts.offer_id,
        expires_at=facts.expires_at,
    )
    offer = render.offer_made(after, facts)
    next_ = Next(what=f"{provider} answers the offer.", by=facts.expires_at)
    return Decision(
        (
            Send(facts.provider, "offer_made", request.tracking_number, offer),
            requester(after, next_),
        ),
        after,
    )


def _offer_declined(
    event: routing.OfferDeclined, request: Request, directory: Directory
) -> Decision:
    sentence = f"{directory.participant(event.data.provider)} cannot help; another is looked for."
    if event.data.reason == "countered":
        sentence = render.REFERRED["countered"]
    return Decision(
        (
            NotNeeded(event.data.provider, OWN_ACT),
            NotNeeded(request.participant, FOLLOWS_AT_ONCE),
        ),
        released(moved(event, request, sentence)),
    )


def _offer_ended(facts: routing.OfferEndFacts, kind: str, sentence: str) -> Notice:
    data = OfferEnd(
        offer_id=facts.offer_id, tracking_number=facts.tracking_number, sentence=sentence
    )
    return Send(facts.provider, kind, facts.tracking_number, data)


def _offer_lapsed(event: routing.OfferLapsed, request: Request, directory: Directory) -> Decision:
    facts = event.data
    sentence = f"{directory.participant(facts.provider)} did not answer; another is looked for."
    told = _offer_ended(
        facts, "offer_lapsed", "The offer has lapsed: no answer came in time. Nothing is owed."
    )
    return Decision(
        (told, NotNeeded(request.participant, FOLLOWS_AT_ONCE)),
        released(moved(event, request, sentence)),
    )


def _offer_withdrawn(event: routing.OfferWithdrawn, request: Request) -> Decision:
    told = _offer_ended(
        event.data,
        "offer_withdrawn",
        "The offer is withdrawn: please stop; whatever you were told about it no longer holds.",
    )
    after = released(moved(event, request, request.sentence))
    return Decision((told, NotNeeded(request.participant, FOLLOWS_AT_ONCE)), after)


def _engagement_opened(
    event: routing.EngagementOpened,
    request: Request,
    directory: Directory,
    need: str | None,
    contacts: Iterable[ContactCard],
) -> Decision:
    facts = event.data
    name = directory.participant(facts.provider)
    sentence = f"{name} accepted and helps you in {directory.program(facts.program)}."
    after = moved(
        event,
        request,
        sentence,
        provider=facts.provider,
        provider_sentence="You accepted this request.",
        offer_id=facts.offer_id,
        expires_at=None,
        engagement_id=facts.engagement_id,
    )
    data = render.engagement_opened(after, facts.engagement_id, need=need, contacts=contacts)
    told = Send(
        facts.provider,
        "engagement_opened",
        request.tracking_number,
        data,
        classification="restricted",
    )
    next_ = render.next_step(facts.status, directory, facts.provider)
    return Decision((told, requester(after, next_)), after)


def _engagement_progressed(
    event: routing.EngagementProgressed, request: Request, directory: Directory
) -> Decision:
    facts = event.data
    provider = NotNeeded(facts.provider, OWN_ACT)
    if facts.status == request.status:
        because = "the milestone did not change the state"
        return Decision((NotNeeded(request.participant, because), provider))
    sentence = render.in_words(
        render.PROGRESS,
        facts.status,
        "{provider} reported a milestone.",
        provider=directory.participant(facts.provider),
    )
    after = moved(event, request, sentence, provider_sentence="You reported a milestone.")
    next_ = render.next_step(facts.status, directory, facts.provider)
    return Decision((requester(after, next_), provider), after)


def _engagement_closed(
    event: routing.EngagementClosed, request: Request, directory: Directory
) -> Decision:
    facts = event.data
    sentence = render.in_words(
        render.CLOSED,
        facts.reason,
        "The request is closed.",
        provider=directory.participant(facts.provider),
    )
    after = moved(event, request, sentence, provider_sentence="You closed this request.")
    return Decision((requester(after), NotNeeded(facts.provider, OWN_ACT)), after)


def _waitlisted(
    event: routing.RequestWaitlisted, request: Request, directory: Directory
) -> Decision:
    facts = event.data
    program = directory.program(facts.program)
    sentence = facts.decision.because.requester or render.in_words(
        render.WAITING, facts.reason, "Your request waits.", program=program
    )
    after = released(moved(event, request, sentence))
    what = "It moves on, in order, when there is room."
    if facts.reason == "program_not_open":
        what = f"It moves on, in order, when {program} opens."
    return Decision((requester(after, Next(what=what, by=facts.opens_at)),), after)


def _referred(event: routing.RequestReferred, request: Request, directory: Directory) -> Decision:
    facts = event.data
    sentence = facts.decision.because.requester or render.in_words(
        render.REFERRED, facts.reason, "The program office looks at your request."
    )
    after = released(moved(event, request, sentence))
    referral = render.referral_made(facts)
    told: tuple[Notice, ...] = tuple(
        Send(office, "referral_made", request.tracking_number, referral)
        for office in directory.offices
    )
    told = told or (NotNeeded("program_office", "no program office is registered"),)
    next_ = render.next_step(facts.status, directory, None)
    return Decision((requester(after, next_), *told), after)


def _ineligible(
    event: routing.RequestIneligible, request: Request, directory: Directory
) -> Decision:
    facts = event.data
    program = directory.program(facts.program)
    sentence = facts.decision.because.requester or (
        f"By its rules of eligibility, {program} cannot help with this request."
    )
    after = released(moved(event, request, sentence))
    told = requester(
        after, reasons=facts.reasons, elsewhere=facts.elsewhere or render.PROGRAM_OFFICE
    )
    return Decision((told,), after)


def _withdrawn(
    event: routing.RequestWithdrawn, request: Request, directory: Directory
) -> Decision:
    facts = event.data
    sentence = "Your request is withdrawn; work on it stops."
    after = moved(event, request, sentence, expires_at=None)
    told: list[Notice] = [requester(after)]
    if facts.provider is not None and facts.engagement_id is not None:
        words = (
            "The agency withdrew: please stop the work. What you were told of its need and its"
            " contacts may no longer be used."
        )
        after = replace(after, provider_sentence=words)
        end = EngagementEnd(
            engagement_id=facts.engagement_id,
            tracking_number=facts.tracking_number,
            status=facts.status,
            sentence=words,
        )
        told.append(Send(facts.provider, "engagement_ended", facts.tracking_number, end))
    if facts.before == "referred":
        data = replace(after, sentence="The agency withdrew: nothing is left to decide.")
        told += (
            Send(office, "status_changed", request.tracking_number, render.status_changed(data))
            for office in directory.offices
        )
    return Decision(tuple(told), after)
