"""Who must know of an engagement: opened, in progress, closed. Pure."""

from collections.abc import Iterable

from services.notifications.audiences import render
from services.notifications.audiences.audience import (
    OWN_ACT,
    Decision,
    NotNeeded,
    Send,
    requester,
)
from services.notifications.audiences.request import Directory, Request, moved
from shared.contracts import routing
from shared.contracts.outbound import ContactCard


def opened(
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


def progressed(
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


def closed(event: routing.EngagementClosed, request: Request, directory: Directory) -> Decision:
    facts = event.data
    sentence = render.in_words(
        render.CLOSED,
        facts.reason,
        "The request is closed.",
        provider=directory.participant(facts.provider),
    )
    after = moved(event, request, sentence, provider_sentence="You closed this request.")
    return Decision((requester(after), NotNeeded(facts.provider, OWN_ACT)), after)
