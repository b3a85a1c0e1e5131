"""How many recommendations of a site have which status, and the shares, as of a day. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from services.reporting.assessments.decide import WITHDRAWN
from services.reporting.assessments.site import Recommendation
from shared.contracts.assessments import STATUSES

COUNTED = tuple(status for status in STATUSES if status != WITHDRAWN)
"""The statuses that a recommendation of a report can have, the best one first."""
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Shares:
    """
    The recommendations of a site as of a day: ``whole`` is their number, ``parts`` by status.

    ``unknown`` counts those whose status nobody has verified. All parts and ``unknown`` add up to
    the whole. ``claimed`` are those that the agency reports as done: they are in no part.
    """

    as_of: date
    whole: int
    parts: Mapping[str, int]
    claimed: int = 0

    def __post_init__(self) -> None:
        if self.unknown < 0 or min(self.parts.values(), default=0) < 0:
            raise ValueError(f"the parts {dict(self.parts)} do not fit into {self.whole}")

    @property
    def unknown(self) -> int:
        """The number of recommendations whose status is not known."""
        return self.whole - sum(self.parts.values())

    def percent(self, status: str) -> Decimal | None:
        """Return the share of *status*, one decimal; None if there are none, or unknown ones."""
        return None if self.whole == 0 or self.unknown else percent(self.parts[status], self.whole)

    def sentence(self, status: str) -> str:
        """Return the share of *status* for people, with its part, whole and day."""
        share = self.percent(status)
        day = f"as of {self.as_of:%B} {self.as_of.day}, {self.as_of.year}"
        if self.whole == 0:
            return f"no recommendations yet, {day}"
        if share is None:
            return f"status not known for {self.unknown} of {self.whole}, {day}"
        return f"{share}% ({self.parts[status]} of {self.whole}), {day}"


def percent(part: int, whole: int) -> Decimal:
    """Return 100 * *part* / *whole* with one decimal; ties round up."""
    return (Decimal(100 * part) / whole).quantize(_TENTH, ROUND_HALF_UP)


def shares_of(recommendations: Iterable[Recommendation], as_of: date) -> Shares:
    """
    Return the shares as of the end of a day.

    A recommendation counts from the day on which it was recorded, until it is withdrawn from the
    report. Its status is the one that holds on that day.
    """
    parts: Counter[str] = Counter()
    whole = claimed = 0
    for each in recommendations:
        status = status_on(each, as_of)
        if each.recorded_on > as_of or status == WITHDRAWN:
            continue
        whole += 1
        claimed += each.claimed_on is not None and each.claimed_on <= as_of
        if status is not None:
            parts[status] += 1
    return Shares(as_of, whole, {status: parts[status] for status in COUNTED}, claimed)


def status_on(recommendation: Recommendation, day: date) -> str | None:
    """Return the status that holds on *day*: a later verdict takes the place of earlier ones."""
    known = [each.status for each in recommendation.statuses if each.on <= day]
    return known[-1] if known else None
