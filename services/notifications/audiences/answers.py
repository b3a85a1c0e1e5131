"""Answers to senders: from intake, routing and reporting, and for reference data."""

from services.notifications.audiences import case_file, render
from services.notifications.audiences.audience import View
from shared.contracts import intake, reference, reporting, routing
from shared.contracts.outbound import Accepted, Applied, CameTooLate, CaseFile, Refused

_SUBMIT = "gov.cri.request.submit.v1"


def accepted(event: intake.RequestAccepted, view: View) -> Accepted:
    return render.accepted(event, at=view.at)


def amended(event: intake.RequestAmended, _: View) -> Applied:
    return Applied(what="request.amend", about=event.data.tracking_number)


def submission_refused(event: intake.SubmissionRefused, _: View) -> Refused | None:
    return render.refused(event.data) if event.data.kind == _SUBMIT else None


def message_refused(event: intake.SubmissionRefused, _: View) -> Refused | None:
    return render.refused(event.data) if event.data.kind != _SUBMIT else None


def case_told(event: intake.CaseFileAsked, view: View) -> CaseFile:
    assert view.file is not None
    return case_file.told(event, view.file, view.at)


def contact_set(event: intake.ContactSet, _: View) -> Applied:
    return Applied(what="contact.set", about=event.data.contact_id)


def preference_set(event: intake.PreferenceSet, _: View) -> Applied:
    return Applied(what="preference.set", about=event.data.contact_id)


def participant_registered(event: reference.ParticipantRegistered, _: View) -> Applied:
    return Applied(what="participant.register", about=event.data.id)


def program_defined(event: reference.ProgramDefined, _: View) -> Applied:
    return Applied(what="program.define", about=event.data.id)


def topic_defined(event: reference.TopicDefined, _: View) -> Applied:
    return Applied(what="topic.define", about=event.data.id)


def provider_listed(event: reference.ProviderListed, _: View) -> Applied:
    return Applied(what="provider.list", about=event.data.id)


def ruleset_approved(event: reference.RulesetApproved, _: View) -> Applied:
    return Applied(what="ruleset.approve", about=event.data.id)


def calendar_defined(event: reference.CalendarDefined, _: View) -> Applied:
    return Applied(what="calendar.define", about=event.data.id)


def staff_set(event: reference.StaffSet, _: View) -> Applied:
    return Applied(what="staff.set", about=event.data.id)


def solicitation_announced(event: reference.SolicitationAnnounced, _: View) -> Applied:
    return Applied(what="solicitation.announce", about=event.data.id)


def agency_set(event: reference.AgencySet, _: View) -> Applied:
    return Applied(what="agency.set", about=event.data.id)


def hold_set(event: reference.HoldSet, _: View) -> Applied:
    return Applied(what="hold.set", about=event.data.id)


def applied(event: routing.MessageApplied, _: View) -> Applied:
    data = event.data
    sentence = None if data.taken_as is None else render.TAKEN_AS.get(data.taken_as)
    return Applied(what=data.what, about=data.about, sentence=sentence)


def refused_by_routing(event: routing.MessageRefused, _: View) -> Refused:
    data = event.data
    return Refused(
        refused_by=data.refused_by, reasons=data.reasons, elsewhere=render.ASK_THE_OFFICE
    )


def applied_to_assessment(event: reporting.MessageApplied, _: View) -> Applied:
    return Applied(what=event.data.what, about=event.data.about)


def refused_by_reporting(event: reporting.MessageRefused, _: View) -> Refused:
    return Refused(refused_by=event.data.refused_by, reasons=event.data.reasons)


def came_too_late(event: routing.AmendmentCameTooLate, _: View) -> CameTooLate:
    """Take back that the amendment was applied."""
    data = event.data
    return CameTooLate(
        tracking_number=data.tracking_number,
        status=data.ended,
        record=data.record,
        message_id=data.message_id,
        sentence=render.came_too_late(data.ended),
    )
