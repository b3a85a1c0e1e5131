"""
What is counted: requests, offers, engagements, clocks and times, each in its own unit. Pure.

The operator's pages show these figures as they are. What the public sees of them is decided in
`services.reporting.gate`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

DEFINITION = 5
"""Version of how figures are computed; raise it when the computation changes."""
PER_TEN, PER_TEN_UNIT = "per_10_engagements", "offers per 10 engagements"
"""The measure of how many offers a provider gets for each ten that it accepts, and its unit."""
OLDEST = 3
"""The oldest version by which this one still computes a month again."""


@dataclass(frozen=True, slots=True)
class Count:
    """Requests in one group of a breakdown; the total is group ``all`` of breakdown ``all``."""

    breakdown: str
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Wait:
    """The requests of a program that wait for one reason."""

    program: str
    reason: str
    count: int
    since: datetime | None
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class Durations:
    """Percentiles, in seconds, of one stage in one group of ``count`` requests."""

    stage: str
    breakdown: str
    value: str
    count: int
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Volumes:
    """A count in another unit than requests; ``name`` is the group."""

    unit: str
    breakdown: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One exact number or time. ``name`` is the label of ``group``, with names in place of ids."""

    figure: str
    unit: str
    breakdown: str
    group: str
    measure: str
    value: int | float | str | None
    name: str = ""


def live_figures(
    *,
    counts: Sequence[Count],
    statuses: Mapping[str, int],
    waits: Sequence[Wait],
    durations: Sequence[Durations],
    volumes: Sequence[Volumes],
    recommendations: Sequence[Count] = (),
) -> list[Figure]:
    """Return all live figures, in page order; no rate for a provider that accepted nothing."""
    return [
        *(_requests(row.breakdown, row.value, row.count) for row in counts),
        *(_requests("status", status, count) for status, count in statuses.items()),
        *(figure for wait in waits for figure in _waiting(wait)),
        *(figure for row in durations for figure in _times(row)),
        *(Figure(v.unit, v.unit, v.breakdown, v.name, "count", v.count) for v in volumes),
        *(
            Figure(
                "recommendations", "recommendations", row.breakdown, row.value, "count", row.count
            )
            for row in recommendations
        ),
        *_loads({(v.breakdown, v.name): v.count for v in volumes if v.unit == "offers"}),
    ]


def _loads(offers: Mapping[tuple[str, str], int]) -> Iterable[Figure]:
    for (breakdown, provider), accepted in offers.items():
        if breakdown == "accepted_by":
            rate = round(10 * offers.get(("made_to", provider), 0) / accepted, 1)
            yield Figure("offers", PER_TEN_UNIT, "provider", provider, PER_TEN, rate)


def _requests(breakdown: str, group: str, count: int) -> Figure:
    return Figure("requests", "requests", breakdown, group, "count", count)


def _waiting(wait: Wait) -> Iterable[Figure]:
    group = f"{wait.program}: {wait.reason}"
    yield _wait(group, "requests", "count", wait.count)
    yield _wait(group, "moment", "since", _moment(wait.since))
    if wait.reason == "program_not_open":
        yield _wait(group, "moment", "opens_at", _moment(wait.opens_at))


def _wait(group: str, unit: str, measure: str, value: int | str | None) -> Figure:
    return Figure("waiting", unit, "program and reason", group, measure, value)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _times(row: Durations) -> Iterable[Figure]:
    for measure, seconds in (("p50", row.p50), ("p90", row.p90)):
        yield Figure(row.stage, "seconds", row.breakdown, row.value, measure, round(seconds, 3))
