"""Who must know of a fact about a request, and who need not and why. Pure."""

from collections.abc import Iterable

from services.notifications.audiences import engagements, offers, render
from services.notifications.audiences.audience import (
    FOLLOWS_AT_ONCE,
    Decision,
    Notice,
    NotNeeded,
    Send,
    requester,
)
from services.notifications.audiences.request import Directory, Request, moved, released
from shared.contracts import routing
from shared.contracts.outbound import ContactCard, EngagementEnd, Next


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
            return offers.made(event, request, directory)
        case routing.OfferDeclined():
            return offers.declined(event, request, directory)
        case routing.OfferLapsed():
            return offers.lapsed(event, request, directory)
        case routing.OfferWithdrawn():
            return offers.withdrawn(event, request)
        case routing.EngagementOpened():
            return engagements.opened(event, request, directory, need, contacts)
        case routing.EngagementProgressed():
            return engagements.progressed(event, request, directory)
        case routing.EngagementClosed():
            return engagements.closed(event, request, directory)
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


def _triaged(event: routing.RequestTriaged, request: Request, directory: Directory) -> Decision:
    facts = event.data
    sentence = facts.decision.because.requester or (
        f"Your request was reviewed and goes to {directory.program(facts.program)}."
    )
    after = moved(event, request, sentence)
    return Decision((NotNeeded(request.participant, FOLLOWS_AT_ONCE),), after)


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
        after = after._replace(provider_sentence=words)
        end = EngagementEnd(
            engagement_id=facts.engagement_id,
            tracking_number=facts.tracking_number,
            status=facts.status,
            sentence=words,
        )
        told.append(Send(facts.provider, "engagement_ended", facts.tracking_number, end))
    if facts.before == "referred":
        data = after._replace(sentence="The agency withdrew: nothing is left to decide.")
        told += (
            Send(office, "status_changed", request.tracking_number, render.status_changed(data))
            for office in directory.offices
        )
    return Decision(tuple(told), after)
