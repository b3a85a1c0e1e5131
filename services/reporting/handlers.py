"""Handles one batch: folds requests and reference data, announces changes of programs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from services.reporting import store
from services.reporting.assessments.batch import MESSAGES, Assessments, subjects_of
from services.reporting.corrections import store as corrections
from services.reporting.corrections.decide import LATE_AFTER
from services.reporting.programs import ProgramRow, program_changed, program_row
from services.reporting.project import RequestLogEvent, changed_by, merge
from services.reporting.publication.batch import ABOUT_PUBLICATION, Publications, is_end
from services.reporting.solicitations import solicitation_published, subject_of
from services.reporting.timeline import TimelineEntry, entry_of
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog import catalog
from shared.contracts import intake, reference, reporting, routing
from shared.contracts.assessments import DRAFTS_TOPIC, AssessmentEvent, DraftStated
from shared.contracts.later import LaterEvent
from shared.contracts.publications import PublicationMessage
from shared.contracts.reporting import PROGRAMS_TOPIC
from shared.contracts.tracking import is_tracking_number, tracking_number_in
from shared.delivery import sequences
from shared.delivery.records import Gate, Item, Malformed, PassedOver, Record, Taken
from shared.delivery.relay import outbox
from shared.delivery.sequences import Numbers
from shared.delivery.take_in.reader import Connection, parse_event, parse_later, unknown

_EVENTS: dict[str, TypeAdapter[Any]] = {
    # No figure needs the types that are missing here (capacity, forgotten persons).
    intake.TOPIC: TypeAdapter(
        Annotated[
            intake.RequestEvent | AssessmentEvent | PublicationMessage, Field(discriminator="type")
        ]
    ),
    DRAFTS_TOPIC: TypeAdapter(DraftStated),
    routing.TOPIC: TypeAdapter(Annotated[routing.RoutingEvent, Field(discriminator="type")]),
    reference.TOPIC: catalog.EVENTS,
}
_TAKEN = Taken("applied")
_IGNORED = Taken("ignored")
_ANSWERS = (routing.MessageApplied, routing.MessageRefused)


@dataclass(slots=True)
class Batch:
    """The changes of one batch, in memory until `ReportingReader.save` writes them."""

    at: datetime
    numbers: Numbers
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: list[TimelineEntry] = field(default_factory=list)
    programs: dict[str, ProgramRow] = field(default_factory=dict)
    catalog: list[tuple[int, reference.ReferenceEvent]] = field(default_factory=list)
    publications: Publications = field(default_factory=Publications)
    assessments: Assessments = field(default_factory=Assessments)
    amended: set[str] = field(default_factory=set)
    routed: dict[str, Gate] = field(default_factory=dict)
    """Engagements that are unknown → the next event about their request."""

    def until(self, event: Any) -> Gate | None:
        """Return what to wait for before *event* is decided; None if nothing."""
        if type(event) not in MESSAGES | ABOUT_PUBLICATION:
            return None
        if event.subject in self.assessments.sites:
            return None
        return self.routed.get(event.subject)


class ReportingReader:
    """
    Folds the log into reporting's tables (see `shared.delivery.take_in.reader.Reader`).

    Topics may interleave in any order: the folds commute. But a message about publication is held
    until its texts have come, and one about an unknown engagement until that is known, unless the
    reader *has_read_all* of routing's log that could make it known.
    """

    def __init__(self, clock: BusinessClock = REAL_TIME, *, has_read_all: bool = False) -> None:
        self._clock = clock
        self._has_read_all = has_read_all
        self._catalog = catalog.CatalogCache()

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        found = parse_event(record, _EVENTS[record.topic])
        if isinstance(found, PassedOver) and found.unknown and is_tracking_number(found.key):
            return parse_later(found)
        if isinstance(found, Item) and type(found.message) in ABOUT_PUBLICATION:
            texts = found.message.data.texts
            if texts is not None:
                return found._replace(needs=(Gate(DRAFTS_TOPIC, found.key, texts),))
        return found

    def unprocessable(self, record: Record) -> None:
        """Do nothing: every record comes from Continuum's own services."""

    async def load(
        self, connection: "Connection[Any]", items: Sequence[Item], *, at: datetime
    ) -> Batch:
        """Lock the programs, announced sites and numbers of the batch; requests need no read."""
        programs = sorted(
            {
                item.message.data.id
                for item in items
                if type(item.message) is reference.ProgramDefined
            }
        )
        if programs:
            await store.lock_programs(connection, programs=programs)
        messages = [item.message for item in items]
        announced = [(PROGRAMS_TOPIC, name) for name in (*programs, *_solicitations(items))]
        publications = Publications()
        await publications.read(connection, messages)
        subjects = [*subjects_of(messages), *publications.subjects(messages)]
        numbers = await sequences.lock(connection, [*announced, *subjects])
        batch = Batch(at=self._clock.at(at), numbers=numbers, publications=publications)
        about = {m.subject for m in messages if type(m) in MESSAGES | ABOUT_PUBLICATION}
        with_texts = any(type(m) in ABOUT_PUBLICATION for m in messages)
        await batch.assessments.read(connection, about, with_texts=with_texts)
        if with_texts or publications.known:
            publications.follow_calendar(await self._catalog.current(connection), batch.at)
        if unknown := about - batch.assessments.sites.keys():
            batch.routed = await self._routed(connection, unknown)
        return batch

    async def _routed(
        self, connection: "Connection[Any]", engagements: Collection[str]
    ) -> dict[str, Gate]:
        if self._has_read_all:
            return {}
        requests = {each: found for each in engagements if (found := tracking_number_in(each))}
        last = await store.read_routed(connection, set(requests.values()))
        return {
            engagement: Gate(routing.TOPIC, request, last.get(request, 0) + 1)
            for engagement, request in requests.items()
        }

    def decide(self, state: Batch, item: Item) -> Taken:
        event, topic = item.message, item.record.topic
        if topic == reference.TOPIC:
            state.catalog.append((event.number, event))
            if type(event) is reference.ProgramDefined:
                return _define_program(state, event)
            if type(event) is reference.SolicitationAnnounced:
                return _publish_solicitation(state, event)
            return _TAKEN
        if topic == DRAFTS_TOPIC:
            state.assessments.keep_draft(event)
            return _TAKEN
        if (until := state.until(event)) is not None:
            return Taken("held", until=until)
        if type(event) in MESSAGES:
            return _answer_message(state, event)
        if type(event) in ABOUT_PUBLICATION:
            return state.publications.decide(
                event, state.assessments, at=state.at, numbers=state.numbers
            )
        # Routing's answers to providers do not concern a request.
        if type(event) in _ANSWERS and not is_tracking_number(event.subject):
            return _IGNORED
        _fold(state, event, topic=topic)
        if topic == routing.TOPIC:
            state.assessments.follow(event)
        if is_end(event):
            return Taken("applied", state.publications.end(event, numbers=state.numbers))
        if type(event) is LaterEvent:
            kind = unknown(event.type)
            return Taken("ignored", counted=() if kind is None else (("schema_unknown", kind),))
        if type(event) is routing.ClockMissed:
            return Taken("applied", counted=(("clock_missed", event.data.clock),))
        return _TAKEN

    async def save(self, connection: "Connection[Any]", state: Batch) -> None:
        if state.rows or state.entries:
            await store.save_batch(connection, rows=state.rows, entries=state.entries)
            await _note_what_is_late(connection, state)
        if state.programs:
            await store.save_programs(connection, programs=list(state.programs.values()))
        await state.assessments.save(connection)
        await state.publications.save(connection)
        await sequences.save(connection, state.numbers)
        await catalog.take_in(connection, state.catalog)


async def _note_what_is_late(connection: "Connection[Any]", state: Batch) -> None:
    """Note months that may have been released without what this batch says about them."""
    before = state.at - LATE_AFTER
    late = [entry for entry in state.entries if entry.at < before]
    if late:
        times, requests = [e.at for e in late], {e.tracking_number for e in late}
        await corrections.note_late_times(
            connection, times, requests, before=before, because="late"
        )
    if state.amended:
        await corrections.note_late_times(
            connection, [], state.amended, before=before, because="amended"
        )


def _fold(state: Batch, event: RequestLogEvent | LaterEvent, *, topic: str) -> None:
    entry = entry_of(event, topic=topic)
    # Only routing's events set the columns that `LaterEvent` changes, in every release.
    sets_columns = topic == routing.TOPIC or type(event) is not LaterEvent
    change = changed_by(event) if sets_columns else {}
    state.entries.append(entry)
    if type(event) is intake.RequestAmended:
        state.amended.add(event.subject)
    if change:
        merge(state.rows.setdefault(event.subject, {}), change)


def _answer_message(state: Batch, event: AssessmentEvent) -> Taken:
    drafters = state.publications.drafters(event.subject)
    answer, told = state.assessments.decide(
        event, drafters=drafters, at=state.at, numbers=state.numbers
    )
    events = (answer,) if told is None else (answer, told)
    messages = tuple(outbox.outgoing(reporting.TOPIC, e, key=event.subject) for e in events)
    applied = type(answer) is reporting.MessageApplied
    return Taken("applied" if applied else "refused", messages)


def _define_program(state: Batch, event: reference.ProgramDefined) -> Taken:
    row = program_row(event)
    number = state.numbers.last(PROGRAMS_TOPIC, row.program) + 1
    changed = program_changed(row, at=state.at, number=number)
    message = outbox.outgoing(PROGRAMS_TOPIC, changed, key=row.program)
    state.programs[row.program] = row
    state.numbers.next(PROGRAMS_TOPIC, row.program)
    return Taken("applied", (message,))


def _solicitations(items: Sequence[Item]) -> list[str]:
    """Return the subjects of the announcements about the solicitations in *items*."""
    announced = [i.message for i in items if type(i.message) is reference.SolicitationAnnounced]
    return [subject_of(event.data.id) for event in announced]


def _publish_solicitation(state: Batch, event: reference.SolicitationAnnounced) -> Taken:
    subject = subject_of(event.data.id)
    number = state.numbers.next(PROGRAMS_TOPIC, subject)
    published = solicitation_published(event, at=state.at, number=number)
    return Taken("applied", (outbox.outgoing(PROGRAMS_TOPIC, published, key=subject),))
