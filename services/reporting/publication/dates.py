"""When reports are due, and how long the agency has. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.reporting.publication.report import Change, Publication
from shared.clocks import working_time
from shared.clocks.due_dates import DueDay, due_days
from shared.contracts.published_reports import ReportKind
from shared.contracts.reference import Calendar

WORKING_DAYS = 10
"""How long the agency may check a draft, and reply to a report."""


def ten_working_days_after(start: datetime, calendar: Calendar) -> datetime:
    """Return when ten working days have passed; past the calendar's end only weekends are off."""
    if calendar.seconds_per_day is not None:
        return start + WORKING_DAYS * timedelta(seconds=calendar.seconds_per_day)
    left = timedelta(days=WORKING_DAYS)
    found = working_time.after(start, left, calendar)
    weekends = Calendar(zone=calendar.zone)
    return found or working_time.after(start, left, weekends) or start + left


def day_of(moment: datetime, calendar: Calendar) -> date:
    """Return the day of *moment* in the calendar's zone."""
    return moment.astimezone(ZoneInfo(calendar.zone)).date()


def open_days(publication: Publication, kind: ReportKind) -> Iterator[DueDay[Change]]:
    """Yield the days on which reports of *kind* that are not published are due."""
    done = {
        report.published.due_on
        for report in publication.reports.values()
        if report.published is not None
        and report.published.body.kind == kind
        and report.published.due_on is not None
    }
    moves = [each for each in publication.changes if each.kind == kind]
    for day in due_days(publication.plans_of(kind), moves, done):
        if day.first_on not in done:
            yield day
