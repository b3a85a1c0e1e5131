"""Folds the messages about an assessment in public: its dates, reports and statuses. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import Field, TypeAdapter

from shared.clocks.due_dates import due_days
from shared.contracts import assessments, publications
from shared.contracts.assessments import AssessmentEvent, StatusProposed
from shared.contracts.event import sender_of
from shared.contracts.publications import PublicationMessage
from shared.contracts.published_reports import Interval, ReportKind, SlipReason
from shared.contracts.reporting import PublicationLate

SiteEvent = AssessmentEvent | PublicationMessage | PublicationLate
KEPT: frozenset[type] = frozenset(
    (
        *(each for each in get_args(PublicationMessage) if each is not publications.ReportAsked),
        StatusProposed,
        assessments.StatusVerificationDirected,
        PublicationLate,
    )
)
"""The events that change something here: no findings, recommendations, claims or readings."""
_EVENTS: TypeAdapter[SiteEvent] = TypeAdapter(Annotated[SiteEvent, Field(discriminator="type")])
VersionState = Literal["fact_check", "checked", "disputed", "returned", "published"]


class Said(NamedTuple):
    """
    A message about an assessment, and reporting's decision on it, which comes on another topic.

    ``event`` is intake's event (JSON), or reporting's own if no message led to it. ``number`` is
    the place of the decision among those about the engagement; ``hash`` and ``due_at`` belong to
    the fact check of a draft. Values not read yet are None.
    """

    event_id: str
    engagement_id: str
    event: str | None = None
    number: int | None = None
    applied: bool | None = None
    settled_at: datetime | None = None
    hash: str | None = None
    due_at: datetime | None = None

    def completed(self, other: "Said") -> "Said":
        """Return this with what *other* knows of the same message."""
        known = {name: value for name, value in self._asdict().items() if value is not None}
        return other._replace(**known)


class Person(NamedTuple):
    """Who acts: a pseudonym is unique only within its participant."""

    participant: str
    actor: str | None


class Plan(NamedTuple):
    """When reports of a kind are due, and the day in UTC on which that was stated."""

    every: Interval
    first_due_on: date
    stated_on: date


class Move(NamedTuple):
    """A report of a kind is now due on another day."""

    kind: ReportKind
    due_on: date
    new_due_on: date
    reason: SlipReason


class Verified(NamedTuple):
    """A status that the office has verified, from a day on."""

    status: str
    on: date
    by: Person


class Proposal(NamedTuple):
    """A status that the provider has decided and the office has not verified yet."""

    status: str
    reason: str | None
    on: date
    by: Person
    number: int
    since: datetime


class Correction(NamedTuple):
    """A correction of a published report, and who stated it; another person approves it."""

    item: str
    by: Person
    since: datetime
    is_approved: bool = False


@dataclass(slots=True)
class Report:
    """
    A report as its last version stands, since a time.

    ``due_at`` is when the agency's time for the fact check ends. ``disputed`` are the items that
    the agency disputes; None: the report as a whole.
    """

    report_id: str
    kind: ReportKind
    version: int
    as_of: date
    hash: str
    since: datetime
    due_at: datetime
    state: VersionState = "fact_check"
    drafters: list[Person] = field(default_factory=list)
    verifiers: list[Person] = field(default_factory=list)
    disputed: list[str | None] = field(default_factory=list)
    due_on: date | None = None
    """Its due date by the plan; None until it is published, or if no plan asked for it."""
    published_at: datetime | None = None
    corrections: dict[int, Correction] = field(default_factory=dict)
    is_withdrawn: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether its last version waits for the agency or the office."""
        return not self.is_withdrawn and self.state in ("fact_check", "checked", "disputed")

    @property
    def has_worked(self) -> frozenset[Person]:
        """Everyone who drafted it or verified a status in it; none of them may approve it."""
        return frozenset((*self.drafters, *self.verifiers))


@dataclass(slots=True)
class Assessment:
    """An assessment; ``late`` holds the due dates that reporting has announced as missed."""

    engagement_id: str
    request_id: str = ""
    plans: dict[ReportKind, list[Plan]] = field(default_factory=dict)
    """The plans for reports of each kind; the last one is in force."""
    moves: list[Move] = field(default_factory=list)
    late: dict[tuple[ReportKind, date], datetime] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    statuses: dict[str, list[Verified]] = field(default_factory=dict)

    @property
    def drafters(self) -> frozenset[Person]:
        """Everyone who drafted a report about it; none of them may verify a status."""
        return frozenset(each for report in self.reports.values() for each in report.drafters)

    def open_days(self, kind: ReportKind) -> Iterator[tuple[date, date]]:
        """Yield (due day by the plan, due day now) of the unpublished reports of *kind*."""
        done = {
            each.due_on
            for each in self.reports.values()
            if each.kind == kind and each.due_on is not None
        }
        moves = [each for each in self.moves if each.kind == kind]
        for day in due_days(self.plans.get(kind, []), moves, done):
            if day.first_on not in done:
                yield day.first_on, day.on

    def take(self, event: SiteEvent, said: Said) -> None:
        """Apply a message that reporting has applied, or the news that a report is late."""
        assert said.number is not None
        assert said.settled_at is not None
        if isinstance(event, PublicationLate):
            self.late[event.data.kind, event.data.due_on] = said.settled_at
            return
        self.request_id = event.data.request_id
        match event:
            case publications.PlanDirected(data=plan):
                stated_on = said.settled_at.astimezone(UTC).date()
                stated = Plan(plan.every, plan.first_due_on, stated_on)
                self.plans.setdefault(plan.kind, []).append(stated)
                self._drop_late(plan.kind)
            case publications.RescheduleDirected(data=move):
                made = Move(move.kind, move.due_on, move.new_due_on, move.reason)
                self.moves.append(made)
                self._drop_late(move.kind)
            case StatusProposed(data=status):
                by, at = _person(event), said.settled_at
                self.proposals[status.recommendation] = Proposal(
                    status.status, status.reason_code, status.on, by, said.number, at
                )
            case assessments.StatusVerificationDirected(data=verdict):
                proposal = self.proposals.pop(verdict.recommendation, None)
                if proposal is None or verdict.decision == "accept":
                    verified = Verified(verdict.status, verdict.on, _person(event))
                    self.statuses.setdefault(verdict.recommendation, []).append(verified)
            case publications.ReportDrafted():
                self._draft(event, said)
            case (
                publications.FactCheckAnswered()
                | publications.PublicationApproved()
                | publications.PublicationReturned()
                | publications.ReplyReceived()
                | publications.CorrectionDirected()
                | publications.CorrectionApproved()
                | publications.WithdrawalDirected()
            ):
                if (report := self.reports.get(event.data.report_id)) is not None:
                    self._change(report, event, said.settled_at)
            case (
                assessments.FocusAreaSet()
                | assessments.FindingRecorded()
                | assessments.RecommendationRecorded()
                | assessments.RecommendationClaimed()
                | publications.ReportAsked()
            ):
                pass

    def _drop_late(self, kind: ReportKind) -> None:
        """Forget late dates of *kind* that are moved, published, or no longer in the plan."""
        passed = [due for of, due in self.late if of == kind]
        if not passed:
            return
        holding = set()
        for first, now in self.open_days(kind):
            if first > max(passed):
                break
            holding.add(now)
        for due in passed:
            if due not in holding:
                del self.late[kind, due]

    def _draft(self, event: publications.ReportDrafted, said: Said) -> None:
        drafted, by = event.data, _person(event)
        assert said.settled_at is not None
        assert said.hash is not None
        assert said.due_at is not None
        before = self.reports.get(drafted.report_id)
        report = Report(
            report_id=drafted.report_id,
            kind=drafted.kind,
            version=drafted.version,
            as_of=drafted.as_of,
            hash=said.hash,
            since=said.settled_at,
            due_at=said.due_at,
            verifiers=sorted(set(self._verifiers(drafted))),
        )
        if before is not None:
            report.drafters = before.drafters
            report.due_on, report.published_at = before.due_on, before.published_at
            report.corrections = before.corrections
        if by not in report.drafters:
            report.drafters = [*report.drafters, by]
        self.reports[drafted.report_id] = report

    def _verifiers(self, drafted: publications.DraftedFacts) -> Iterator[Person]:
        for number in drafted.items:
            holding = [each for each in self.statuses.get(number, ()) if each.on <= drafted.as_of]
            if holding:
                yield holding[-1].by

    def _change(
        self,
        report: Report,
        event: publications.FactCheckAnswered
        | publications.PublicationApproved
        | publications.PublicationReturned
        | publications.ReplyReceived
        | publications.CorrectionDirected
        | publications.CorrectionApproved
        | publications.WithdrawalDirected,
        at: datetime,
    ) -> None:
        match event:
            case publications.FactCheckAnswered(data=answer):
                report.disputed = [e.item for e in answer.items if e.answer == "dispute"]
                report.state = "disputed" if report.disputed else "checked"
                report.since = at
            case publications.PublicationReturned():
                report.state, report.since = "returned", at
            case publications.PublicationApproved():
                if report.published_at is None:
                    report.due_on, _ = next(self.open_days(report.kind), (None, None))
                report.state, report.since, report.published_at = "published", at, at
                self._drop_late(report.kind)
            case publications.CorrectionDirected(data=stated):
                found = Correction(stated.item, _person(event), at)
                report.corrections[stated.correction] = found
            case publications.CorrectionApproved(data=approved):
                if (stands := report.corrections.get(approved.correction)) is not None:
                    done = stands._replace(is_approved=True)
                    report.corrections[approved.correction] = done
            case publications.WithdrawalDirected():
                report.is_withdrawn, report.since = True, at
            case publications.ReplyReceived():
                pass


class ReportState(NamedTuple):
    """Where a report stands: the state of its last version, or that it was withdrawn."""

    engagement_id: str
    report_id: str
    kind: str
    state: str
    since: datetime
    due_at: datetime


def report_states(assessment: Assessment) -> list[ReportState]:
    """Return where each report of an assessment stands."""
    return [
        ReportState(
            assessment.engagement_id,
            each.report_id,
            each.kind,
            "withdrawn" if each.is_withdrawn else each.state,
            each.since,
            each.due_at,
        )
        for each in assessment.reports.values()
    ]


def decided(said: Iterable[Said]) -> Iterator[tuple[Said, SiteEvent]]:
    """
    Yield the messages that reporting applied, in the order of its decisions.

    Stop at the first one of which only one topic has been read: later ones may depend on it.
    """
    settled = [each for each in said if each.number is not None]
    for each in sorted(settled, key=lambda each: each.number or 0):
        if not each.applied:
            continue
        if each.event is None:
            return
        event = _EVENTS.validate_json(each.event)
        if isinstance(event, publications.ReportDrafted) and each.hash is None:
            return
        yield each, event


def assessment_of(engagement_id: str, said: Iterable[Said]) -> Assessment:
    """Return the assessment that results from what was *said* about it."""
    found = Assessment(engagement_id)
    for each, event in decided(said):
        found.take(event, each)
    return found


def _person(event: AssessmentEvent | PublicationMessage) -> Person:
    return Person(sender_of(event) or event.data.participant, event.actor)
