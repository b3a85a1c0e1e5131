"""Publication in a batch: what it reads and changes, the answers, and the public events."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

from pydantic import TypeAdapter

from services.reporting.assessments.batch import (
    APPLIED,
    MESSAGES,
    REFUSED,
    SOURCE,
    Assessments,
    answer_to,
)
from services.reporting.assessments.site import Person
from services.reporting.publication import evolve as evolved
from services.reporting.publication import store
from services.reporting.publication.dates import day_of
from services.reporting.publication.decide import Context, Refused, decide
from services.reporting.publication.names import names_of
from services.reporting.publication.report import End, Publication
from services.reporting.publication.slugs import slug_of
from services.reporting.sites.store import take_in
from shared.catalog.catalog import Catalog
from shared.contracts import envelope, publications, reporting, routing
from shared.contracts import published_reports as public
from shared.contracts.assessments import PROGRAM
from shared.contracts.event import Event, Facts
from shared.contracts.publications import PublicationMessage
from shared.contracts.reference import Calendar
from shared.contracts.reporting import (
    RELEASES_TOPIC,
    TEXTS_TOPIC,
    TOPIC,
    ReportReadFacts,
    ReportStatusFacts,
    ReportToldFacts,
    ReturnReasonFacts,
)
from shared.delivery.records import Outgoing, Taken
from shared.delivery.relay import outbox
from shared.delivery.sequences import Numbers, Subject
from shared.delivery.take_in.reader import Connection

ABOUT_PUBLICATION: frozenset[type] = frozenset(get_args(PublicationMessage))
"""The events that are messages about publication, each of which is answered."""
ENDS = (routing.EngagementClosed, routing.EngagementEnded, routing.RequestWithdrawn)
"""The events that end an engagement, if they name one."""
_NAMING = (
    publications.PlanDirected, publications.PublicationApproved,
)  # fmt: skip
_WHAT: Mapping[type, str] = {
    publications.PlanDirected: "publication.plan",
    publications.RescheduleDirected: "publication.reschedule",
    publications.ReportDrafted: "report.draft",
    publications.ReportAsked: "report.read",
    publications.FactCheckAnswered: "fact_check.answer",
    publications.PublicationApproved: "publication.approve",
    publications.PublicationReturned: "publication.return",
    publications.ReplyReceived: "reply.state",
    publications.CorrectionDirected: "report.correct",
    publications.CorrectionApproved: "correction.approve",
    publications.WithdrawalDirected: "report.withdraw",
}
_EVENTS: Mapping[type[Facts], type[Event]] = {
    public.SiteFacts: public.SiteChanged,
    public.PlanFacts: public.PublicationPlanned,
    public.RescheduleFacts: public.PublicationRescheduled,
    public.ReportFacts: public.ReportPublished,
    public.ReplyFacts: public.ReplyStated,
    public.CorrectionFacts: public.ReportCorrected,
    public.WithdrawalFacts: public.ReportWithdrawn,
    reporting.FactCheckAskedFacts: reporting.FactCheckAsked,
    reporting.ReplyAskedFacts: reporting.ReplyAsked,
    ReportStatusFacts: reporting.ReportStatusChanged,
}
"""The facts that follow from a message → the event that tells them."""
_FOLLOWING: TypeAdapter[Any] = TypeAdapter(public.PublicationEvent)


def is_end(event: Any) -> bool:
    """Tell whether *event* ends an engagement that is assessed in public."""
    if type(event) not in ENDS:
        return False
    return event.data.engagement_id is not None and event.data.program == PROGRAM


def following(kind: str, value: bytes) -> Facts | None:
    """Return the facts of a published event that followed from a message; None for others."""
    if kind in _ABOUT_REQUEST:
        asked: Facts = _ABOUT_REQUEST[kind].model_validate_json(value).data
        return asked
    if kind in _PUBLIC:
        facts: Facts = _FOLLOWING.validate_json(value).data
        return facts
    return None


@dataclass(slots=True)
class Publications:
    """The announced sites of a batch after what it took in, and what is to be written."""

    known: dict[str, Publication] = field(default_factory=dict)
    everywhere: dict[str, Publication] = field(default_factory=dict)
    """All announced sites without their reports, if names of agencies matter."""
    slugs: dict[str, str] = field(default_factory=dict)
    """The names in addresses of sites that the batch may announce."""
    calendar: Calendar = field(default_factory=Calendar)
    changed: set[str] = field(default_factory=set)
    reports: set[tuple[str, str]] = field(default_factory=set)
    news: list[public.PublicationEvent] = field(default_factory=list)
    told: frozenset[str] = frozenset()
    """In a restore: the ids of events that had led to published events before it."""

    async def read(self, connection: "Connection[Any]", messages: Collection[Any]) -> None:
        """Lock and read the announced sites that *messages* are about."""
        about = {m.subject for m in messages if type(m) in ABOUT_PUBLICATION | MESSAGES}
        ends = {m.data.engagement_id for m in messages if is_end(m)}
        plans = [m for m in messages if type(m) is publications.PlanDirected]
        if plans or ends:
            await store.lock_announcing(connection)
        if about or ends:
            self.known = await store.lock_publications(connection, about | ends)
        if any(type(m) in _NAMING for m in messages):
            self.everywhere = await store.list_publications(connection)
        taken = {each.site.slug for each in self.everywhere.values()}
        for plan in plans:
            if plan.subject not in self.known and plan.subject not in self.slugs:
                self.slugs[plan.subject] = slug_of(plan.data.agency, plan.data.state, taken)
                taken.add(self.slugs[plan.subject])

    def follow_calendar(self, catalog: Catalog, at: datetime) -> None:
        """Count working days by the rule set that is in force *at* that moment."""
        rules = catalog.ruleset_at(at)
        if rules is not None:
            self.calendar = catalog.with_calendar(rules).calendar

    def subjects(self, messages: Iterable[Any]) -> list[Subject]:
        """Return the subjects of the answers to *messages*, and of the events that follow."""
        about = {m.subject for m in messages if type(m) in ABOUT_PUBLICATION}
        read = {m.subject for m in messages if type(m) in _WITH_TEXT}
        slugs = [*self.slugs.values(), *(each.site.slug for each in self.known.values())]
        return [
            *((TOPIC, each) for each in about),
            *((TEXTS_TOPIC, each) for each in read),
            *((RELEASES_TOPIC, slug) for slug in slugs),
        ]

    def drafters(self, engagement_id: str) -> frozenset[Person]:
        """Return everybody who has drafted a report about a site."""
        known = self.known.get(engagement_id)
        return frozenset() if known is None else known.drafters

    def decide(
        self,
        event: PublicationMessage,
        assessments: Assessments,
        *,
        at: datetime,
        numbers: Numbers,
    ) -> Taken:
        """Apply or refuse the message behind *event*; return the answer, and what follows."""
        context = self._context(event, assessments, at)
        decided = decide(event, context)
        reasons = decided.reasons if isinstance(decided, Refused) else ()
        if isinstance(event, publications.ReportAsked) and not isinstance(decided, Refused):
            return Taken("applied", _texts(event, decided.published, at=at, numbers=numbers))
        facts = () if isinstance(decided, Refused) else decided.published
        number = numbers.last(TOPIC, event.subject) + 1
        answer = answer_to(event, _WHAT[type(event)], reasons, at=at, number=number)
        self._settle(event, assessments, facts, context, applied=not reasons)
        numbers.next(TOPIC, event.subject)
        told = [self._tell(event, each, at=at, numbers=numbers) for each in facts]
        outgoing = (outbox.outgoing(TOPIC, answer, key=event.subject), *told)
        return Taken("refused" if reasons else "applied", outgoing)

    def restore(
        self,
        event: PublicationMessage,
        assessments: Assessments,
        published: Sequence[tuple[str, bytes]],
        *,
        at: datetime,
        numbers: Numbers,
    ) -> Taken:
        """
        Take *event* in as it was decided *at* that time; return what is still to be published.

        *published* are the events that it led to before the restore: some may not have come out.
        """
        if isinstance(event, publications.ReportAsked):
            return Taken("refused" if published[0][0] == REFUSED else "applied")
        context = self._context(event, assessments, at)
        kinds = {kind for kind, _ in published}
        if REFUSED in kinds:
            self._settle(event, assessments, (), context, applied=False)
            return Taken("refused")
        told = [each for kind, value in published if (each := following(kind, value)) is not None]
        decided = decide(event, context)
        wanted = () if isinstance(decided, Refused) else decided.published
        known: set[type[Facts]] = {type(each) for each in told}
        if ReportStatusFacts in known:
            known.add(ReturnReasonFacts)  # it is published before the status
        missing = [each for each in wanted if type(each) not in known]
        self._settle(event, assessments, [*told, *missing], context, applied=True)
        outgoing = [self._tell(event, each, at=at, numbers=numbers) for each in missing]
        if APPLIED not in kinds:
            number = numbers.next(TOPIC, event.subject)
            answer = answer_to(event, _WHAT[type(event)], (), at=at, number=number)
            outgoing.append(outbox.outgoing(TOPIC, answer, key=event.subject))
        return Taken("applied", tuple(outgoing))

    def end(self, event: Any, *, numbers: Numbers) -> tuple[Outgoing, ...]:
        """Take in that an engagement has ended; return the site's change, if it is announced."""
        end = End(event.data.engagement_id, event.time, event.id, event.correlationid)
        return self.end_site(end, numbers=numbers)

    def end_site(self, end: End, *, numbers: Numbers) -> tuple[Outgoing, ...]:
        """End the site of an engagement, if it is announced; return its change if it is new."""
        known = self.known.get(end.engagement_id)
        if known is None:
            return ()
        facts = evolved.ended(known, day_of(end.at, self.calendar))
        if facts is None:
            return ()
        self._put(known.model_copy(update={"site": facts}))
        if end.cause in self.told:
            return ()
        told = self._publish(
            facts, cause=end.cause, correlation=end.correlation, at=end.at, numbers=numbers
        )
        return (told,)

    async def save(self, connection: "Connection[Any]") -> None:
        """Write all that has changed."""
        await store.save_publications(connection, [self.known[name] for name in self.changed])
        rows = [(name, self.known[name].reports[report]) for name, report in self.reports]
        await store.save_drafted_reports(connection, rows)
        await take_in(connection, self.news)

    def _context(
        self, event: PublicationMessage, assessments: Assessments, at: datetime
    ) -> Context:
        said = assessments.text_of(event.inreplyto) if event.data.texts is not None else None
        is_draft = type(event) is publications.ReportDrafted
        others = [
            names_of(each) for name, each in self.everywhere.items() if name != event.subject
        ]
        return Context(
            at=at,
            calendar=self.calendar,
            site=assessments.sites.get(event.subject),
            publication=self.known.get(event.subject),
            slug=self.slugs.get(event.subject, ""),
            said={} if said is None else _TEXTS.validate_json(said),
            texts=assessments.texts_of(event.subject) if is_draft else {},
            others=others,
        )

    def _settle(
        self,
        event: PublicationMessage,
        assessments: Assessments,
        facts: Sequence[Facts],
        context: Context,
        *,
        applied: bool,
    ) -> None:
        assessments.settle_text(event, applied=applied)
        if not applied:
            return
        after = evolved.evolve(event, facts, context)
        if after is not None:
            self._put(after)

    def _tell(self, cause: Event, facts: Facts, *, at: datetime, numbers: Numbers) -> Outgoing:
        """Return the event that tells *facts*, which follow from *cause*."""
        if isinstance(facts, ReturnReasonFacts):
            return _reason(cause, facts, at=at, numbers=numbers)
        model = _EVENTS[type(facts)]
        kind = _type_of(model)
        if kind in _ABOUT_REQUEST:
            if isinstance(facts, ReportStatusFacts) and facts.status == "returned":
                texts = numbers.last(TEXTS_TOPIC, cause.subject)
                facts = facts.model_copy(update={"texts": texts})
            number = numbers.next(TOPIC, cause.subject)
            about = envelope.caused_by(cause, kind=kind, source=SOURCE, at=at, number=number)
            asked = model.model_validate({**about, "data": facts})
            return outbox.outgoing(TOPIC, asked, key=cause.subject)
        return self._publish(
            facts, cause=cause.id, correlation=cause.correlationid, at=at, numbers=numbers
        )

    def _publish(
        self, facts: Facts, *, cause: str, correlation: str, at: datetime, numbers: Numbers
    ) -> Outgoing:
        model = _EVENTS[type(facts)]
        slug: str = getattr(facts, "body", facts).slug  # type: ignore[union-attr]  # each has one
        # Public events name only their cause: no person, and no record of a participant.
        about = envelope.attributes(
            kind=_type_of(model),
            source=SOURCE,
            subject=slug,
            at=at,
            cause=cause,
            correlation=correlation,
            number=numbers.next(RELEASES_TOPIC, slug),
            classification="public",
        )
        told: Any = model.model_validate({**about, "data": facts})
        self.news.append(told)
        return outbox.outgoing(RELEASES_TOPIC, told, key=slug)

    def _put(self, after: Publication) -> None:
        name = after.site.engagement_id
        before = self.known.get(name)
        known = {} if before is None else before.reports
        self.reports |= {
            (name, report_id)
            for report_id, report in after.reports.items()
            if known.get(report_id) is not report
        }
        self.changed.add(name)
        self.known[name] = after
        self.everywhere[name] = after


def _texts(
    event: publications.ReportAsked,
    facts: Sequence[Facts],
    *,
    at: datetime,
    numbers: Numbers,
) -> tuple[Outgoing, ...]:
    """Return the text that *event* asked for, then the event that says it was given."""
    (told,) = facts
    assert isinstance(told, ReportToldFacts)
    number = numbers.next(TEXTS_TOPIC, event.subject)
    read = ReportReadFacts(
        participant=told.participant,
        engagement_id=told.engagement_id,
        report_id=told.body.report_id,
        version=told.body.version,
        hash=told.hash,
        texts=number,
    )
    about = envelope.caused_by(
        event, kind=_type_of(reporting.ReportTold), source=SOURCE, at=at, number=number
    )
    text = reporting.ReportTold(**{**about, "dataclassification": "restricted"}, data=told)
    number = numbers.next(TOPIC, event.subject)
    about = envelope.caused_by(
        event, kind=_type_of(reporting.ReportRead), source=SOURCE, at=at, number=number
    )
    noted = reporting.ReportRead(**about, data=read)
    return (
        outbox.outgoing(TEXTS_TOPIC, text, key=event.subject),
        outbox.outgoing(TOPIC, noted, key=event.subject),
    )


def _reason(cause: Event, facts: ReturnReasonFacts, *, at: datetime, numbers: Numbers) -> Outgoing:
    """Return why a version was returned: restricted, so the event on the log leaves it out."""
    number = numbers.next(TEXTS_TOPIC, cause.subject)
    kind = _type_of(reporting.ReturnReasonTold)
    about = envelope.caused_by(cause, kind=kind, source=SOURCE, at=at, number=number)
    told = reporting.ReturnReasonTold(**{**about, "dataclassification": "restricted"}, data=facts)
    return outbox.outgoing(TEXTS_TOPIC, told, key=cause.subject)


def _type_of(model: type[Event]) -> str:
    (kind,) = get_args(model.model_fields["type"].annotation)
    return str(kind)


_ABOUT_REQUEST: Mapping[str, Any] = {
    _type_of(model): model for model in get_args(reporting.AboutRequest)
}
"""The models of the events that tell participants about a report, by type."""
_WITH_TEXT = (publications.ReportAsked, publications.PublicationReturned)
"""The messages after which a text is told."""
_PUBLIC = frozenset(_type_of(model) for model in get_args(get_args(public.PublicationEvent)[0]))
_TEXTS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])
