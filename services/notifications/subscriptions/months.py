"""When the monthly update is due. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.notifications.mail.quiet import DIGEST_AT
from shared.clocks import working_time
from shared.contracts.event import derived_id
from shared.contracts.reference import Calendar

KIND = "monthly_update"


def due_at(at: datetime, zone: str, calendar: Calendar) -> datetime:
    """
    Return when the update of the month of *at* is due in *zone*: its first working day, 08:00.

    *calendar* says which days are working days; its days are counted in *zone*.
    """
    where = ZoneInfo(zone)
    first = at.astimezone(where).replace(day=1).date()
    days = calendar.model_copy(update={"zone": where.key})
    morning = datetime.combine(first, time(), where).astimezone(UTC)
    begun = working_time.after(morning, timedelta(0), days)
    if begun is None:  # the calendar has ended: weekends alone are days off
        begun = working_time.after(morning, timedelta(0), Calendar(zone=where.key)) or morning
    return datetime.combine(begun.astimezone(where).date(), DIGEST_AT, where).astimezone(UTC)


def month_of(due: datetime, zone: str) -> str:
    """Return the month of an update that is due then in *zone*, such as 2026-04."""
    return f"{due.astimezone(ZoneInfo(zone)):%Y-%m}"


def fact_of(month: str, zone: str) -> str:
    """Return the id of the update of *month* in *zone*, so that it is made once."""
    return derived_id(month, KIND, zone)
