"""
The table of audiences: who is sent which message for each type of event.

Each row names an audience and its message, or why it needs none. Rows apply in order.
``docs/integrate.md`` documents the same for participants.
"""

from typing import Any, TypeVar, assert_never

from services.notifications.audiences import (
    answers,
    clocks,
    codes,
    contacts,
    deliveries,
    engagements,
    forgetting,
    notes,
    offers,
    recommendations,
    reports,
    requests,
    settlements,
    status,
    subscriptions,
)
from services.notifications.audiences.audience import (
    NoMessage,
    RepeatAnswer,
    Row,
    To,
    author,
    no_office,
    offices,
    provider,
    requester,
    sender,
)
from shared.contracts import (
    assessments,
    intake,
    notifications,
    publications,
    reference,
    reporting,
    routing,
)

InputEvent = (
    reference.ReferenceEvent
    | intake.IntakeEvent
    | intake.AnswerEvent
    | intake.ConfidentialEvent
    | assessments.AssessmentEvent
    | publications.PublicationMessage
    | reporting.ReportingEvent
    | reporting.TextEvent
    | routing.AnnouncedEvent
    | notifications.NoticeUndelivered
)
"""Every event that notifications reads."""
Rows = tuple[Row, ...]
_E = TypeVar("_E")
_FOLLOWS = offers.FOLLOWS
_ROUTING_ANSWERS = "routing decides this and answers it"
_REPORTING_ANSWERS = "reporting decides this and answers it"
_NEW_DATE = "the date is for the one who must act"
_NO_OFFICE = "no program office is registered"
_rows_by_type: dict[type[Any], Rows] = {}


def rows_of(event: InputEvent) -> Rows:
    """Return the rows of *event*, which depend on its type alone."""
    rows = _rows_by_type.get(type(event))
    if rows is None:
        rows = _rows_by_type[type(event)] = _rows_of(event)
    return rows


def answers_a_record(event: InputEvent) -> bool:
    """Return whether *event* answers the record that caused it."""
    return event.inreplyto is not None and any(row.audience is sender for row in rows_of(event))


def _rows(event: _E, *rows: To[_E] | RepeatAnswer | NoMessage) -> Rows:
    """Return *rows*; mypy checks their contents against the type of *event*."""
    return rows


def _rows_of(event: InputEvent) -> Rows:
    match event:
        # Submissions, amendments, and what routing answers
        case intake.RequestAccepted():
            return _rows(event, To(sender, "accepted", answers.accepted))
        case intake.RequestAmended():
            return _rows(event, To(sender, "applied", answers.amended))
        case (
            intake.WithdrawalRequested()
            | intake.CapacityDeclared()
            | intake.OfferAnswered()
            | intake.MilestoneReported()
            | intake.EngagementCloseReported()
            | intake.EngagementEndDirected()
            | intake.EngagementRehomeDirected()
            | intake.ClockSettleDirected()
            | intake.RequestDirected()
        ):
            return (NoMessage(author, _ROUTING_ANSWERS),)

        # Assessments
        case (
            assessments.FocusAreaSet()
            | assessments.FindingRecorded()
            | assessments.RecommendationRecorded()
            | assessments.RecommendationClaimed()
            | assessments.StatusProposed()
            | assessments.StatusVerificationDirected()
            | publications.PlanDirected()
            | publications.RescheduleDirected()
            | publications.ReportDrafted()
            | publications.ReportAsked()
            | publications.FactCheckAnswered()
            | publications.PublicationApproved()
            | publications.PublicationReturned()
            | publications.ReplyReceived()
            | publications.CorrectionDirected()
            | publications.CorrectionApproved()
            | publications.WithdrawalDirected()
        ):
            return (NoMessage(author, _REPORTING_ANSWERS),)
        case reporting.MessageApplied():
            return _rows(event, To(sender, "applied", answers.applied_to_assessment))
        case reporting.MessageRefused():
            return _rows(event, To(sender, "message_refused", answers.refused_by_reporting))
        case reporting.ReportTold():
            return _rows(event, To(sender, "report_told", reports.told, restricted=True))
        case reporting.ReportRead():
            return (NoMessage(author, "the text itself is the answer"),)
        case reporting.ReturnReasonTold():
            return _rows(
                event, To(requester, "note_stated", reports.why_returned, restricted=True)
            )
        case reporting.ReportStatusChanged():
            return _rows(
                event,
                To(requester, "report_status", reports.status_for_agency),
                To(reports.drafter, "report_status", reports.status_for_drafter),
            )
        case reporting.RecommendationChanged():
            return _rows(event, To(provider, "recommendation_changed", recommendations.changed))
        case reporting.FactCheckAsked():
            return _rows(
                event,
                To(requester, "fact_check_asked", reports.to_check),
                To(offices, "fact_check_asked", reports.to_check),
                NoMessage(no_office, _NO_OFFICE),
            )
        case reporting.ReplyAsked():
            return _rows(event, To(requester, "reply_asked", reports.to_reply))
        case reporting.PublicationLate():
            return _rows(
                event,
                To(requester, "publication_late", reports.late),
                To(provider, "publication_late", reports.late_for_provider),
                To(offices, "publication_late", reports.late),
                NoMessage(no_office, _NO_OFFICE),
            )

        # Answers to single messages
        case intake.SubmissionRefused():
            return _rows(
                event,
                To(sender, "refused", answers.submission_refused),
                To(sender, "message_refused", answers.message_refused),
            )
        case intake.AnswerRepeated():
            return _rows(event, RepeatAnswer(sender))
        case intake.StatusAsked():
            return _rows(
                event,
                To(sender, "status", status.answered),
                To(sender, "message_refused", status.refused),
            )
        case intake.CaseFileAsked():
            return _rows(event, To(sender, "case_told", answers.case_told, restricted=True))
        case intake.ContactSet():
            return _rows(
                event,
                To(sender, "applied", answers.contact_set),
                To(contacts.working, "contact_changed", contacts.changed, restricted=True),
            )
        case intake.PreferenceSet():
            return _rows(event, To(sender, "applied", answers.preference_set))
        case intake.CodeAsked():
            return _rows(
                event,
                To(sender, "applied", codes.applied),
                To(sender, "message_refused", codes.refused),
            )
        case intake.PersonForgotten():
            return _rows(
                event,
                To(sender, "person_forgotten", forgetting.forgotten),
                To(forgetting.owner, "person_forgotten", forgetting.forgotten),
                To(contacts.working, "contact_changed", forgetting.erased, restricted=True),
            )
        case intake.NoticeSettleDirected():
            return _rows(
                event,
                To(sender, "applied", settlements.applied),
                To(sender, "message_refused", settlements.refused),
            )
        case intake.SubscriptionAskReceived():
            return _rows(event, To(sender, "applied", subscriptions.asked))
        case intake.SubscriptionConfirmReceived():
            return _rows(
                event,
                To(sender, "applied", subscriptions.confirmed),
                To(sender, "message_refused", subscriptions.unknown),
            )
        case intake.SubscriptionSetReceived():
            return _rows(
                event,
                To(sender, "applied", subscriptions.chosen),
                To(sender, "message_refused", subscriptions.unknown),
            )
        case intake.SubscriptionEndReceived():
            return _rows(event, To(sender, "applied", subscriptions.ended))
        case routing.MessageApplied():
            return _rows(event, To(sender, "applied", answers.applied))
        case routing.MessageRefused():
            return _rows(event, To(sender, "message_refused", answers.refused_by_routing))
        case routing.RequestFactsChanged():
            return _rows(
                event,
                To(provider, "offer_changed", offers.changed),
                To(provider, "engagement_changed", engagements.changed, restricted=True),
                To(requester, "passed_on", requests.passed_on),
            )
        case routing.AmendmentCameTooLate():
            return _rows(event, To(requester, "came_too_late", answers.came_too_late))

        # Confidential: needs are stored for the provider, notes are forwarded
        case intake.NeedStated():
            return ()
        case intake.NoteStated():
            return _rows(
                event,
                NoMessage(notes.author_of_refused, "the message that it came with was refused"),
                To(offices, "note_stated", notes.for_office, restricted=True),
                NoMessage(notes.no_office, _NO_OFFICE),
                To(notes.requester, "note_stated", notes.for_requester, restricted=True),
            )

        # The life of a request
        case routing.RequestTriaged():
            return _rows(event, NoMessage(requester, _FOLLOWS))
        case routing.RequestWaitlisted():
            return _rows(event, To(requester, "status_changed", requests.waitlisted))
        case routing.RequestReferred():
            return _rows(
                event,
                To(requester, "status_changed", requests.referred),
                To(offices, "referral_made", requests.referral_made),
                NoMessage(no_office, _NO_OFFICE),
            )
        case routing.RequestIneligible():
            return _rows(event, To(requester, "status_changed", requests.ineligible))
        case routing.RequestWithdrawn():
            return _rows(
                event,
                To(requester, "status_changed", requests.withdrawn),
                To(provider, "engagement_ended", engagements.ended),
                To(offices, "status_changed", requests.referral_withdrawn),
            )
        case routing.OfferMade():
            return _rows(
                event,
                To(provider, "offer_made", offers.made),
                To(requester, "status_changed", offers.asked),
            )
        case routing.OfferDeclined():
            return _rows(
                event, NoMessage(provider, engagements.OWN_ACT), NoMessage(requester, _FOLLOWS)
            )
        case routing.OfferLapsed():
            return _rows(
                event, To(provider, "offer_lapsed", offers.lapsed), NoMessage(requester, _FOLLOWS)
            )
        case routing.OfferWithdrawn():
            return _rows(
                event,
                To(provider, "offer_withdrawn", offers.withdrawn),
                To(requester, "status_changed", offers.not_reached),
            )
        case routing.EngagementOpened():
            return _rows(
                event,
                To(provider, "engagement_opened", engagements.handed_over, restricted=True),
                To(requester, "status_changed", engagements.opened),
            )
        case routing.EngagementProgressed():
            return _rows(
                event,
                To(requester, "status_changed", engagements.progressed),
                NoMessage(provider, engagements.OWN_ACT),
            )
        case routing.EngagementClosed():
            return _rows(
                event,
                To(requester, "status_changed", engagements.closed),
                To(provider, "engagement_ended", engagements.closed_by_office),
                To(offices, "engagement_ended", engagements.closed_with_program),
            )
        case routing.EngagementEnded():
            return _rows(
                event,
                To(requester, "status_changed", engagements.lost),
                To(provider, "engagement_ended", engagements.stopped),
                To(offices, "engagement_ended", engagements.given_up),
                NoMessage(no_office, _NO_OFFICE),
            )
        case routing.EngagementAffected():
            return _rows(
                event,
                To(provider, "engagement_affected", engagements.affected),
                To(offices, "engagement_affected", engagements.affected_for_office),
                NoMessage(no_office, _NO_OFFICE),
                To(requester, "status_changed", engagements.affected_for_requester),
            )
        case routing.ClockMissed() | routing.ClockStillMissed():
            return _rows(
                event,
                To(requester, "clock_late", clocks.for_requester),
                To(offices, "clock_late", clocks.for_office),
                NoMessage(no_office, _NO_OFFICE),
            )

        case routing.ClockReminded():
            return _rows(
                event,
                To(provider, "clock_reminder", clocks.remind_provider),
                To(offices, "clock_reminder", clocks.remind_office),
                NoMessage(requester, "a reminder is for the one who must act"),
            )
        case routing.ClockSettled():
            return _rows(event, To(requester, "clock_settled", clocks.settled))

        case routing.ClockPaused() | routing.ClockResumed():
            return _rows(event, NoMessage(requester, "told by the stop or the start of the work"))

        case routing.ClockMoved():
            return _rows(
                event,
                To(provider, "clock_moved", clocks.moved_for_provider),
                To(offices, "clock_moved", clocks.moved_for_office),
                NoMessage(requester, _NEW_DATE),
            )

        # Our own mails
        case notifications.NoticeUndelivered():
            return _rows(event, To(requester, "delivery_failed", deliveries.failed))

        # Reference data
        case reference.ParticipantRegistered():
            return _rows(event, To(sender, "applied", answers.participant_registered))
        case reference.ProgramDefined():
            return _rows(event, To(sender, "applied", answers.program_defined))
        case reference.TopicDefined():
            return _rows(event, To(sender, "applied", answers.topic_defined))
        case reference.ProviderListed():
            return _rows(event, To(sender, "applied", answers.provider_listed))
        case reference.RulesetApproved():
            return _rows(event, To(sender, "applied", answers.ruleset_approved))
        case reference.CalendarDefined():
            return _rows(event, To(sender, "applied", answers.calendar_defined))
        case reference.StaffSet():
            return _rows(event, To(sender, "applied", answers.staff_set))
        case reference.SolicitationAnnounced():
            return _rows(event, To(sender, "applied", answers.solicitation_announced))
        case reference.HoldSet():
            return _rows(event, To(sender, "applied", answers.hold_set))
        case reference.AgencySet():
            return _rows(event, To(sender, "applied", answers.agency_set))
        case _:
            assert_never(event)
