"""A site: an engagement that is assessed in public, with what is recorded of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple, assert_never

from shared.contracts.assessments import (
    AssessmentEvent,
    FindingRecorded,
    FocusAreaSet,
    RecommendationClaimed,
    RecommendationRecorded,
    StatusProposed,
    StatusVerificationDirected,
)
from shared.contracts.event import sender_of
from shared.contracts.publications import PublicationMessage


class Person(NamedTuple):
    """Who acts: a pseudonym is unique only within its participant."""

    participant: str
    actor: str | None


class Proposal(NamedTuple):
    """A status that the provider has decided, and nobody has verified yet."""

    status: str
    reason: str | None
    by: Person


class Verified(NamedTuple):
    """A verified status, which holds from the day ``on``; ``by`` is None before 0.4.0."""

    status: str
    reason: str | None
    on: date
    by: Person | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """
    A recommendation; ``statuses`` are its verified ones, the last one last.

    ``recorded_on`` is the day of its first version, in UTC. ``claimed_on`` is when the agency says
    that it was done: it stands beside the statuses, and changes none.
    """

    version: int
    recorded_on: date
    due_on: date | None = None
    statuses: tuple[Verified, ...] = ()
    proposal: Proposal | None = None
    claimed_on: date | None = None

    @property
    def status(self) -> str | None:
        """The status that was verified last; None if none was."""
        return self.statuses[-1].status if self.statuses else None


@dataclass(frozen=True, slots=True)
class Site:
    """
    An engagement that is assessed in public.

    ``focus_areas`` maps a number to the goal that it serves, ``findings`` a number to its version,
    ``recommendations`` a number to what is recorded under it. ``requester`` is the participant
    whose request it is.
    """

    engagement_id: str
    tracking_number: str
    provider: str
    requester: str
    opened_at: datetime
    ended_at: datetime | None = None
    focus_areas: Mapping[int, str | None] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)
    recommendations: Mapping[str, Recommendation] = field(default_factory=dict)


def evolve(site: Site, event: AssessmentEvent) -> Site:
    """Return *site* after *event*, which was applied."""
    match event:
        case FocusAreaSet(data=area):
            goals = {**site.focus_areas, area.number: area.goal}
            return replace(site, focus_areas=goals)
        case FindingRecorded(data=finding):
            versions = {**site.findings, finding.finding: finding.version}
            return replace(site, findings=versions)
        case (
            RecommendationRecorded()
            | RecommendationClaimed()
            | StatusProposed()
            | StatusVerificationDirected()
        ):
            number = event.data.recommendation
            changed = _changed(site.recommendations.get(number), event)
            return replace(site, recommendations={**site.recommendations, number: changed})
        case _:
            assert_never(event)


def _changed(
    before: Recommendation | None,
    event: RecommendationRecorded
    | RecommendationClaimed
    | StatusProposed
    | StatusVerificationDirected,
) -> Recommendation:
    if isinstance(event, RecommendationRecorded):
        stated = event.data
        if before is None:
            return Recommendation(stated.version, event.time.date(), stated.due_on)
        return replace(before, version=stated.version, due_on=stated.due_on)
    assert before is not None, "only what is recorded has a status or a claim"
    if isinstance(event, RecommendationClaimed):
        return replace(before, claimed_on=event.data.done_on)
    if isinstance(event, StatusProposed):
        proposed = Proposal(event.data.status, event.data.reason_code, person_of(event))
        return replace(before, proposal=proposed)
    verdict, proposal = event.data, before.proposal
    if verdict.decision == "return" and proposal is not None:
        return replace(before, proposal=None)
    reason = verdict.reason_code if proposal is None else proposal.reason
    verified = Verified(verdict.status, reason, verdict.on, person_of(event))
    return replace(before, proposal=None, statuses=(*before.statuses, verified))


def person_of(event: AssessmentEvent | PublicationMessage) -> Person:
    """Return who acted, for which participant."""
    return Person(sender_of(event) or event.data.participant, event.actor)
