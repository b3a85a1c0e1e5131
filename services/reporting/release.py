"""Builds the release of a month from counts; every value passes the gate. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, get_args

from services.reporting import gate
from services.reporting.figures import (
    DEFINITION,
    OLDEST,
    PER_TEN,
    PER_TEN_UNIT,
    Count,
    Durations,
    Volumes,
)
from services.reporting.labels import PROVIDER_STAGES, STAGES, group_label, names_by_breakdown
from services.reporting.listed_agencies import LISTED
from shared.catalog.catalog import Catalog
from shared.contracts import envelope
from shared.contracts.canonical import canonical
from shared.contracts.codes import CODES, SERVED, STATES
from shared.contracts.inbound import AGENCY_CLASSES, SERVICE_FORMS, SWORN_BANDS
from shared.contracts.reference import GOALS, SERVED_FIRST
from shared.contracts.reporting import (
    Release,
    ReleasedFigure,
    ReleaseFacts,
    ReleasePublished,
)
from shared.contracts.routing import STATUSES

SOURCE = "urn:cri:continuum:reporting"
TYPE = get_args(ReleasePublished.model_fields["type"].annotation)[0]
DEFINITIONS = {"figures": DEFINITION, "gate": gate.VERSION}
_NAMES_DECLINES = 5
"""The version of definitions that brought names of reasons why offers are declined."""
_REACH: Mapping[str, Sequence[str]] = {
    "cri_type": tuple(SERVED),
    "agency_class": AGENCY_CLASSES,
    "size": ("under_50", "50_and_more"),
    "sworn_band": SWORN_BANDS,
    "us_state": tuple(STATES),
}
"""The breakdowns of agencies, with their groups."""
BY_PROVIDER = ("made_to", "accepted_by", "declined_by", "lapsed_by")
"""The breakdowns of offers by provider."""
OPEN_WITH = "open_with"
"""The breakdown by provider of the offers that are open at the end of the month."""
TIMES_BY = ("all", "program")
"""The breakdowns in which a release gives times."""
STAGES_SINCE = {"first_contact_to_acceptance": 5, "first_contact_to_close": 5}
"""The version that brought a stage of requests, if it is not the oldest one."""
REST, UNDECIDED = "not_stated", "not_decided"
"""Groups of requests that state nothing (or nothing listed), and of those not decided yet."""
_RESTS = (REST, UNDECIDED)


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in a month, exactly."""

    requests: Sequence[Count]
    reached: Mapping[str, int]
    volumes: Sequence[Volumes]
    durations: Sequence[Durations]
    agencies: Sequence[Count] = ()
    recommendations: Sequence[Count] = ()


class Table(NamedTuple):
    """
    Groups of one breakdown. All are shown, even empty ones: a missing group would reveal a zero.
    ``rest`` is the group for everything else, ``since`` the first definition with the table.
    """

    figure: str
    breakdown: str
    groups: Sequence[str]
    rest: str | None = None
    overlaps: bool = False
    totaled: bool = True
    since: int = OLDEST


def is_known(definitions: Mapping[str, int]) -> bool:
    """Return whether this version still computes a release of *definitions* the same way."""
    figures = definitions.get("figures", 0)
    return OLDEST <= figures <= DEFINITION and definitions == {**DEFINITIONS, "figures": figures}


def tables(catalog: Catalog, definition: int = DEFINITION) -> list[Table]:
    """Return the tables of counts by a *definition*, in the order of the page."""
    return [table for table in _all_tables(catalog) if table.since <= definition]


def _all_tables(catalog: Catalog) -> list[Table]:
    programs = sorted(catalog.programs)
    families = sorted({name for topic in catalog.topics.values() for name in topic.families})
    providers = sorted(catalog.providers)
    lanes = [f"{program}.{pace}" for program in programs for pace in SERVED_FIRST]
    return [
        Table("requests", "reached", STATUSES, overlaps=True),
        Table("requests", "program", programs, rest=UNDECIDED),
        Table("requests", "lane", lanes, rest=UNDECIDED),
        Table("requests", "goal", GOALS, rest=REST, overlaps=True),
        Table("requests", "family", families, rest=REST, overlaps=True),
        Table("requests", "topic", sorted(catalog.topics), rest=REST, overlaps=True),
        Table("requests", "service_form", SERVICE_FORMS, rest=REST, overlaps=True),
        Table("requests", "cri_type", tuple(SERVED), rest=REST),
        Table("requests", "agency_class", AGENCY_CLASSES, rest=REST),
        Table("requests", "sworn_band", SWORN_BANDS, rest=REST),
        Table("requests", "us_state", tuple(STATES), rest=REST),
        Table("offers", "event", ("made", "declined", "lapsed", "withdrawn"), totaled=False),
        Table("offers", "decline_reason", tuple(CODES["decline_reasons"]), rest=REST),
        *(Table("offers", each, providers, rest=REST, since=4) for each in BY_PROVIDER),
        Table("offers", OPEN_WITH, providers, rest=REST, since=5),
        Table("engagements", "event", ("opened", "closed", "ended"), totaled=False),
        Table("engagements", "close_reason", tuple(CODES["close_reasons"]), rest=REST),
        Table("engagements", "completed_by_goal", GOALS, rest=REST, overlaps=True),
        Table("clocks", "event", ("missed",), totaled=False),
        *(Table("agencies", name, groups, rest=REST, since=4) for name, groups in _REACH.items()),
        Table("recommendations", "area_goal", GOALS, rest=REST, since=5),
    ]


def tables_in(release: Release) -> list[Table]:
    """Return the tables of counts that *release* shows, with their groups."""
    groups: dict[tuple[str, str], list[str]] = {}
    overlaps = {}
    for each in release.figures:
        if each.measure == "count":
            groups.setdefault((each.figure, each.breakdown), []).append(each.group)
            overlaps[each.figure, each.breakdown] = each.overlaps
    return [
        Table(
            figure,
            breakdown,
            [name for name in names if name not in (*_RESTS, "all")],
            rest=next((name for name in names if name in _RESTS), None),
            overlaps=overlaps[figure, breakdown],
            totaled="all" in names,
        )
        for (figure, breakdown), names in groups.items()
    ]


def released_figures(
    counted: Counted, catalog: Catalog, shown: Sequence[Table], definition: int = DEFINITION
) -> list[ReleasedFigure]:
    """Return the figures of a month as the public sees them, in the tables *shown*."""
    names = dict(names_by_breakdown(catalog))
    if definition < _NAMES_DECLINES:
        del names["decline_reason"]
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for row in counted.requests:
        counts.setdefault(("requests", row.breakdown), {})[row.value] = row.count
    for volume in counted.volumes:
        counts.setdefault((volume.unit, volume.breakdown), {})[volume.name] = volume.count
    counts["requests", "reached"] = dict(counted.reached)
    for row in counted.agencies:
        counts.setdefault(("agencies", row.breakdown), {})[row.value] = row.count
    for row in counted.recommendations:
        counts.setdefault(("recommendations", row.breakdown), {})[row.value] = row.count
    found = [
        figure
        for table in shown
        for figure in _shown(
            table,
            counts.get((table.figure, table.breakdown), {}),
            names.get(table.breakdown, {}),
        )
    ]
    times = {(row.stage, row.breakdown, row.value): row for row in counted.durations}
    providers = [
        f.group for f in found if f.breakdown == OPEN_WITH and f.group not in ("all", REST)
    ]
    stages = [stage for stage in STAGES if stage != PROVIDER_STAGES[0]]
    stages = [stage for stage in stages if STAGES_SINCE.get(stage, OLDEST) <= definition]
    return [
        *found,
        *_loads(found, providers),
        *_times(times, stages, programs=dict(sorted(names["program"].items()))),
        *_times_of_providers(times, providers, names["provider"]),
    ]


def _loads(found: Sequence[ReleasedFigure], providers: Sequence[str]) -> Iterator[ReleasedFigure]:
    """Yield the offers per ten engagements of each of *providers*, from what *found* shows."""
    offers = {(f.breakdown, f.group): f for f in found if f.figure == "offers"}
    for provider in providers:
        made, accepted = offers["made_to", provider], offers["accepted_by", provider]
        yield ReleasedFigure(
            figure="offers",
            unit=PER_TEN_UNIT,
            breakdown="provider",
            group=provider,
            name=made.name,
            measure=PER_TEN,
            value=gate.per_ten(made.value, accepted.value),
        )


def _shown(
    table: Table, counts: Mapping[str, int], names: Mapping[str, str]
) -> Iterator[ReleasedFigure]:
    exact = {group: counts.get(group, 0) for group in table.groups}
    if table.rest is not None:
        exact[table.rest] = sum(n for group, n in counts.items() if group not in table.groups)
    cells = {group: gate.cell(count) for group, count in exact.items()}
    for group, value in cells.items():
        yield _figure(table, group, group_label(group, names), value)
    if table.totaled and not table.overlaps:
        yield _figure(table, "all", "total of the rounded counts", gate.total(cells.values()))


def _figure(table: Table, group: str, name: str, value: gate.Cell) -> ReleasedFigure:
    return ReleasedFigure(
        figure=table.figure,
        unit=table.figure,
        breakdown=table.breakdown,
        group=group,
        name=name,
        measure="count",
        value=value,
        overlaps=table.overlaps,
        listed=_listed(table.breakdown, group) if table.figure == "agencies" else None,
    )


def _listed(breakdown: str, group: str) -> int:
    groups = LISTED[breakdown]
    return sum(groups.values()) if group == "all" else groups.get(group, 0)


def _times(
    times: Mapping[tuple[str, str, str], Durations],
    stages: Sequence[str],
    *,
    programs: Mapping[str, str],
) -> Iterator[ReleasedFigure]:
    groups = [("all", "all"), *(("program", program) for program in programs)]
    for stage in stages:
        for breakdown, group in groups:
            for measure in ("p50", "p90"):
                yield _time(times, stage, breakdown, group, measure, programs)


def _times_of_providers(
    times: Mapping[tuple[str, str, str], Durations],
    providers: Sequence[str],
    names: Mapping[str, str],
) -> Iterator[ReleasedFigure]:
    for stage in PROVIDER_STAGES:
        for provider in providers:
            yield _time(times, stage, "provider", provider, "p50", names)


def _time(
    times: Mapping[tuple[str, str, str], Durations],
    stage: str,
    breakdown: str,
    group: str,
    measure: str,
    names: Mapping[str, str],
) -> ReleasedFigure:
    row = times.get((stage, breakdown, group))
    return ReleasedFigure(
        figure=stage,
        unit="hours",
        breakdown=breakdown,
        group=group,
        name=group_label(group, names),
        measure=measure,
        value=gate.NOT_SHOWN
        if row is None
        else gate.hours(getattr(row, measure), count=row.count),
    )


def digest(release: Release) -> str:
    """Return the SHA-256 of the canonical JSON of *release*, in hexadecimal."""
    return sha256(canonical(release.model_dump(mode="json", exclude_none=True))).hexdigest()


def release_published(release: Release, *, at: datetime, number: int) -> ReleasePublished:
    """Return the event that publishes *release* at *at*; its cause is that the month has ended."""
    cause = f"month/{release.month}"
    about = envelope.attributes(
        kind=TYPE,
        source=SOURCE,
        subject=release.month,
        at=at,
        cause=cause,
        correlation=cause,
        number=number,
        classification="public",
    )
    return ReleasePublished(**about, data=ReleaseFacts(sha256=digest(release), release=release))
