"""Renders the pages from figures: plain HTML without scripts or external resources. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.reporting.assessments.shown import ShownSite
from services.reporting.corrections.decide import Place, place_of
from services.reporting.corrections.shown import REASONS, Published
from services.reporting.figures import PER_TEN, Figure
from services.reporting.labels import (
    BREAKDOWNS,
    DAY_STAGES,
    PROVIDER_STAGES,
    STAGES,
    UNITS,
    format_days,
    format_duration,
)
from services.reporting.months import Month
from services.reporting.notes import NOTES
from services.reporting.programs import ProgramRow, sentence, status_at
from shared.catalog.solicitations import sentence as sentence_about
from shared.clocks.written import day_in_words
from shared.contracts.reference import Solicitation
from shared.contracts.reporting import Release, ReleasedFigure

Value: TypeAlias = int | float | str | None
Firsts: TypeAlias = Mapping[Place, int | str]
"""What the figures that were corrected showed when they were published first."""
_NONE: Firsts = MappingProxyType({})
_MEASURES = {"p50": "half within", "p90": "nine of ten within"}

TEMPLATES = Environment(
    loader=PackageLoader("services.reporting"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
TEMPLATES.filters.update(day=day_in_words)
for _name in TEMPLATES.list_templates():  # compile now: a broken template fails at start
    TEMPLATES.get_template(_name)

_FOLDED = frozenset({"us_state", "topic", "declined_for"})
"""The breakdowns that start folded, because they have many rows."""
_OVERLAPS = (
    "One request can count in several of these groups, so they add up to more than all requests."
)
_TOTALS = {
    "requests": ("requests", "all", "all"),
    "waiting": ("requests", "status", "waiting"),
    "closed": ("requests", "status", "closed"),
    "offers made": ("offers", "event", "made"),
    "engagements opened": ("engagements", "event", "opened"),
}
_CARDS = {
    "requests accepted": ("requests", "reached", "accepted"),
    "requests closed": ("requests", "reached", "closed"),
    "offers made": ("offers", "event", "made"),
    "engagements opened": ("engagements", "event", "opened"),
    "engagements closed": ("engagements", "event", "closed"),
}


@dataclass(frozen=True, slots=True)
class Program:
    """A program as the page shows it."""

    name: str
    status: str
    summary: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Call:
    """A solicitation as the page shows it; ``host`` is where its link leads."""

    title: str
    status: str
    for_whom: str
    summary: str
    sentence: str
    url: str
    host: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a bar chart; an empty ``percent`` means no bar."""

    name: str
    count: str
    percent: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A table of counts; ``folded``: collapsed until the reader opens it."""

    caption: str
    rows: Sequence[Bar]
    folded: bool = False
    total: str | None = None
    total_name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction as the page shows it; ``month`` is that of the release that it came with."""

    what: str
    name: str
    before: str
    after: str
    at: datetime
    month: str
    why: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The requests of a program that wait for one reason."""

    program: str
    reason: str
    count: str
    since: datetime | None
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stage:
    """The duration of one stage."""

    name: str
    median: str
    nine_of_ten: str


@dataclass(frozen=True, slots=True)
class TimesBy:
    """The stages of each group of a breakdown, by the group's name."""

    caption: str
    groups: Sequence[tuple[str, Sequence[Stage]]]


@dataclass(frozen=True, slots=True)
class Load:
    """A provider's offers per ten engagements, and the medians of `PROVIDER_STAGES`."""

    name: str
    rate: str
    times: Sequence[str]


def live_page(figures: Sequence[Figure], *, as_of: datetime, stale: bool) -> str:
    """Return the operators' page; if *stale*, with a note that newer records are missing."""
    values = {(f.figure, f.breakdown, f.group): f.value for f in figures}
    times, times_by = _times(figures)
    return TEMPLATES.get_template("live.html.j2").render(
        as_of=as_of.astimezone(UTC),
        stale=stale,
        totals=[(label, _count(values.get(key, 0))) for label, key in _TOTALS.items()],
        waiting=_waiting(figures),
        units=_units(figures),
        loads=_loads(figures, _NONE, _time),
        times=times,
        times_by=times_by,
    )


def assessments_page(shown: Sequence[ShownSite], *, as_of: date) -> str:
    """Return the operators' page of sites."""
    return TEMPLATES.get_template("assessments.html.j2").render(sites=shown, as_of=as_of)


def release_page(
    published: Published | None,
    *,
    months: Sequence[str] = (),
    programs: Sequence[ProgramRow] = (),
    solicitations: Sequence[Solicitation] = (),
    at: datetime,
    desk_url: str | None = None,
) -> str:
    """
    Return the public page of one release, with links to the releases of *months*.

    Without a release it says that there is none yet. *programs* are shown as they are at *at*.
    It links to the public desk at *desk_url*, if there is one.
    """
    current = {
        "programs": [program(row, at=at) for row in programs],
        "solicitations": [solicitation(one) for one in solicitations],
        "desk_url": desk_url,
    }
    page = TEMPLATES.get_template("page.html.j2")
    if published is None:
        return page.render(release=None, notes=NOTES, **current)
    release = published.now
    firsts = {
        place_of(f): f.value
        for f in published.facts.release.figures
        if place_of(f) in published.last
    }
    times = _released_times(release.figures, firsts)
    return page.render(
        release=release,
        month=month_in_words(release.month),
        published_at=published.at,
        sha256=published.facts.sha256,
        definitions=definitions(release.definitions),
        cards=cards(release.figures),
        units=_units(release.figures, firsts),
        loads=_loads(release.figures, firsts, lambda _, value: _days(value)),
        corrections=_corrections(published),
        times=times.pop("all", []),
        times_by_program=list(times.items()),
        releases=months,
        notes=[*NOTES, *_list_note(release)],
        **current,
    )


def _list_note(release: Release) -> list[str]:
    year = release.list_year
    return [] if year is None else [f"The agency list is that of {year}."]


def cards(figures: Sequence[ReleasedFigure]) -> list[tuple[str, str]]:
    """Return the few figures of a release that stand above all others, with their labels."""
    values = {(f.figure, f.breakdown, f.group): f.value for f in figures}
    return [(label, _count(values[key])) for label, key in _CARDS.items()]


def definitions(versions: Mapping[str, int]) -> str:
    """Return the versions of definitions for people."""
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def month_in_words(month: str) -> str:
    """Return a month such as 2026-03 as March 2026."""
    return Month.parse(month).first_day.strftime("%B %Y")


def program(row: ProgramRow, *, at: datetime) -> Program:
    """Return a program as it is at *at*."""
    status = status_at(row, at=at)
    text = sentence(row.name, status=status, opens_at=row.opens_at)
    return Program(row.name, status, row.summary, text)


def solicitation(one: Solicitation) -> Call:
    """Return a solicitation, with where its link leads."""
    host = urlsplit(one.url).hostname or ""
    return Call(one.title, one.status, one.for_, one.summary, sentence_about(one), one.url, host)


def _corrections(published: Published) -> list[Corrected]:
    figures = {place_of(f): f for f in published.facts.release.figures}
    found = []
    for each in published.corrections:
        facts, place = each.facts, place_of(each.facts)
        name = figures[place].name
        shown: Callable[[Any], str] = _days if facts.measure in _MEASURES else _count
        if facts.measure == "count":
            what = f"{UNITS[facts.figure]} {BREAKDOWNS[facts.breakdown]}"
        elif facts.measure == PER_TEN:
            what = "Offers per 10 engagements"
        else:
            what = f"{STAGES[facts.figure]}, {_MEASURES[facts.measure]}"
        month = Month.parse(facts.corrected_with).first_day.strftime("%B %Y")
        before, after = shown(facts.before), shown(facts.after)
        found.append(Corrected(what, name, before, after, each.at, month, REASONS[facts.because]))
    return found


def _first(text: str, place: Place, firsts: Firsts, shown: Callable[[Any], str]) -> str:
    return f"{text} (first published: {shown(firsts[place])})" if place in firsts else text


def _units(
    figures: Sequence[Figure | ReleasedFigure], firsts: Firsts = _NONE
) -> list[tuple[str, list[Bars]]]:
    """Return the tables of counts by unit, in the order of the figures within each unit."""
    tables: dict[tuple[str, str], list[Figure | ReleasedFigure]] = {}
    for figure in figures:
        if figure.measure == "count" and figure.figure in UNITS:
            tables.setdefault((figure.figure, figure.breakdown), []).append(figure)
    return [
        (
            title,
            [
                _bars(rows, title=title, breakdown=breakdown, firsts=firsts)
                for (of, breakdown), rows in tables.items()
                if of == unit and breakdown != "all"
            ],
        )
        for unit, title in UNITS.items()
    ]


def _bars(
    rows: Sequence[Figure | ReleasedFigure], *, title: str, breakdown: str, firsts: Firsts
) -> Bars:
    parts = [row for row in rows if row.group != "all"]
    total = next((row for row in rows if row.group == "all"), None)
    most = max((f.value for f in parts if isinstance(f.value, int)), default=0)
    return Bars(
        caption=f"{title} {BREAKDOWNS.get(breakdown, breakdown)}",
        rows=[Bar(f.name, _counted(f, firsts), _percent(f.value, most)) for f in parts],
        folded=breakdown in _FOLDED,
        total=None if total is None else _counted(total, firsts),
        total_name="" if total is None else total.name,
        note=_OVERLAPS if isinstance(rows[0], ReleasedFigure) and rows[0].overlaps else "",
    )


def _counted(figure: Figure | ReleasedFigure, firsts: Firsts) -> str:
    text = _first(_count(figure.value), place_of(figure), firsts, _count)
    listed = figure.listed if isinstance(figure, ReleasedFigure) else None
    return text if listed is None else f"{text} of {listed:,}"


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
        if f.figure in STAGES and f.breakdown != "provider":
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


def _loads(
    figures: Sequence[Figure | ReleasedFigure],
    firsts: Firsts,
    shown: Callable[[str, Any], str],
) -> list[Load]:
    """Return the load of each provider of which something is known; *shown* shows its times."""
    cells: dict[str, dict[str, str]] = {}
    for f in figures:
        if f.breakdown == "provider" and f.measure in (PER_TEN, "p50"):
            say = _count if f.measure == PER_TEN else partial(shown, f.figure)
            text = _first(say(f.value), place_of(f), firsts, say)
            cells.setdefault(f.name, {})[f.figure] = text
    return [
        Load(name, found.get("offers", ""), [found.get(each, "") for each in PROVIDER_STAGES])
        for name, found in sorted(cells.items())
    ]


def _released_times(figures: Sequence[ReleasedFigure], firsts: Firsts) -> dict[str, list[Stage]]:
    """Return the stages over all requests as ``all``, and those of each program by its name."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for f in figures:
        if f.figure in STAGES and f.breakdown != "provider":
            measures = found.setdefault(f.name, {}).setdefault(f.figure, {})
            measures[f.measure] = _first(_days(f.value), place_of(f), firsts, _days)
    return {
        name: [Stage(STAGES[stage], m["p50"], m["p90"]) for stage, m in stages.items()]
        for name, stages in found.items()
    }


def _days(value: int | str) -> str:
    return format_days(value * 3600) if isinstance(value, int) else value


def _count(value: Value) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _time(stage: str, value: Value) -> str:
    if not isinstance(value, (int, float)):
        return ""
    return format_days(value) if stage in DAY_STAGES else format_duration(value)


def _moment(value: Value) -> datetime | None:
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else None
