"""
Brings a database restored from an older dump up to the announcements reporting has published.

Reporting's tables are a fold of other services' topics, which it reads again from the restored
checkpoints. The announcements about programs and solicitations, the releases and their
corrections, and the answers to messages about assessments are its own: none is published twice, a
release that was published is the release of its month, and a message that was answered is applied
or refused as it was then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from services.reporting import solicitations, store
from services.reporting.assessments.batch import APPLIED, CHANGED, MESSAGES, REFUSED
from services.reporting.corrections import store as corrections
from services.reporting.handlers import Batch, ReportingReader
from services.reporting.programs import TYPE, program_row
from services.reporting.publication import store as publication_store
from services.reporting.publication.batch import ABOUT_PUBLICATION, ENDS, Publications
from services.reporting.sites.store import take_in
from shared.business_clock import REAL_TIME, BusinessClock
from shared.catalog.catalog import CatalogCache
from shared.contracts import intake, reference, reporting, routing
from shared.contracts.event import derived_id
from shared.contracts.published_reports import PublicationEvent
from shared.contracts.reporting import (
    RELEASES_TOPIC,
    FigureCorrected,
    PublicationLate,
    ReleaseEvent,
    ReleasePublished,
)
from shared.delivery import sequences
from shared.delivery.published import PublishedEvent
from shared.delivery.records import Item, Malformed, PassedOver, Record, Taken
from shared.delivery.relay import outbox
from shared.delivery.restore.catch_up import (
    PublishedByCause,
    fold_sequences,
    read_published,
)
from shared.delivery.restore.own_log import OwnTopics
from shared.delivery.take_in.overdue import take_in_answered
from shared.delivery.take_in.reader import Connection, Reader
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


_LED_TO_EVENTS = (
    reference.ProgramDefined,
    reference.SolicitationAnnounced,
    *MESSAGES,
    *ABOUT_PUBLICATION,
    *ENDS,
)
_REPORTS: TypeAdapter[Any] = TypeAdapter(
    Annotated[ReleaseEvent | PublicationEvent, Field(discriminator="type")]
)
OWN = OwnTopics(r"^cri\.(pub\.programs|pub\.reports|int\.reporting)\.v1$")


@dataclass(slots=True)
class RestoreBatch:
    """
    A batch, and the ids of the events that its own events have led to already.

    ``published`` maps the id of each of its events to the events that it has led to, in order.
    """

    batch: Batch
    published_ids: frozenset[str]
    published: PublishedByCause


class RestoreReader:
    """Takes definitions and messages in again without repeating announcements and answers."""

    def __init__(self, clock: BusinessClock = REAL_TIME) -> None:
        self._reader = ReportingReader(clock)

    def parse(self, record: Record) -> Item | PassedOver | Malformed:
        return self._reader.parse(record)

    def unprocessable(self, record: Record) -> None:
        """Do nothing: every record comes from Continuum's own services."""

    async def load(
        self, connection: "Connection[Any]", items: Sequence[Item], *, at: datetime
    ) -> RestoreBatch:
        batch = await self._reader.load(connection, items, at=at)
        causes = [item.message.id for item in items if type(item.message) in _LED_TO_EVENTS]
        found = await read_published(connection, causes) if causes else {}
        published_ids = frozenset(event.id for events in found.values() for event in events)
        batch.publications.told = frozenset(found)
        return RestoreBatch(batch, published_ids, found)

    def decide(self, state: RestoreBatch, item: Item) -> Taken:
        event = item.message
        if type(event) is reference.SolicitationAnnounced and _is_published(state, event):
            state.batch.catalog.append((event.number, event))
            return Taken("applied")
        published = state.published.get(event.id, ())
        until = state.batch.until(event)
        if until is not None and all(each.type != REFUSED for each in published):
            return Taken("held", until=until)  # it may have been applied
        if type(event) in MESSAGES and published:
            return _settled(state, event, published)
        if type(event) in ABOUT_PUBLICATION and published:
            return state.batch.publications.restore(
                event,
                state.batch.assessments,
                [(each.type, each.value) for each in published],
                at=published[0].at,
                numbers=state.batch.numbers,
            )
        if type(event) is not reference.ProgramDefined:
            return self._reader.decide(state.batch, item)
        if _announcement_id(event.id, event.data.id, opened=False) not in state.published_ids:
            return self._reader.decide(state.batch, item)
        state.batch.catalog.append((event.number, event))
        row = program_row(event)
        opened = _announcement_id(row.defined_by, row.program, opened=True) in state.published_ids
        state.batch.programs[row.program] = replace(row, opening_told=opened)
        return Taken("applied")

    async def save(self, connection: "Connection[Any]", state: RestoreBatch) -> None:
        await self._reader.save(connection, state.batch)


class Restore:
    """Reporting's part of `shared.delivery.restore.catch_up`; topics may come in any order."""

    order = ("",)

    def __init__(self, clock: BusinessClock = REAL_TIME) -> None:
        self._clock = clock
        self.reader: Reader[Any] = RestoreReader(clock)

    async def fold(self, connection: Any) -> None:
        """Raise sequence numbers, mark announced openings, and put back what was published."""
        await fold_sequences(connection)
        await connection.execute(_SQL["restore_texts_told"])
        for (value,) in await connection.fetch(_SQL["read_announced_reports"]):
            await _put_back(connection, value)
        programs = await connection.fetch(_SQL["list_definitions"])
        ids = [_announcement_id(str(by), program, opened=True) for program, by in programs]
        await connection.execute(_SQL["restore_openings"], [p for p, _ in programs], ids)

    async def finish(self, connection: Any) -> None:
        """
        Settle refused messages that wait, end sites, and put back which reports were late.

        An end may have been taken in again before its site.
        """
        await take_in_answered(
            connection,
            self.reader,
            topic=intake.TOPIC,
            for_topic=routing.TOPIC,
            answer=REFUSED,
            service="reporting",
        )
        await self._end_sites(connection)
        rows = await connection.fetch(_SQL["read_announced_lateness"])
        late = [PublicationLate.model_validate_json(row["value"]).data for row in rows]
        await publication_store.restore_lateness(connection, late)

    async def _end_sites(self, connection: Any) -> None:
        """
        End each site whose end was taken in before what announced the site or made it active.

        An end that was not published is published now.
        """
        told, ends = await publication_store.read_ended_sites(connection)
        sites = [_REPORTS.validate_json(value).data for value in told]
        await publication_store.restore_sites(connection, sites)
        if not ends:
            return
        engagements = [each.engagement_id for each in ends]
        known = await publication_store.lock_publications(connection, engagements)
        publications = Publications(known)
        at = self._clock.at(await store.read_clock(connection))
        publications.follow_calendar(await CatalogCache().current(connection), at)
        slugs = [(RELEASES_TOPIC, each.site.slug) for each in known.values()]
        numbers = await sequences.lock(connection, slugs)
        events = [each for end in ends for each in publications.end_site(end, numbers=numbers)]
        await publications.save(connection)
        await outbox.append(connection, events)
        await sequences.save(connection, numbers)


def _settled(state: RestoreBatch, event: Any, published: Sequence[PublishedEvent]) -> Taken:
    """Take *event* in as it was answered; what its provider was told may not have come out."""
    assessments = state.batch.assessments
    applied = published[0].type == APPLIED
    assessments.settle(event, applied=applied)
    if not applied:
        return Taken("refused")
    if any(each.type == CHANGED for each in published):
        return Taken("applied")
    told = assessments.told(event, at=published[0].at, numbers=state.batch.numbers)
    if told is None:
        return Taken("applied")
    return Taken("applied", (outbox.outgoing(reporting.TOPIC, told, key=event.subject),))


async def _put_back(connection: Any, value: bytes) -> None:
    try:
        event = _REPORTS.validate_json(value)
    except ValidationError:  # a record that this service did not write
        return
    if isinstance(event, ReleasePublished):
        await store.save_release(connection, published=event.data, at=event.time)
    elif isinstance(event, FigureCorrected):
        await corrections.save_corrections(connection, [event])
    else:
        await take_in(connection, [event])


def _announcement_id(defined_by: str, program: str, *, opened: bool) -> str:
    return derived_id(defined_by, TYPE, program, int(opened))


def _is_published(state: RestoreBatch, event: reference.SolicitationAnnounced) -> bool:
    subject = solicitations.subject_of(event.data.id)
    return derived_id(event.id, solicitations.TYPE, subject, 0) in state.published_ids
