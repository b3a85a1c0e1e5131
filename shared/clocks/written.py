"""
Days and moments as people read them. Pure.

A message is decided once and may be read anywhere: its moments are in UTC. A mail has one reader,
whose zone is known when the mail is sent.
"""

import re
from calendar import month_name
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

_MONTHS = "|".join(month_name[1:])
_IN_UTC = re.compile(rf"\b(?:{_MONTHS}) [0-9]{{1,2}}, [0-9]{{4}}, [0-9:]{{5}} UTC(?![-+])")


def day_in_words(day: date) -> str:
    """Return *day* written out, such as May 15, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def moment_in_words(moment: datetime) -> str:
    """
    Return *moment* with its own offset, such as May 15, 2026, 23:59 UTC-04:00.

    So a deadline stays on the day that its author chose. Raises ValueError without an offset.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a moment without an offset")
    return f"{day_in_words(moment)}, {moment:%H:%M} {timezone(offset)}"


def moment_in_utc(moment: datetime) -> str:
    """Return *moment* as messages write it, such as March 9, 2026, 22:00 UTC."""
    return moment_in_words(moment.astimezone(UTC))


def in_zone(value: Any, zone: ZoneInfo, *, except_for: AbstractSet[str] = frozenset()) -> Any:
    """
    Return the JSON *value* with each moment in its texts converted to *zone*, and so labeled.

    Only moments as `moment_in_utc` writes them are found; everything else stays as it is, and so
    do the fields *except_for*.
    """
    match value:
        case str():
            return _IN_UTC.sub(lambda found: _local(found[0], zone), value)
        case list():
            return [in_zone(each, zone, except_for=except_for) for each in value]
        case dict():
            return {
                name: each if name in except_for else in_zone(each, zone, except_for=except_for)
                for name, each in value.items()
            }
        case _:
            return value


def _local(moment: str, zone: ZoneInfo) -> str:
    try:
        at = datetime.strptime(moment, "%B %d, %Y, %H:%M UTC").replace(tzinfo=UTC)
        there = at.astimezone(zone)
    except (ValueError, OverflowError):  # February 30, the year 10000: not ours
        return moment
    name = there.tzname() or ""
    if not name.isalpha():  # a zone without a name of its own
        return moment_in_words(there)
    return f"{day_in_words(there)}, {there:%H:%M} {name}"
