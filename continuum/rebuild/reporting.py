"""Folds reporting's tables from the log, with reporting's own code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from continuum.rebuild.tables import Tables
from services.reporting import store
from services.reporting.assessments.batch import MESSAGES
from services.reporting.handlers import Batch, ReportingReader
from services.reporting.programs import TYPE, ProgramRow, program_row
from services.reporting.publication.batch import ABOUT_PUBLICATION
from shared.catalog import catalog
from shared.contracts import intake, reference, routing
from shared.contracts.event import derived_id
from shared.contracts.reference import ProgramDefined
from shared.contracts.reporting import PROGRAMS_TOPIC, ProgramChanged, ProgramsEvent
from shared.delivery.records import Item
from shared.delivery.sequences import Numbers
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_READER = ReportingReader()
_PUBLISHED: TypeAdapter[Any] = TypeAdapter(Annotated[ProgramsEvent, Field(discriminator="type")])


def _batch() -> Batch:
    # Time and numbers are for announcements only, and a rebuild publishes none.
    return Batch(at=datetime.min.replace(tzinfo=UTC), numbers=Numbers({}))


@dataclass(slots=True)
class Changes:
    """A batch's changes: requests, their timelines, and the latest definitions of programs."""

    state: Batch = field(default_factory=_batch)
    programs: dict[str, ProgramRow] = field(default_factory=dict)


def _decide(changes: Changes, item: Item) -> None:
    event = item.message
    if item.record.topic == reference.TOPIC:
        changes.state.catalog.append((event.number, event))
        if type(event) is ProgramDefined:
            changes.programs[event.data.id] = program_row(event)
    elif (
        type(event) not in MESSAGES | ABOUT_PUBLICATION
    ):  # reporting's decisions about them are kept
        _READER.decide(changes.state, item)


async def _save(connection: Any, changes: Changes) -> None:
    state, programs = changes.state, changes.programs
    if state.rows or state.entries:
        await store.save_batch(connection, rows=state.rows, entries=state.entries)
    if programs:
        await store.save_programs(connection, programs=list(programs.values()))
    await catalog.take_in(connection, state.catalog)


async def _read_back(
    connection: Any, published: Sequence[bytes], numbers: Mapping[str, int]
) -> None:
    events = [_PUBLISHED.validate_json(value) for value in published]
    changes = {(e.subject, e.number): e for e in events if isinstance(e, ProgramChanged)}
    openings = opened(changes, numbers)
    columns = list(zip(*openings, strict=True)) or [(), (), ()]
    await connection.execute(_SQL["open_programs"], *columns)


def opened(
    announcements: Mapping[tuple[str, int], ProgramChanged], numbers: Mapping[str, int]
) -> list[tuple[str, str, datetime]]:
    """
    Return the announced openings, as (program, id of its definition, time of the announcement).

    *announcements* holds what reporting published, by program and number; *numbers* limits the
    number of each program.
    """
    return [
        (program, event.causationid, event.time)
        for (program, number), event in sorted(announcements.items())
        if number <= numbers.get(program, 0)
        and event.id == derived_id(event.causationid, TYPE, program, 1)
    ]


async def _figures(connection: Any) -> Mapping[str, int]:
    """Return the live figures, counted from the tables that *connection* sees."""
    counts = {
        f"requests, {count.breakdown} {count.value}": count.count
        for count in await store.count_requests(connection)
    }
    volumes = {
        f"{volume.unit}, {volume.breakdown} {volume.name}": volume.count
        for volume in await store.count_volumes(connection)
    }
    return {**counts, **volumes}


REPORTING = Tables(
    names=("requests", "timeline", "programs", "catalog", "gates"),
    kept={
        ("read_to",): "how far the log was read is no fold of it",
        (
            "sites",
            "focus_areas",
            "findings",
            "recommendations",
            "verified_statuses",
            "publications",
            "drafted_reports",
        ): "are its decisions about assessments; after a restore it catches up by its own answers",
        ("drafts",): "hold texts from a topic that is kept for 400 days",
        ("releases", "corrections"): (
            "are published once (`continuum figures rerun` computes a month again)"
        ),
        ("site_events",): "are its events about sites on cri.pub.reports.v1; a restore reads them",
        ("late_times",): "say which months the next release counts again",
    },
    topics=frozenset({intake.TOPIC, routing.TOPIC, reference.TOPIC}),
    make=_SQL["make_reporting"] + _SQL["make_catalog"],
    see=_SQL["see_reporting"],
    repair=_SQL["repair_reporting"] + _SQL["repair_catalog"] + _SQL["repair_gates"],
    parse=_READER.parse,
    begin=Changes,
    decide=_decide,
    save=_save,
    lock=_SQL["lock_programs"],
    own=PROGRAMS_TOPIC,
    read_back=_read_back,
    figures=_figures,
)
