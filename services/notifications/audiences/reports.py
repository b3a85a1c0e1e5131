"""Messages about reports of an assessment."""

from services.notifications.audiences.audience import View
from shared.contracts.outbound import FactCheck, ReportLate
from shared.contracts.reporting import FactCheckAsked, PublicationLate


def to_check(event: FactCheckAsked, _: View) -> FactCheck:
    """Return what the agency is to check, and until when; the text is not in it."""
    data = event.data
    day = f"{data.due_at:%B} {data.due_at.day}, {data.due_at:%Y, %H:%M %Z}"
    return FactCheck(
        tracking_number=data.tracking_number,
        engagement_id=data.engagement_id,
        report_id=data.report_id,
        version=data.version,
        hash=data.hash,
        due_at=data.due_at,
        sentence=f"A report is drafted. The agency may say until {day} what is wrong in it.",
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
