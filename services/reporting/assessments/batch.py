"""The assessments of a batch: the sites that it reads and changes, and the answers."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, get_args

from services.reporting.assessments import store
from services.reporting.assessments.decide import refusal_of, told_to_provider
from services.reporting.assessments.site import Person, Site, evolve
from services.reporting.assessments.store import DraftRow, Numbered
from shared.contracts import envelope, routing
from shared.contracts.assessments import (
    PROGRAM,
    AssessmentEvent,
    DraftStated,
    FindingRecorded,
    FocusAreaSet,
    RecommendationClaimed,
    RecommendationRecorded,
    StatusProposed,
    StatusVerificationDirected,
)
from shared.contracts.event import Event
from shared.contracts.intake import Reason
from shared.contracts.publications import PublicationMessage
from shared.contracts.reporting import (
    TOPIC,
    AnswerEvent,
    AppliedFacts,
    MessageApplied,
    MessageRefused,
    MessageRefusedFacts,
    RecommendationChanged,
)
from shared.delivery.sequences import Numbers, Subject
from shared.delivery.take_in.reader import Connection

MESSAGES: frozenset[type] = frozenset(get_args(AssessmentEvent))
"""The events that are messages about assessments, each of which is answered."""
APPLIED = "gov.cri.reporting.message_applied.v1"
REFUSED = "gov.cri.reporting.message_refused.v1"
CHANGED = "gov.cri.reporting.recommendation_changed.v1"
SOURCE = "urn:cri:continuum:reporting"
_WHAT: dict[type, str] = {
    FocusAreaSet: "focus_area.set",
    FindingRecorded: "finding.record",
    RecommendationRecorded: "recommendation.record",
    RecommendationClaimed: "recommendation.claim",
    StatusProposed: "status.propose",
    StatusVerificationDirected: "status.verify",
}


def subjects_of(messages: Iterable[Any]) -> list[Subject]:
    """Return the subjects of the answers to the messages about assessments in *messages*."""
    return [(TOPIC, each.subject) for each in messages if type(each) in MESSAGES]


@dataclass(slots=True)
class Assessments:
    """The sites of a batch as they are after what it took in, and what is to be written."""

    sites: dict[str, Site] = field(default_factory=dict)
    opened: dict[str, Site] = field(default_factory=dict)
    ended: dict[str, datetime] = field(default_factory=dict)
    areas: set[tuple[str, int]] = field(default_factory=set)
    findings: set[Numbered] = field(default_factory=set)
    recommendations: set[Numbered] = field(default_factory=set)
    drafts: dict[str, DraftRow] = field(default_factory=dict)
    kept: dict[str, DraftRow] = field(default_factory=dict)
    """The texts that were stored before, where the batch needs them."""

    async def read(
        self, connection: "Connection[Any]", engagements: Collection[str], *, with_texts: bool
    ) -> None:
        """Read the sites of *engagements*, if any, with all texts about them if needed."""
        if engagements:
            self.sites = await store.read_sites(connection, sorted(engagements))
        if with_texts:
            self.kept = await store.read_drafts(connection, sorted(engagements))

    def text_of(self, cause: str | None) -> str | None:
        """Return the text of the message at the coordinate *cause*; None if there is none."""
        row = None if cause is None else self._row(cause)
        return None if row is None else row.text

    def texts_of(self, engagement_id: str) -> dict[tuple[str, str], str]:
        """Return the current recorded texts, by the kind of message and the item."""
        causes = self.kept.keys() | self.drafts.keys()
        rows = [row for cause in causes if (row := self._row(cause)) is not None]
        current: dict[tuple[str, str], DraftRow] = {}
        for row in sorted(rows, key=lambda row: (row.version or 0, row.stated_at, row.cause)):
            if row.engagement_id == engagement_id and row.applied and row.text is not None:
                current[row.what or "", row.item or ""] = row
        return {place: row.text for place, row in current.items() if row.text is not None}

    def _row(self, cause: str) -> DraftRow | None:
        before, new = self.kept.get(cause), self.drafts.get(cause)
        if before is None or new is None:
            return before or new
        return before.completed(new)

    def follow(self, event: Any) -> None:
        """Take in an event of routing's log: a site's engagement may open or end."""
        match event:
            case routing.EngagementOpened(data=opened) if opened.program == PROGRAM:
                site = Site(
                    engagement_id=opened.engagement_id,
                    tracking_number=opened.tracking_number,
                    provider=opened.provider,
                    requester=opened.participant,
                    opened_at=event.time,
                )
                self.opened[site.engagement_id] = site
                self.sites.setdefault(site.engagement_id, site)
            case (
                routing.EngagementClosed(data=ended)
                | routing.EngagementEnded(data=ended)
                | routing.RequestWithdrawn(data=ended)
            ) if ended.engagement_id is not None and ended.program == PROGRAM:
                self.ended[ended.engagement_id] = event.time
                self._end(ended.engagement_id, event.time)
            case _:
                pass

    def decide(
        self,
        event: AssessmentEvent,
        *,
        drafters: Collection[Person],
        at: datetime,
        numbers: Numbers,
    ) -> tuple[AnswerEvent, RecommendationChanged | None]:
        """Apply or refuse the message behind *event*; return its answer, and what follows."""
        refusal = refusal_of(self.sites.get(event.subject), event, drafters=drafters)
        reasons = () if refusal is None else (refusal,)
        number = numbers.last(TOPIC, event.subject) + 1
        answer = answer_to(event, _WHAT[type(event)], reasons, at=at, number=number)
        self.settle(event, applied=refusal is None)
        numbers.next(TOPIC, event.subject)
        return answer, None if reasons else self.told(event, at=at, numbers=numbers)

    def told(
        self, event: AssessmentEvent, *, at: datetime, numbers: Numbers
    ) -> RecommendationChanged | None:
        """Return what the provider is told of *event*, which has just been applied."""
        facts = told_to_provider(self.sites[event.subject], event)
        if facts is None:
            return None
        number = numbers.next(TOPIC, event.subject)
        about = envelope.caused_by(event, kind=CHANGED, source=SOURCE, at=at, number=number)
        return RecommendationChanged(**about, data=facts)

    def settle(self, event: AssessmentEvent, *, applied: bool) -> None:
        """Change the site and the text as was decided about *event*."""
        self.settle_text(event, applied=applied)
        if not applied:
            return
        self.sites[event.subject] = evolve(self.sites[event.subject], event)
        match event:
            case FocusAreaSet(data=area):
                self.areas.add((event.subject, area.number))
            case FindingRecorded(data=finding):
                self.findings.add((event.subject, finding.finding))
            case _:
                self.recommendations.add((event.subject, event.data.recommendation))

    def settle_text(self, event: Event, *, applied: bool) -> None:
        """Note whether the message behind *event* was applied, and its text counts."""
        if event.inreplyto is not None:
            settled = DraftRow(event.inreplyto, event.subject, event.time, applied)
            self._add_draft(settled)

    def keep_draft(self, event: DraftStated) -> None:
        """Keep a text; the decision about its message says whether it counts."""
        draft = event.data
        if event.inreplyto is not None:
            self._add_draft(
                DraftRow(
                    event.inreplyto,
                    event.subject,
                    event.time,
                    what=draft.what,
                    item=draft.item,
                    version=draft.version,
                    text=draft.text,
                )
            )

    async def save(self, connection: "Connection[Any]") -> None:
        """Write all that has changed."""
        await store.open_sites(connection, self.opened.values())
        await store.end_sites(connection, self.ended)
        goals = {
            (site, number): self.sites[site].focus_areas[number] for site, number in self.areas
        }
        await store.save_focus_areas(connection, goals)
        versions = {
            (site, number): self.sites[site].findings[number] for site, number in self.findings
        }
        await store.save_findings(connection, versions)
        changed = {
            (site, number): self.sites[site].recommendations[number]
            for site, number in self.recommendations
        }
        await store.save_recommendations(connection, changed)
        await store.save_drafts(connection, list(self.drafts.values()))

    def _add_draft(self, row: DraftRow) -> None:
        """Add *row*, merged with one of the same record: a statement cannot write a row twice."""
        before = self.drafts.get(row.cause)
        self.drafts[row.cause] = row if before is None else before.completed(row)

    def _end(self, engagement_id: str, at: datetime) -> None:
        site = self.sites.get(engagement_id)
        if site is not None and site.ended_at is None:
            self.sites[engagement_id] = replace(site, ended_at=at)


def answer_to(
    event: AssessmentEvent | PublicationMessage,
    what: str,
    reasons: Sequence[Reason],
    *,
    at: datetime,
    number: int,
) -> AnswerEvent:
    """Return the answer to a message of the kind *what*: it is refused if there are *reasons*."""
    kind = REFUSED if reasons else APPLIED
    about = envelope.caused_by(event, kind=kind, source=SOURCE, at=at, number=number)
    who = event.data.participant
    if not reasons:
        applied = AppliedFacts(participant=who, what=what, about=event.subject)
        return MessageApplied(**about, data=applied)
    refused = MessageRefusedFacts(
        participant=who, what=what, about=event.subject, reasons=list(reasons)
    )
    return MessageRefused(**about, data=refused)
