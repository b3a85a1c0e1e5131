"""Who must know of an offer: made, declined, lapsed, withdrawn. Pure."""

from services.notifications.audiences import render
from services.notifications.audiences.audience import (
    FOLLOWS_AT_ONCE,
    OWN_ACT,
    Decision,
    Notice,
    NotNeeded,
    Send,
    requester,
)
from services.notifications.audiences.request import Directory, Request, moved, released
from shared.contracts import routing
from shared.contracts.outbound import Next, OfferEnd


def made(event: routing.OfferMade, request: Request, directory: Directory) -> Decision:
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


def declined(event: routing.OfferDeclined, request: Request, directory: Directory) -> Decision:
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


def lapsed(event: routing.OfferLapsed, request: Request, directory: Directory) -> Decision:
    facts = event.data
    sentence = f"{directory.participant(facts.provider)} did not answer; another is looked for."
    told = _offer_ended(
        facts, "offer_lapsed", "The offer has lapsed: no answer came in time. Nothing is owed."
    )
    return Decision(
        (told, NotNeeded(request.participant, FOLLOWS_AT_ONCE)),
        released(moved(event, request, sentence)),
    )


def withdrawn(event: routing.OfferWithdrawn, request: Request) -> Decision:
    told = _offer_ended(
        event.data,
        "offer_withdrawn",
        "The offer is withdrawn: please stop; whatever you were told about it no longer holds.",
    )
    after = released(moved(event, request, request.sentence))
    return Decision((told, NotNeeded(request.participant, FOLLOWS_AT_ONCE)), after)
