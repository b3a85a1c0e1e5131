"""Finds who decides about a fact, and gives it what it needs of the working state."""

from typing import Any

from services.notifications import answers, decide, gather, status
from services.notifications.audience import Decision
from services.notifications.request import Request
from services.notifications.working import Working
from shared.contracts import intake, routing
from shared.contracts.outbound import ContactCard


def decision_of(event: Any, state: Working) -> Decision:
    """Return who is told of *event*, in the state the batch has come to."""
    match event:
        case intake.RequestAccepted():
            return answers.accepted(event, at=state.at)
        case intake.RequestAmended():
            return answers.amended(event, state.requests[event.subject])
        case routing.MessageApplied():
            return answers.applied(event)
        case routing.MessageRefused():
            return answers.message_refused(event)
        case intake.SubmissionRefused():
            return answers.refused(event)
        case intake.StatusAsked():
            return _status(state, event)
        case intake.ContactSet():
            return answers.contact_set(event)
        case _ if isinstance(event, gather.REFERENCE):
            return answers.reference_set(event)
        case _ if isinstance(event.data, routing.RequestStateFacts):
            return _about_request(state, event)
    return answers.forwarded(event)


def _about_request(state: Working, event: routing.RequestEvent) -> Decision:
    request = state.requests[event.subject]
    if type(event) is not routing.EngagementOpened:
        return decide.decide(event, request, state.directory)
    return decide.decide(
        event,
        request,
        state.directory,
        need=state.needs_stated.get(event.subject, state.needs.get(event.subject)),
        contacts=[_card(state, request, contact_id) for contact_id in request.contact_ids],
    )


def _card(state: Working, request: Request, contact_id: str) -> ContactCard:
    key = (request.participant, contact_id)
    found = state.contacts_set.get(key) or state.contacts.get(key)
    return found or ContactCard(contact_id=contact_id)


def _status(state: Working, event: intake.StatusAsked) -> Decision:
    asker, about = event.data.participant, event.data.about
    return status.told(
        event, state.known(about), state.listing((asker, about)), state.directory, at=state.at
    )
