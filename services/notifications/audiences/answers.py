"""Who must know of what intake, and routing for single messages, say back to a sender. Pure."""

from datetime import datetime

from services.notifications.audiences import render, request
from services.notifications.audiences.audience import Decision, NotNeeded, Send
from services.notifications.audiences.request import Request
from shared.contracts import intake, reference, routing
from shared.contracts.event import Event, Facts, participant_of
from shared.contracts.outbound import Applied, CameTooLate, Refused

ROUTING_ANSWERS = "routing decides this and answers it"
NO_RECORD = "no record of theirs led to this"
SUBMIT = "gov.cri.request.submit.v1"
WHAT = {
    "gov.cri.intake.participant_registered.v1": "participant.register",
    "gov.cri.intake.program_defined.v1": "program.define",
    "gov.cri.intake.topic_defined.v1": "topic.define",
    "gov.cri.intake.provider_listed.v1": "provider.list",
    "gov.cri.intake.ruleset_approved.v1": "ruleset.approve",
}


def accepted(event: intake.RequestAccepted, *, at: datetime) -> Decision:
    """Answer a submission with its tracking number."""
    facts = event.data
    held = request.accepted(event, sentence=render.received(facts.tracking_number))
    data = render.accepted(event, at=at)
    return Decision((answer(event, "accepted", data, audience=facts.participant),), held)


def amended(event: intake.RequestAmended, held: Request) -> Decision:
    """Answer an amendment; a provider keeps the offer as it was made."""
    facts = event.data
    data = Applied(what="request.amend", about=facts.tracking_number)
    told = answer(event, "applied", data, audience=facts.participant)
    after = request.amended(held, facts)
    if held.provider is None:
        return Decision((told,), after)
    kept = NotNeeded(held.provider, "the offer stands as it was made")
    return Decision((told, kept), after)


def forwarded(event: intake.IntakeEvent) -> Decision:
    """What intake hands on to routing is answered by routing."""
    data = event.data
    sender = data.provider if isinstance(data, PROVIDER_SAYS) else data.participant
    return Decision((NotNeeded(sender, ROUTING_ANSWERS),))


PROVIDER_SAYS = (
    intake.CapacityFacts,
    intake.OfferAnswerFacts,
    intake.MilestoneFacts,
    intake.CloseFacts,
)


def refused(event: intake.SubmissionRefused) -> Decision:
    facts = event.data
    kind = "refused" if facts.kind == SUBMIT else "message_refused"
    return Decision((answer(event, kind, render.refused(facts), audience=facts.participant),))


def contact_set(event: intake.ContactSet) -> Decision:
    facts = event.data
    data = Applied(what="contact.set", about=facts.contact_id)
    return Decision((answer(event, "applied", data, audience=facts.participant),))


def reference_set(event: reference.ReferenceEvent) -> Decision:
    data = Applied(what=WHAT[event.type], about=event.data.id)
    sender = participant_of(event.inreplyto) if event.inreplyto else "program_office"
    return Decision((answer(event, "applied", data, audience=sender, subject=event.data.id),))


def applied(event: routing.MessageApplied) -> Decision:
    facts = event.data
    data = Applied(what=facts.what, about=facts.about)
    return Decision((answer(event, "applied", data, audience=facts.participant),))


def message_refused(event: routing.MessageRefused) -> Decision:
    facts = event.data
    data = Refused(
        refused_by=facts.refused_by, reasons=facts.reasons, elsewhere=render.ASK_THE_OFFICE
    )
    return Decision((answer(event, "message_refused", data, audience=facts.participant),))


def came_too_late(event: routing.AmendmentCameTooLate) -> Decision:
    """Take back what `amended` answered."""
    facts = event.data
    data = CameTooLate(
        tracking_number=facts.tracking_number,
        status=facts.ended,
        record=facts.record,
        message_id=facts.message_id,
        sentence=render.came_too_late(facts.ended),
    )
    told = Send(facts.participant, "came_too_late", facts.tracking_number, data)
    return Decision((told,))


def answer(
    event: Event, kind: str, data: Facts, *, audience: str, subject: str | None = None
) -> Send | NotNeeded:
    """Answer the record that *event* goes back to, on the topic of whoever sent it."""
    if event.inreplyto is None:
        return NotNeeded(audience, NO_RECORD)
    sender = participant_of(event.inreplyto)
    return Send(sender, kind, event.subject if subject is None else subject, data, answer=True)
