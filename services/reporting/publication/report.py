"""A site that is announced, and its reports, as they are kept. Pure."""

from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from pydantic import AwareDatetime, Field

from services.reporting.assessments.site import Person
from shared.contracts.event import Facts
from shared.contracts.published_reports import (
    AgencyComment,
    Interval,
    ReportBody,
    ReportKind,
    SiteFacts,
)

VersionState = Literal["fact_check", "checked", "disputed", "returned", "published"]


class Draft(Facts):
    """
    The last version of a report.

    ``body`` is None if its texts were lost or erased: then it is never published. ``verifiers``
    verified its statuses. ``comments`` say what the agency disputes. ``by`` is who drafted it.
    """

    version: int
    hash: str
    body: ReportBody | None = None
    due_at: AwareDatetime
    verifiers: list[Person] = Field(default_factory=list)
    state: VersionState = "fact_check"
    comments: list[AgencyComment] = Field(default_factory=list)
    by: Person | None = None


class Published(Facts):
    """
    The published version, with its corrections; ``due_on`` is when the report was due first.

    The agency was told that it may reply until ``reply_due_at``; older versions do not have it.
    """

    version: int
    hash: str
    body: ReportBody
    at: AwareDatetime
    due_on: date | None = None
    reply_due_at: AwareDatetime | None = None


class Correction(Facts):
    """A mistake in a published report that ``by`` has found."""

    number: int
    item: str
    before: str
    after: str
    why: str
    by: Person
    is_approved: bool = False


class Report(Facts):
    """A report; ``drafters`` are all who have drafted a version of it."""

    report_id: str
    draft: Draft
    drafters: list[Person]
    published: Published | None = None
    corrections: list[Correction] = Field(default_factory=list)
    is_withdrawn: bool = False

    @property
    def drafter(self) -> Person:
        """Who drafted the last version; before that was kept, the last person to join."""
        return self.draft.by or self.drafters[-1]

    def without_drafts(self) -> "Report":
        """Return this without its unpublished texts; numbers and states stay."""
        erased: dict[str, Any] = {"body": None, "comments": []}
        is_draft = self.draft.state != "published"
        return self.model_copy(
            update={
                "draft": self.draft.model_copy(update=erased) if is_draft else self.draft,
                "corrections": [
                    each
                    if each.is_approved
                    else each.model_copy(update={"before": "", "after": "", "why": ""})
                    for each in self.corrections
                ],
            }
        )


class Plan(Facts):
    """When reports of a kind are due, and the day in UTC on which that was stated."""

    every: Interval
    first_due_on: date
    stated_on: date = date.min


class Change(Facts):
    """A report that was due on a day is due on another."""

    kind: ReportKind
    due_on: date
    new_due_on: date


class Late(Facts):
    """A due day that passed without a report, as was announced."""

    kind: ReportKind
    due_on: date


class Publication(Facts):
    """
    A site that is announced, with its plans and reports.

    ``ori`` and ``aliases`` name the agency: reports about other agencies are searched for them.
    ``replaced`` has earlier plans, oldest first.
    """

    site: SiteFacts
    ori: str | None = None
    aliases: list[str] = Field(default_factory=list)
    plans: dict[ReportKind, Plan] = Field(default_factory=dict)
    replaced: dict[ReportKind, list[Plan]] = Field(default_factory=dict)
    changes: list[Change] = Field(default_factory=list)
    late: list[Late] = Field(default_factory=list)
    reports: dict[str, Report] = Field(default_factory=dict)

    def plans_of(self, kind: ReportKind) -> list[Plan]:
        """Return the plans for reports of *kind*; the last one holds."""
        plan = self.plans.get(kind)
        return [] if plan is None else [*self.replaced.get(kind, ()), plan]

    @property
    def drafters(self) -> frozenset[Person]:
        """Everybody who has drafted a report about this site."""
        return frozenset(each for report in self.reports.values() for each in report.drafters)


class End(NamedTuple):
    """An engagement has ended: when, and the event of routing that says so."""

    engagement_id: str
    at: datetime
    cause: str
    correlation: str
