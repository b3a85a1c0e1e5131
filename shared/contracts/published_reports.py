"""
What the public learns about assessments, on ``cri.pub.reports.v1``: a draft has no other way out.

Subject and key are the site's slug. Site pages, feed, JSON and CSV are folds of these events.
"""

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, Field, WithJsonSchema

from shared.contracts.event import Event, Facts
from shared.contracts.published import (
    AnyCode,
    DraftedText,
    EngagementId,
    ItemNumber,
    Name,
    ParticipantName,
    SenderId,
    Sha256,
    Slug,
    StateCode,
    Words,
)

SiteStatus = Literal["announced", "active", "ended"]
ReportKind = Literal["goals", "initial", "progress", "final", "after_action", "status_update"]
REPORT_KINDS: tuple[ReportKind, ...] = get_args(ReportKind)
Interval = Literal["once", "quarter", "half_year"]
SlipReason = Literal[
    "fact_check_open", "provider_late", "approval", "legal_review", "agency_asked", "other"
]
FactCheckOutcome = Literal["checked", "disputed", "not_answered"]
_ITEMS = {"maxItems": 1000}


def _numbers(most: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": 1, "maximum": most, "examples": [1]})


class SiteFacts(Facts):
    """A site's current state: an agency that is assessed in public, by one engagement."""

    slug: Slug
    """Its name in addresses, from the agency's name and state; given once, never changed."""
    engagement_id: EngagementId
    agency: Name
    state: StateCode
    """The state's code, such as US-FL."""
    provider: ParticipantName
    status: SiteStatus
    opened_on: date
    ended_on: date | None = None


class SiteChanged(Event):
    """A site was announced, its first report was published, or its engagement has ended."""

    type: Literal["gov.cri.reporting.site_changed.v1"]
    data: SiteFacts


class PlanFacts(Facts):
    """When reports of a kind are due: ``first_due_on`` and, unless once, each interval after."""

    slug: Slug
    kind: ReportKind
    every: Interval
    first_due_on: date


class PublicationPlanned(Event):
    """Replaces the plan for reports of this kind, from now on."""

    type: Literal["gov.cri.reporting.publication_planned.v1"]
    data: PlanFacts


class RescheduleFacts(Facts):
    """A report that was due on ``due_on`` is due on ``new_due_on``; both dates stay shown."""

    slug: Slug
    kind: ReportKind
    due_on: date
    new_due_on: date
    reason: SlipReason


class PublicationRescheduled(Event):
    """A report comes later than it was due."""

    type: Literal["gov.cri.reporting.publication_rescheduled.v1"]
    data: RescheduleFacts


class PublishedClaim(Facts):
    """The agency reports a recommendation as done: nobody has verified it."""

    done_on: date
    """Since when it is done, by the agency."""
    words: Annotated[Words, Field(examples=["The new policy is in force."])]
    """The agency's words."""


class PublishedRecommendation(Facts):
    """``status`` is the verified one as of the report's day; None if none is known."""

    number: ItemNumber
    """Its number."""
    text: Annotated[DraftedText, Field(examples=["Review each report within five days."])]
    """What is recommended."""
    due_on: date | None = None
    """By when."""
    status: Annotated[AnyCode | None, Field(examples=["in_progress"])] = None
    """Its status as of the day of the report, as the program office has verified it."""
    reason: Annotated[AnyCode | None, Field(examples=["under_study"])] = None
    """Why it is not complete, as a code."""
    status_on: date | None = None
    """Since when that is its status."""
    claim: PublishedClaim | None = None
    """What the agency says of it."""


class PublishedFinding(Facts):
    """A finding, with what is recommended about it."""

    number: Annotated[ItemNumber, Field(examples=["2.1"])]
    """Its number."""
    text: Annotated[DraftedText, Field(examples=["Reports of force are reviewed late."])]
    """What was found."""
    recommendations: Annotated[list[PublishedRecommendation], Field(json_schema_extra=_ITEMS)] = []
    """The recommendations about it."""


class PublishedFocusArea(Facts):
    """A focus area of an assessment, with its findings."""

    number: Annotated[int, _numbers(20)]
    """Its number."""
    title: Annotated[Name, Field(examples=["Use of force"])]
    """Its title."""
    goal: Annotated[AnyCode | None, Field(examples=["trust"])] = None
    """The goal of the program that it serves, if its provider has named one."""
    findings: Annotated[list[PublishedFinding], Field(json_schema_extra=_ITEMS)] = []
    """What was found in it."""


class AgencyComment(Facts):
    """The agency's words in its fact check, unchanged, about an item or (no item) the whole."""

    item: ItemNumber | None = None
    words: Words


class ReportBody(Facts):
    """
    A report as the agency checks it, a second person approves it, and the public reads it.

    ``hash`` in the events about it is the SHA-256 of this in the canonical JSON of RFC 8785.
    """

    slug: Slug
    """The name of the site in addresses."""
    report_id: Annotated[SenderId, Field(examples=["initial-2027"])]
    """The report."""
    version: Annotated[int, _numbers(1_000_000)]
    """Its version."""
    kind: ReportKind
    """The kind of report."""
    title: Annotated[Name, Field(examples=["Initial report"])]
    """Its title."""
    as_of: date
    """The day for which its statuses hold."""
    summary: Annotated[DraftedText, Field(examples=["What was found."])]
    """What it says, in short."""
    focus_areas: Annotated[
        list[PublishedFocusArea], Field(json_schema_extra={"maxItems": 20})
    ] = []
    """Its focus areas, with their findings and recommendations."""


class OpenCorrection(Facts):
    """A mistake in a published report, which a second person of the office has to look at."""

    correction: int
    """Its number among those of the report."""
    item: ItemNumber
    """Where it is: a number, ``title`` or ``summary``."""
    before: DraftedText
    """What stands there."""
    after: DraftedText
    """What is to stand there."""
    why: Words
    """Why: it is published with the correction."""


class ReportFacts(Facts):
    hash: Sha256
    body: ReportBody
    due_on: date | None = None
    """When the report was due first; None if it was in no plan."""
    published_on: date
    fact_check: FactCheckOutcome
    comments: list[AgencyComment] = []
    """What the agency disputes and the office left as it is."""


class ReportPublished(Event):
    """A report, or its next version, which takes the place of the one before."""

    type: Literal["gov.cri.reporting.report_published.v1"]
    data: ReportFacts


class ReplyFacts(Facts):
    """The agency's reply to a report, unchanged, beside its item; no item: to the whole."""

    slug: Slug
    report_id: SenderId
    item: ItemNumber | None = None
    text: Words
    stated_at: AwareDatetime


class ReplyStated(Event):
    """The agency has replied to a report."""

    type: Literal["gov.cri.reporting.reply_stated.v1"]
    data: ReplyFacts


class CorrectionFacts(Facts):
    """
    ``before`` was wrong in a published report; ``after`` stands in its place, and both stay shown.

    ``item`` is a number, ``title`` or ``summary``; ``hash`` is that of the corrected body.
    """

    slug: Slug
    report_id: SenderId
    item: ItemNumber
    before: DraftedText
    after: DraftedText
    why: Words
    corrected_on: date
    hash: Sha256


class ReportCorrected(Event):
    """A published report was wrong in one place."""

    type: Literal["gov.cri.reporting.report_corrected.v1"]
    data: CorrectionFacts


class WithdrawalFacts(Facts):
    """A published report holds no more; its page stays and says why."""

    slug: Slug
    report_id: SenderId
    why: Words
    withdrawn_on: date


class ReportWithdrawn(Event):
    """A published report was taken back."""

    type: Literal["gov.cri.reporting.report_withdrawn.v1"]
    data: WithdrawalFacts


PublicationEvent = Annotated[
    SiteChanged
    | PublicationPlanned
    | PublicationRescheduled
    | ReportPublished
    | ReplyStated
    | ReportCorrected
    | ReportWithdrawn,
    Field(discriminator="type"),
]
"""Every event about a site on ``cri.pub.reports.v1``."""
