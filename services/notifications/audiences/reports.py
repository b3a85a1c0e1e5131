"""Messages about reports of an assessment."""

from datetime import datetime

from services.notifications.audiences.audience import View
from shared.contracts.outbound import FactCheck, ReplyWanted, ReportLate, ReportText
from shared.contracts.reporting import FactCheckAsked, PublicationLate, ReplyAsked, ReportTold


def to_check(event: FactCheckAsked, _: View) -> FactCheck:
    """Return what the agency is to check, and until when; the text is not in it."""
    data = event.data
    day = _moment(data.due_at)
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
    return ReplyWanted(
        tracking_number=data.tracking_number,
        engagement_id=data.engagement_id,
        report_id=data.report_id,
        version=data.version,
        hash=data.hash,
        due_at=data.due_at,
        sentence="A report about this agency is published. The agency may reply until"
        f" {_moment(data.due_at)}; its reply is published next to the report, without changes.",
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
    data = event.data
    day = f"{data.due_on:%B} {data.due_on.day}, {data.due_on.year}"
    return ReportLate(
        tracking_number=data.tracking_number,
        engagement_id=data.engagement_id,
        kind=data.kind,
        due_on=data.due_on,
        sentence=f"A report about this agency was due on {day} and is late.",
    )


def _moment(at: datetime) -> str:
    return f"{at:%B} {at.day}, {at:%Y, %H:%M %Z}"
