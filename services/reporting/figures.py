"""Turns counts into public figures: small counts are hidden and cannot be worked out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.contracts.inbound import SWORN_BANDS
from shared.contracts.routing import STATUSES

DEFINITION = 2
"""Version of how figures are computed; raise it when the computation changes."""

SMALL = 10
"""Counts from 1 to this are hidden."""

NOTES = (
    "A request is one agency's wish for help; engagements and offers are other units.",
    "Refused submissions are no requests and are not counted here.",
    "Counts from 1 to 10 are hidden. Where a hidden one could be worked out from its total, the"
    " next larger is hidden, too.",
    "Offers, engagements and clocks are rounded to tens.",
    "Times are given where more than ten requests have come that far. The first contact is known"
    " by its date: that stage counts whole days, by the calendar of the agency's state.",
    "Waiting since: when the longest waiting of them first had to wait.",
    "As of: everything that was recorded by then is counted; what came later may be, too.",
)


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
    """Percentiles, in seconds, of one stage in one group; ``count`` is never published."""

    stage: str
    breakdown: str
    value: str
    count: int
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Volumes:
    """A count in another unit than requests."""

    unit: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One public number or time; ``value`` None means hidden.

    ``name`` is the label of ``group``, with program names in place of ids.
    """

    figure: str
    unit: str
    breakdown: str
    group: str
    measure: str
    value: int | float | str | None
    name: str = ""


def public_figures(
    *,
    counts: Sequence[Count],
    waits: Sequence[Wait],
    durations: Sequence[Durations],
    volumes: Sequence[Volumes],
) -> list[Figure]:
    """Return all public figures, in the order of the page."""
    requests = _requests(counts)
    waiting_shown = any(
        figure.breakdown == "status" and figure.group == "waiting" and figure.value is not None
        for figure in requests
    )
    return [
        *requests,
        *_waiting(waits, total_shown=waiting_shown),
        *_times(durations),
        *(
            Figure(v.unit, v.unit, "all", v.name, "count", _rounded(v.count))
            for v in sorted(volumes, key=lambda v: (v.unit, ":" in v.name, -v.count))
        ),
    ]


def hide_small(counts: Mapping[str, int], *, total_shown: bool) -> dict[str, int | None]:
    """
    Return *counts* with small counts replaced by None; zeros stay.

    Hides the next smallest, too, while hidden counts could be worked out from the total. If the
    total is hidden, all are, because they would add up to it.
    """
    by_size = sorted((count, group) for group, count in counts.items() if count)
    hidden = [place for place in by_size if _is_small(place[0]) or not total_shown]
    while _recoverable([count for count, _ in hidden]) and len(hidden) < len(by_size):
        hidden.append(by_size[len(hidden)])
    groups = {group for _, group in hidden}
    return {group: None if group in groups else count for group, count in counts.items()}


def _recoverable(hidden: Sequence[int]) -> bool:
    """
    Return whether the sum of the *hidden* counts, which readers can compute, gives one away.

    It does for a single count, for a small sum, and if every count must be at its maximum.
    """
    together = sum(hidden)
    return bool(hidden) and (
        len(hidden) == 1 or together <= SMALL or together == SMALL * len(hidden)
    )


def _is_small(count: int) -> bool:
    return 0 < count <= SMALL


def _requests(counts: Sequence[Count]) -> list[Figure]:
    by: dict[str, dict[str, int]] = {
        "all": {"all": 0},
        "status": dict.fromkeys(STATUSES, 0),
        "sworn_band": dict.fromkeys(SWORN_BANDS, 0),
    }
    for row in counts:
        by.setdefault(row.breakdown, {})[row.value] = row.count
    total = by.pop("all")["all"]
    lanes = by.pop("lane", {})
    total_shown = not _is_small(total)
    cells = {name: hide_small(groups, total_shown=total_shown) for name, groups in by.items()}
    cells["lane"] = _lanes(lanes, cells.get("program", {}))
    figures = _counted("all", {"all": total if total_shown else None})
    return figures + [figure for name in cells for figure in _counted(name, cells[name])]


def _lanes(lanes: Mapping[str, int], programs: Mapping[str, int | None]) -> dict[str, int | None]:
    """Return the lanes' counts; those of each program add up to that program's count."""
    cells: dict[str, int | None] = {}
    for program, total in programs.items():
        parts = {lane: count for lane, count in lanes.items() if lane.split(".")[0] == program}
        cells |= hide_small(parts, total_shown=total is not None)
    return cells


def _counted(breakdown: str, cells: Mapping[str, int | None]) -> list[Figure]:
    return [
        Figure("requests", "requests", breakdown, group, "count", value)
        for group, value in cells.items()
    ]


def _waiting(waits: Sequence[Wait], *, total_shown: bool) -> Iterable[Figure]:
    groups = {f"{wait.program}: {wait.reason}": wait for wait in waits}
    cells = hide_small({name: w.count for name, w in groups.items()}, total_shown=total_shown)
    for name, wait in groups.items():
        yield _wait(name, "requests", "count", cells[name])
        if cells[name] is not None:
            yield _wait(name, "moment", "since", _moment(wait.since))
            if wait.reason == "program_not_open":
                yield _wait(name, "moment", "opens_at", _moment(wait.opens_at))


def _wait(group: str, unit: str, measure: str, value: int | str | None) -> Figure:
    return Figure("waiting", unit, "program and reason", group, measure, value)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _times(durations: Sequence[Durations]) -> Iterable[Figure]:
    measures: tuple[tuple[str, Callable[[Durations], float]], ...] = (
        ("p50", lambda row: row.p50),
        ("p90", lambda row: row.p90),
    )
    for row in durations:
        for measure, value_of in measures:
            value = round(value_of(row), 3) if row.count > SMALL else None
            yield Figure(row.stage, "seconds", row.breakdown, row.value, measure, value)


def _rounded(count: int) -> int | None:
    """Return *count* rounded to ten, so that changes between two readings reveal nothing exact."""
    return None if _is_small(count) else (count + 5) // 10 * 10
