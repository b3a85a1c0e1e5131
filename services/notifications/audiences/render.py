"""Text for people: a sentence for each status, and the data of each message."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from services.notifications.audiences.request import Asked, Directory, Request
from shared.contracts import routing
from shared.contracts.intake import Reason, RefusalFacts, RequestAccepted, Window
from shared.contracts.outbound import (
    Accepted,
    AgencySummary,
    ContactCard,
    EngagementMessage,
    Next,
    OfferMessage,
    Referral,
    Refused,
    StatusChanged,
)

PROGRAM_OFFICE = "The program office can say where else to go; it sees this request."
ASK_THE_OFFICE = "The program office can say where else to go."
WAITING = {
    "program_not_open": "Your request waits because {program} is not open yet.",
    "program_suspended": "Your request waits because {program} is suspended; it keeps its place.",
    "no_capacity": "Your request waits because no provider has room for it now.",
}
REFERRED = {
    "authority_not_confirmed": "The program office makes sure that the agency's executive wants"
    " this request.",
    "ori_not_listed": "The program office looks at your request: its ORI is in no agency list.",
    "no_ori": "The program office looks at your request because it names no ORI.",
    "ori_ambiguous": "The program office looks at your request: several agencies share its ORI.",
    "state_not_as_listed": "The program office looks at your request: the agency list has its ORI"
    " in another state.",
    "name_not_as_listed": "The program office looks at your request: the agency list has another"
    " name under its ORI.",
    "calendar_ended": "The program office looks at your request: no date for an"
    " answer can be set now.",
    "no_candidate": "The program office looks for a provider: none fits your request by rule.",
    "countered": "A provider proposed other terms; the program office decides about them.",
    "engagement_ended": "The work with your provider has ended; the program office decides what"
    " comes next.",
}
CLOSED = {
    "completed": "The work with {provider} is completed and the request is closed.",
    "withdrawn_by_agency": "The request is closed because the agency withdrew.",
    "ended_by_program": "The program ended the work and the request is closed.",
    "superseded": "The request is closed because something else took its place.",
    "handed_over": "The work was handed over and this request is closed.",
    "provider_lost": "The request is closed because {provider} cannot go on.",
    "duplicate": "The request is closed because it is the same as another one.",
}
ENDED_FOR_REQUESTER = {
    "provider_lost": "{provider} cannot go on. Your request keeps its place, and another provider"
    " is looked for.",
}
ENDED_OTHERWISE = (
    "The program office ended the work with {provider}. Your request keeps its place, and another"
    " provider is looked for."
)
STOP = (
    "The agency withdrew: please stop the work. What you were told of its need and its"
    " contacts may no longer be used."
)
AFFECTED = {
    "program_suspended": "The program is suspended. This work goes on as agreed.",
    "program_ended": "The program has ended. This work goes on as agreed.",
    "takes_part_again": "You may get offers again. This work goes on as before.",
}
AFFECTED_FOR_OFFICE = {
    "provider_suspended": "{provider} is suspended; this work goes on with it.",
    "provider_ended": "{provider} has ended; this work goes on with it until you end it.",
    "provider_not_registered": "{provider} is no longer registered, so its messages are refused;"
    " please end this work, so that another provider can go on with it.",
    "program_suspended": "The program is suspended; this work goes on with {provider}.",
    "program_ended": "The program has ended; this work goes on with {provider} until you end it.",
    "takes_part_again": "{provider} and the program take part again; this work goes on.",
}
STOPPED = "The program is suspended: please stop this work until you are told that it goes on."
STOPPED_FOR_OFFICE = {
    "provider_suspended": "{provider} is suspended, and so is the program; its work stops.",
    "provider_ended": "{provider} has ended, and the program is suspended; its work stops.",
    "provider_not_registered": "{provider} is no longer registered, and the program is suspended;"
    " its work stops.",
    "program_suspended": "The program is suspended; the work of {provider} stops until it goes"
    " on.",
}
STOPPED_FOR_REQUESTER = (
    "{program} is suspended; the work with {provider} stops until the program goes on."
)
GOES_ON_AGAIN = "The work with {provider} goes on."
REHOME = "The program has ended; please let another one go on with the work of {provider}."
STOP_WITH_THE_PROGRAM = (
    "The program has ended, and this engagement with it: please stop the work. What you were told"
    " of the agency's need and its contacts may no longer be used."
)
STOP_FOR_THE_OFFICE = (
    "The program office ended this engagement: please stop the work. What you were told of the"
    " agency's need and its contacts may no longer be used."
)
TAKEN_AS = {
    "cannot_go_on": "The reason you gave is taken as cannot_go_on: the engagement ends, and the"
    " request goes back to its place.",
}
OFFER_WITHDRAWN = {
    routing.NO_LONGER_FITS: "The offer is withdrawn: the agency changed its request, which no"
    " longer fits what you offer. It does not count as a decline.",
    routing.UNREACHABLE: "The offer is withdrawn: no email about it reached you. It does not"
    " count as a decline.",
}
NOT_REACHED = "We could not reach {provider}, so this took longer; another is looked for."
ENDED = {
    "closed": "was closed",
    "ineligible": "was found not eligible",
    "withdrawn": "was withdrawn",
}
PROGRESS = {
    "in_delivery": "The work with {provider} is under way.",
    "delivered": "{provider} reports its work as delivered; the request is not closed yet.",
}
NEXT = {
    "triaged": "A provider is looked for.",
    "assigned": "{provider} gets in touch to plan the work with you.",
    "in_delivery": "{provider} reports each milestone.",
    "delivered": "The engagement is closed when everything is handed in.",
    "referred": "The program office decides.",
}


NOTHING_CHANGED = "what the provider was told has not changed"
_PARTS = {
    "topics": "the topics",
    "service_forms": "the forms of help",
    "wished": "the dates",
    "need": "its words",
}


def stop(data: routing.ClosedFacts) -> str:
    """Return the sentence that tells a provider to stop, as its engagement was closed."""
    return STOP_WITH_THE_PROGRAM if data.ended_by == data.program else STOP_FOR_THE_OFFICE


def received(tracking_number: str) -> str:
    return f"Your request was received and has the number {tracking_number}."


def sentence_for(sentences: dict[str, str], code: str, otherwise: str, **names: str) -> str:
    """Return the sentence for *code*; an unknown code gets *otherwise*."""
    return sentences.get(code, otherwise).format(**names)


def accepted(event: RequestAccepted, *, at: datetime) -> Accepted:
    data = event.data
    return Accepted(
        reference=data.reference,
        request_id=data.request_id,
        tracking_number=data.tracking_number,
        lane=data.urgency,
        acknowledged_at=at,
    )


def refused(data: RefusalFacts) -> Refused:
    return Refused(
        reference=data.reference,
        refused_by=data.refused_by,
        reasons=data.reasons,
        more=data.more,
        elsewhere=data.elsewhere,
    )


def status_changed(
    request: Request,
    next_: Next | None = None,
    *,
    reasons: Iterable[Reason] = (),
    elsewhere: str | None = None,
) -> StatusChanged:
    """Return the message about the current status of *request*."""
    return StatusChanged(
        tracking_number=request.tracking_number,
        status=request.status,
        since=request.since,
        sentence=request.sentence,
        program=request.program,
        provider=request.provider,
        next=next_,
        reasons=list(reasons),
        elsewhere=elsewhere,
    )


def offer_made(request: Request, data: routing.OfferFacts) -> OfferMessage:
    """Return the offer; need and contacts follow only when the provider accepts."""
    return OfferMessage(
        offer_id=data.offer_id,
        tracking_number=request.tracking_number,
        expires_at=data.expires_at,
        program=data.program or "",
        agency=AgencySummary(
            name=request.agency_name,
            cri_type=request.cri_type,
            agency_class=request.agency_class,
            state=request.state,
            sworn_band=request.sworn_band,
        ),
        **asked(request),
        continues=data.continues,
        sentence=request.provider_sentence or "",
    )


def asked(request: Request) -> dict[str, Any]:
    """Return what the request asks for, as fields of messages to its provider."""
    told = request.told
    return {
        "topics": list(told.topics),
        "service_forms": list(told.service_forms),
        "wished": told.wished,
    }


def differences(before: Request | None, after: Request) -> list[str]:
    """Return the parts that changed for the provider; all if the earlier ones are unknown."""
    names = list(Asked._fields)
    if before is None or before.asked is None:
        return names
    return [name for name in names if getattr(before.told, name) != getattr(after.told, name)]


def changed(names: Sequence[str]) -> str:
    """Return the sentence that tells a provider which parts have changed."""
    parts = [_PARTS[name] for name in names]
    listed = " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)
    return f"The agency changed its request: {listed}."


def engagement_opened(
    request: Request, engagement_id: str, *, need: str | None, contacts: Iterable[ContactCard]
) -> EngagementMessage:
    """Return the need and contacts: restricted, only for the provider that accepted."""
    return EngagementMessage(
        engagement_id=engagement_id,
        tracking_number=request.tracking_number,
        need=json.loads(need) if need is not None else None,
        contacts=list(contacts),
        **asked(request),
        sentence=f"You accepted {request.tracking_number}: please get in touch with the agency.",
    )


def referral_made(data: routing.ReferralFacts) -> Referral:
    counter = Window(from_=data.counter_from, until=data.counter_until)
    return Referral(
        tracking_number=data.tracking_number,
        reason=data.reason,
        sentence=data.decision.because.staff,
        provider=data.provider,
        counter=counter if data.reason == "countered" else None,
        counter_service_forms=data.counter_service_forms,
        proposed_program=data.proposed_program,
    )


def came_too_late(ended: str) -> str:
    words = ENDED.get(ended, "had ended")
    return f"Your amendment came too late and has no effect: the request {words} before."


def next_step(status: str, directory: Directory, provider: str | None) -> Next | None:
    """Return the next step after *status*; it has no deadline."""
    words = NEXT.get(status)
    if words is None:
        return None
    return Next(what=words.format(provider=directory.participant(provider or "the provider")))
