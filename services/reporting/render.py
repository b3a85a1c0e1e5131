"""Renders the public page from figures: plain HTML without scripts or external resources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.reporting.figures import NOTES, Figure
from services.reporting.labels import (
    BREAKDOWNS,
    DAY_STAGES,
    STAGES,
    VOLUMES,
    format_days,
    format_duration,
)
from services.reporting.programs import ProgramRow, sentence, status_at

Value: TypeAlias = int | float | str | None

TEMPLATES = Environment(
    loader=PackageLoader("services.reporting"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
for _name in TEMPLATES.list_templates():  # compile now: a broken template fails at start
    TEMPLATES.get_template(_name)

_FOLDED = "us_state"
"""The breakdown that starts folded, because it has many rows."""

_TOTALS = {
    "requests": ("requests", "all", "all"),
    "waiting": ("requests", "status", "waiting"),
    "closed": ("requests", "status", "closed"),
    "offers made": ("offers", "all", "made"),
    "engagements opened": ("engagements", "all", "opened"),
}


@dataclass(frozen=True, slots=True)
class Program:
    """A program as the page shows it."""

    name: str
    status: str
    summary: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a bar chart; ``count`` None means hidden, an empty ``percent`` means no bar."""

    name: str
    count: str | None
    percent: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A table of counts; ``folded``: collapsed until the reader opens it."""

    caption: str
    rows: Sequence[Bar]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """The requests of a program that wait for one reason; ``count`` None means hidden."""

    program: str
    reason: str
    count: str | None
    since: datetime | None
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stage:
    """The duration of one stage; None means hidden."""

    name: str
    median: str | None
    nine_of_ten: str | None


@dataclass(frozen=True, slots=True)
class TimesBy:
    """The stages of each group of a breakdown, by the group's name."""

    caption: str
    groups: Sequence[tuple[str, Sequence[Stage]]]


def page(
    figures: Sequence[Figure], programs: Sequence[ProgramRow], *, as_of: datetime, stale: bool
) -> str:
    """Return the public page; if *stale*, with a note that newer records are not counted yet."""
    values = {(f.figure, f.breakdown, f.group): f.value for f in figures}
    times, times_by = _times(figures)
    return TEMPLATES.get_template("page.html.j2").render(
        as_of=as_of.astimezone(UTC),
        stale=stale,
        totals=[(label, _count(values.get(key, 0))) for label, key in _TOTALS.items()],
        programs=[_program(row, as_of=as_of) for row in programs],
        requests=[
            _bars(
                [f for f in figures if f.figure == "requests" and f.breakdown == breakdown],
                caption=f"Requests {label}",
                folded=breakdown == _FOLDED,
            )
            for breakdown, label in BREAKDOWNS.items()
        ],
        waiting=_waiting(figures),
        times=times,
        times_by=times_by,
        volumes=[
            _bars([f for f in figures if f.figure == unit], caption=label)
            for unit, label in VOLUMES.items()
        ],
        notes=NOTES,
    )


def _program(row: ProgramRow, *, as_of: datetime) -> Program:
    status = status_at(row, at=as_of)
    text = sentence(row.name, status=status, opens_at=row.opens_at)
    return Program(row.name, status, row.summary, text)


def _bars(figures: Sequence[Figure], *, caption: str, folded: bool = False) -> Bars:
    most = max((f.value for f in figures if isinstance(f.value, int)), default=0)
    rows = [Bar(f.name, _count(f.value), _percent(f.value, most)) for f in figures]
    return Bars(caption, rows, folded)


def _percent(value: Value, most: int) -> str:
    return f"{100 * value / most:.1f}" if isinstance(value, int) and value else ""


def _waiting(figures: Sequence[Figure]) -> list[Waiting]:
    groups: dict[str, dict[str, Value]] = {}
    names = {f.group: f.name for f in figures if f.figure == "waiting"}
    for f in figures:
        if f.figure == "waiting":
            groups.setdefault(f.group, {})[f.measure] = f.value
    rows = []
    for group, values in groups.items():
        program, _, reason = names[group].rpartition(": ")
        since, opens_at = (_moment(values.get(measure)) for measure in ("since", "opens_at"))
        rows.append(Waiting(program, reason, _count(values["count"]), since, opens_at))
    return rows


def _times(figures: Sequence[Figure]) -> tuple[list[Stage], list[TimesBy]]:
    """Return the stages over all requests, and those of each breakdown that has any."""
    groups: dict[str, dict[str, dict[tuple[str, str], Value]]] = {}
    names: dict[tuple[str, str], str] = {}
    for f in figures:
        if f.figure in STAGES:
            values = groups.setdefault(f.breakdown, {}).setdefault(f.group, {})
            values[f.figure, f.measure] = f.value
            names[f.breakdown, f.group] = f.name
    times_by = [
        TimesBy(
            f"Times {label}",
            [
                (names[breakdown, group], _stages(values))
                for group, values in sorted(groups[breakdown].items())
            ],
        )
        for breakdown, label in BREAKDOWNS.items()
        if breakdown in groups
    ]
    return _stages(groups.get("all", {}).get("all", {})), times_by


def _stages(values: Mapping[tuple[str, str], Value]) -> list[Stage]:
    return [
        Stage(label, _time(stage, values[stage, "p50"]), _time(stage, values[stage, "p90"]))
        for stage, label in STAGES.items()
        if (stage, "p50") in values
    ]


def _count(value: Value) -> str | None:
    if value is None:
        return None
    return f"{value:,}" if isinstance(value, int) else str(value)


def _time(stage: str, value: Value) -> str | None:
    if not isinstance(value, (int, float)):
        return None
    return format_days(value) if stage in DAY_STAGES else format_duration(value)


def _moment(value: Value) -> datetime | None:
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else None
