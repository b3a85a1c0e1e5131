"""Messages about reports of an assessment."""

from collections.abc import Mapping, Sequence

from services.notifications.audiences.audience import View
from services.notifications.audiences.engagements import OWN_ACT
from shared.clocks.written import day_in_words, moment_in_utc
from shared.contracts import reporting
from shared.contracts.event import sender_of
from shared.contracts.outbound import (
    FactCheck,
    Note,
    ReplyWanted,
    ReportLate,
    ReportStatusChanged,
    ReportText,
)
from shared.contracts.reporting import FactCheckAsked, PublicationLate, ReplyAsked, ReportTold

_FOR_DRAFTER: Mapping[reporting.ReportStatus, str] = {
    "returned": "Version {version} of the report {report} is returned. Please draft the next"
    " version; why it is returned follows by itself.",
    "published": "The report {report} is published.",
    "corrected": "The published report {report} is corrected in one place.",
    "withdrawn": "The published report {report} is withdrawn; its page says why.",
}
_FOR_AGENCY: Mapping[reporting.ReportStatus, str] = {
    "returned": "The draft of a report about this agency is returned: it need not be checked any"
    " more. You are asked again when the next version is drafted.",
    "corrected": "A published report about this agency is corrected in one place; its page shows"
    " both texts.",
    "withdrawn": "A published report about this agency is withdrawn; its page says why.",
}


def to_check(event: FactCheckAsked, _: View) -> FactCheck:
    """Return what the agency is to check, and until when; the text is not in it."""
    data = event.data
    day = moment_in_utc(data.due_at)
    return FactCheck(
        tracking_number=data.tracking_number,
        engagement_id=data.engagement_id,
        report_id=data.report_id,
        version=data.version,
        hash=data.hash,
        due_at=data.due_at,
        sentence=f"A report is drafted. The agency may say until {day} what is wrong in it.",
    )


def to_reply(event: ReplyAsked, _: View) -> ReplyWanted:
    """Return what the agency may reply to, and until when."""
    data = event.data
    day = moment_in_utc(data.due_at)
    return ReplyWanted(
        tracking_number=data.tracking_number,
        engagement_id=data.engagement_id,
        report_id=data.report_id,
        version=data.version,
        hash=data.hash,
        due_at=data.due_at,
        sentence="A report about this agency is published. The agency may reply until"
        f" {day}; its reply is published next to the report, without changes.",
    )


def told(event: ReportTold, _: View) -> ReportText:
    """Return the text of a report, for the agency that asked for it."""
    data = event.data
    return ReportText(
        tracking_number=data.tracking_number,
        engagement_id=data.engagement_id,
        report_id=data.body.report_id,
        version=data.body.version,
        hash=data.hash,
        stage=data.stage,
        until=data.until,
        report=data.body,
        corrections=data.corrections,
    )


def late(event: PublicationLate, _: View) -> ReportLate:
    """Return which report is late: the public page says the same."""
    day = day_in_words(event.data.due_on)
    return _late(event, f"A report about this agency was due on {day} and is late.")


def late_for_provider(event: PublicationLate, _: View) -> ReportLate:
    """Tell the provider of the assessment, which may have to draft it."""
    day = day_in_words(event.data.due_on)
    return _late(
        event,
        f"A report about your work was due on {day} and is late. If it waits for you, please"
        " draft it.",
    )


def _late(event: PublicationLate, sentence: str) -> ReportLate:
    data = event.data
    return ReportLate(
        tracking_number=data.tracking_number,
        engagement_id=data.engagement_id,
        kind=data.kind,
        due_on=data.due_on,
        sentence=sentence,
    )


def drafter(event: reporting.ReportStatusChanged, _: View) -> Sequence[str]:
    """Return the participant that drafted the report: a provider, or a program office."""
    return (event.data.drafted_by,)


def status_for_drafter(event: reporting.ReportStatusChanged, _: View) -> ReportStatusChanged | str:
    """Tell the drafter what has become of its report, unless it did that itself."""
    if sender_of(event) == event.data.drafted_by:
        return OWN_ACT
    return _status(event, _FOR_DRAFTER)


def status_for_agency(event: reporting.ReportStatusChanged, _: View) -> ReportStatusChanged | str:
    """Tell the agency what has become of a report about it."""
    if event.data.status == "published":
        return "it is told that it may reply to the report"
    return _status(event, _FOR_AGENCY)


def _status(
    event: reporting.ReportStatusChanged, sentences: Mapping[reporting.ReportStatus, str]
) -> ReportStatusChanged:
    data = event.data
    return ReportStatusChanged(
        tracking_number=data.tracking_number,
        engagement_id=data.engagement_id,
        report_id=data.report_id,
        version=data.version,
        status=data.status,
        sentence=sentences[data.status].format(version=data.version, report=data.report_id),
    )


def why_returned(event: reporting.ReturnReasonTold, view: View) -> Note | str:
    """Return why a version was returned, for the participant that drafted it."""
    data, by = event.data, sender_of(event)
    if by is None or by == data.participant:
        return OWN_ACT
    office = view.directory.participant(by)
    return Note(
        tracking_number=data.tracking_number,
        about=data.engagement_id,
        provider=by,
        note=data.why,
        sentence=f"{office} wrote this when it returned version {data.version} of the report"
        f" {data.report_id}.",
    )
