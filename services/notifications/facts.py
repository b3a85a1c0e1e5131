"""Finds who decides about a fact, and gives it what it needs of the working state."""

from collections.abc import Callable, Mapping
from typing import Any

from services.notifications import decide, gather
from services.notifications.audiences import answers, status
from services.notifications.audiences.audience import Decision
from services.notifications.audiences.request import Request
from services.notifications.working import Working
from shared.contracts import intake, routing
from shared.contracts.event import Event
from shared.contracts.outbound import ContactCard


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
    listing = state.listing(gather.question_of(event))
    return status.told(event, state.known(event.data.about), listing, state.directory, at=state.at)


_FORWARDED = (
    intake.WithdrawalRequested,
    intake.CapacityDeclared,
    intake.OfferAnswered,
    intake.MilestoneReported,
    intake.EngagementCloseReported,
    intake.RequestDirected,
)

# A table and not `match`: pydantic makes isinstance slow, and this runs for every event.
_DECISIONS: Mapping[type[Event], Callable[[Any, Working], Decision]] = {
    intake.RequestAccepted: lambda event, state: answers.accepted(event, at=state.at),
    intake.RequestAmended: lambda event, state: answers.amended(
        event, state.requests[event.subject]
    ),
    intake.SubmissionRefused: lambda event, _: answers.refused(event),
    intake.StatusAsked: lambda event, state: _status(state, event),
    intake.ContactSet: lambda event, _: answers.contact_set(event),
    routing.MessageApplied: lambda event, _: answers.applied(event),
    routing.MessageRefused: lambda event, _: answers.message_refused(event),
    **dict.fromkeys(_FORWARDED, lambda event, _: answers.forwarded(event)),
    routing.AmendmentCameTooLate: lambda event, _: answers.came_too_late(event),
    **dict.fromkeys(gather.REFERENCE, lambda event, _: answers.reference_set(event)),
    **dict.fromkeys(gather.ABOUT_REQUESTS, lambda event, state: _about_request(state, event)),
}


def decision_of(event: Any, state: Working) -> Decision:
    """Return who is told of *event*, in the state the batch has come to."""
    return _DECISIONS[type(event)](event, state)
