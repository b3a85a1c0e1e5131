"""The sentence about a solicitation for the public, and whether it is open. Pure."""

from datetime import datetime

from shared.clocks.written import day_in_words, moment_in_words
from shared.contracts.reference import Solicitation


def is_open(entry: Solicitation, at: datetime) -> bool:
    """Tell whether applications are taken *at* that moment, or are still to be taken."""
    return entry.status in ("announced", "open") and at < entry.closes_at


def sentence(entry: Solicitation) -> str:
    """Return one plain sentence about a solicitation."""
    closes = moment_in_words(entry.closes_at)
    match entry.status:
        case "announced":
            return f"Applications are taken from {day_in_words(entry.opens_on)} until {closes}."
        case "open":
            return f"Applications are taken until {closes}."
        case "closed":
            return "Applications are no longer taken."
        case "canceled":
            return "It is canceled."
        case other:
            return f"It is {other}."
