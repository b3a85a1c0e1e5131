"""
Decides when a mail may go out: at once, after the quiet hours, or in a digest. Pure.

All times are those of the business clock. The table of mails has the time of the next try in real
time; `BusinessClock.real` translates once, when a mail is held.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from services.notifications.mail.timing import DAILY, MUST, OFF, URGENT
from shared.contracts.event import derived_id
from shared.contracts.states_and_zones import is_zone

QUIET_HOURS = (time(20), time(7))
"""The quiet hours of a contact that has not chosen others."""
DIGEST_AT = time(8)
_SPREAD_SECONDS = 600
_DAY = timedelta(days=1)


class Preference(NamedTuple):
    """What a contact has chosen; ``zone`` is the contact's own if it has chosen none."""

    kinds: Mapping[str, str] = {}
    quiet: tuple[time, time] | None = QUIET_HOURS
    zone: str | None = None


class Hold(NamedTuple):
    """Until when a mail waits; ``in_digest``: it is told in the digest of that moment."""

    until: datetime
    in_digest: bool = False


def is_switched_off(matter: str, timing: str, preference: Preference) -> bool:
    """Return whether the contact wants no mail about *matter*, and need not get this one."""
    return _chosen(matter, timing, preference) == OFF


def hold(
    matter: str,
    timing: str,
    preference: Preference,
    *,
    contact: str,
    zone: str,
    since: datetime,
    at: datetime,
) -> Hold | None:
    """
    Return until when a mail that is due *at* waits; None if it may go out.

    *contact* is the contact's key, *zone* is for a contact without one (`zone_of`). What
    waits for the morning is spread over ten minutes by contact, so that a contact's mails keep
    their order. A mail *since* whose preparation it could have gone out comes before them all:
    otherwise the last contacts of a morning would wait for ever if each day had too many mails.
    """
    chosen = _chosen(matter, timing, preference)
    where = zone_of(preference, otherwise=zone)
    if chosen == DAILY:
        return Hold(next_digest(at, where), in_digest=True)
    if chosen == URGENT or preference.quiet is None:
        return None
    morning = _end_of_quiet(preference.quiet, at, where)
    if morning is None:
        return None
    could_go = _end_of_quiet(preference.quiet, since, where) or since
    return Hold(morning if could_go < at else morning + _spread(contact))


def zone_of(preference: Preference, *, otherwise: str) -> ZoneInfo:
    """Return the contact's time zone; *otherwise* stands for one that is missing or unknown."""
    own = preference.zone
    return ZoneInfo(own if own is not None and is_zone(own) else otherwise)


def next_digest(at: datetime, zone: ZoneInfo) -> datetime:
    """Return when the next digest after *at* is due."""
    return _next(at, DIGEST_AT, zone)


def _chosen(matter: str, timing: str, preference: Preference) -> str:
    if timing in (URGENT, MUST):
        return timing
    return preference.kinds.get(matter, timing)


def _end_of_quiet(hours: tuple[time, time], at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours end in which *at* lies; None if it lies in none."""
    begin, end = hours
    wall = at.astimezone(zone).time()
    is_quiet = begin <= wall < end if begin <= end else wall >= begin or wall < end
    return _next(at, end, zone) if is_quiet else None


def _next(at: datetime, wall: time, zone: ZoneInfo) -> datetime:
    """Return the next moment after *at* at which clocks in *zone* show *wall*."""
    return next(moment for moment in _moments(at, wall, zone) if moment > at)


def _moments(at: datetime, wall: time, zone: ZoneInfo) -> Iterator[datetime]:
    """
    Yield the moments at which clocks show *wall*, from the day of *at* on.

    If clocks are set back past *wall*, there are two that day. If they skip it, there is the
    moment at which they would have shown it.
    """
    day = at.astimezone(zone).date()
    while True:
        first = datetime.combine(day, wall, zone).astimezone(UTC)
        yield first
        yield max(first, datetime.combine(day, wall.replace(fold=1), zone).astimezone(UTC))
        day += _DAY


def _spread(contact: str) -> timedelta:
    number = UUID(derived_id(contact, "mail:morning", contact)).int
    return timedelta(seconds=number % _SPREAD_SECONDS)
