"""
The one table of who hears of what.

Each type of fact has its audiences, in the order in which they are served: by which message each
hears of it, or why it needs none. ``docs/integrate.md`` tells participants the same.
"""

from typing import Any, TypeVar, assert_never

from services.notifications.audiences import (
    answers,
    engagements,
    notes,
    offers,
    requests,
    status,
)
from services.notifications.audiences.audience import (
    Again,
    Not,
    Row,
    To,
    author,
    holder,
    no_office,
    offices,
    provider,
    requester,
    sender,
)
from shared.contracts import intake, reference, routing

Fact = (
    reference.ReferenceEvent
    | intake.IntakeEvent
    | intake.AnswerEvent
    | intake.ConfidentialEvent
    | routing.AnnouncedEvent
)
"""Every event that notifications reads."""
Rows = tuple[Row, ...]
_E = TypeVar("_E")
_FOLLOWS = "what it leads to follows at once and is told"
_OWN_ACT = "it did this itself and was answered"
_ROUTING_ANSWERS = "routing decides this and answers it"
_CLOCK = "a missed clock changes no state; it shows in the figures"
_NO_OFFICE = "no program office is registered"
_known: dict[type[Any], Rows] = {}


def rows_of(event: Fact) -> Rows:
    """Return the rows of *event*, which depend on its type alone."""
    rows = _known.get(type(event))
    if rows is None:
        rows = _known[type(event)] = _rows_of(event)
    return rows


def answers_a_record(event: Fact) -> bool:
    """Tell whether *event* is answered to the sender of the record that it goes back to."""
    return event.inreplyto is not None and any(row.audience is sender for row in rows_of(event))


def _hears(event: _E, *rows: To[_E] | Again | Not) -> Rows:
    """Return *rows*; mypy holds their contents to the type of *event*."""
    return rows


def _rows_of(event: Fact) -> Rows:
    match event:
        # Submissions, amendments, and what routing answers
        case intake.RequestAccepted():
            return _hears(event, To(sender, "accepted", answers.accepted))
        case intake.RequestAmended():
            return _hears(
                event,
                To(sender, "applied", answers.amended),
                Not(holder, "the offer stands as it was made"),
            )
        case (
            intake.WithdrawalRequested()
            | intake.CapacityDeclared()
            | intake.OfferAnswered()
            | intake.MilestoneReported()
            | intake.EngagementCloseReported()
            | intake.RequestDirected()
        ):
            return (Not(author, _ROUTING_ANSWERS),)

        # Answers to single messages
        case intake.SubmissionRefused():
            return _hears(
                event,
                To(sender, "refused", answers.submission_refused),
                To(sender, "message_refused", answers.message_refused),
            )
        case intake.AnswerRepeated():
            return _hears(event, Again(sender))
        case intake.StatusAsked():
            return _hears(
                event,
                To(sender, "status", status.told),
                To(sender, "message_refused", status.refused),
            )
        case intake.ContactSet():
            return _hears(event, To(sender, "applied", answers.contact_set))
        case routing.MessageApplied():
            return _hears(event, To(sender, "applied", answers.applied))
        case routing.MessageRefused():
            return _hears(event, To(sender, "message_refused", answers.refused_by_routing))
        case routing.AmendmentCameTooLate():
            return _hears(event, To(requester, "came_too_late", answers.came_too_late))

        # Confidential: needs are kept for the provider, notes are handed on
        case intake.NeedStated():
            return ()
        case intake.NoteStated():
            return _hears(
                event,
                Not(notes.author_of_refused, "the message that it came with was refused"),
                To(offices, "note_stated", notes.for_office, restricted=True),
                Not(notes.no_office, _NO_OFFICE),
                To(notes.requester, "note_stated", notes.for_requester, restricted=True),
            )

        # The life of a request
        case routing.RequestTriaged():
            return _hears(event, Not(requester, _FOLLOWS))
        case routing.RequestWaitlisted():
            return _hears(event, To(requester, "status_changed", requests.waitlisted))
        case routing.RequestReferred():
            return _hears(
                event,
                To(requester, "status_changed", requests.referred),
                To(offices, "referral_made", requests.referral_made),
                Not(no_office, _NO_OFFICE),
            )
        case routing.RequestIneligible():
            return _hears(event, To(requester, "status_changed", requests.ineligible))
        case routing.RequestWithdrawn():
            return _hears(
                event,
                To(requester, "status_changed", requests.withdrawn),
                To(provider, "engagement_ended", engagements.ended),
                To(offices, "status_changed", requests.referral_withdrawn),
            )
        case routing.OfferMade():
            return _hears(
                event,
                To(provider, "offer_made", offers.made),
                To(requester, "status_changed", offers.asked),
            )
        case routing.OfferDeclined():
            return _hears(event, Not(provider, _OWN_ACT), Not(requester, _FOLLOWS))
        case routing.OfferLapsed():
            return _hears(
                event, To(provider, "offer_lapsed", offers.lapsed), Not(requester, _FOLLOWS)
            )
        case routing.OfferWithdrawn():
            return _hears(
                event, To(provider, "offer_withdrawn", offers.withdrawn), Not(requester, _FOLLOWS)
            )
        case routing.EngagementOpened():
            return _hears(
                event,
                To(provider, "engagement_opened", engagements.handed_over, restricted=True),
                To(requester, "status_changed", engagements.opened),
            )
        case routing.EngagementProgressed():
            return _hears(
                event,
                To(requester, "status_changed", engagements.progressed),
                Not(provider, _OWN_ACT),
            )
        case routing.EngagementClosed():
            return _hears(
                event,
                To(requester, "status_changed", engagements.closed),
                Not(provider, _OWN_ACT),
            )
        case routing.ClockMissed():
            return _hears(event, Not(requester, _CLOCK), Not(offices, _CLOCK))

        # Reference data
        case reference.ParticipantRegistered():
            return _hears(event, To(sender, "applied", answers.participant_registered))
        case reference.ProgramDefined():
            return _hears(event, To(sender, "applied", answers.program_defined))
        case reference.TopicDefined():
            return _hears(event, To(sender, "applied", answers.topic_defined))
        case reference.ProviderListed():
            return _hears(event, To(sender, "applied", answers.provider_listed))
        case reference.RulesetApproved():
            return _hears(event, To(sender, "applied", answers.ruleset_approved))
        case _:
            assert_never(event)
