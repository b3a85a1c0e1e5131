"""Days and moments as people read them. Pure."""

from datetime import date, datetime, timezone


def day_in_words(day: date) -> str:
    """Return *day* written out, such as May 15, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def moment_in_words(moment: datetime) -> str:
    """
    Return *moment* with its own offset, such as May 15, 2026, 23:59 UTC-04:00.

    A deadline thus stays on the day on which its author has set it. Raises ValueError without one.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a moment without an offset")
    return f"{day_in_words(moment)}, {moment:%H:%M} {timezone(offset)}"
