"""When a site's reports are due, which dates were moved and why, and what is late. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from services.reporting.sites.site import PublicSite, Report
from shared.clocks.due_dates import DueDay, due_days
from shared.contracts.published_reports import RescheduleFacts

Published: TypeAlias = dict[tuple[str, date], Report]


@dataclass(frozen=True, slots=True)
class Due:
    """
    A report that is or was due.

    ``first_on`` is the date of the plan, ``on`` the one that holds after ``slips``. ``missed`` are
    dates of earlier plans whose place it takes. ``report`` is what was published for it.
    """

    kind: str
    first_on: date
    on: date
    slips: tuple[RescheduleFacts, ...] = ()
    missed: tuple[DueDay[RescheduleFacts], ...] = ()
    report: Report | None = None

    def is_late(self, today: date) -> bool:
        """Tell whether nothing is published and the due date has passed."""
        return self.report is None and today > self.on

    @property
    def days_late(self) -> int:
        """How many days after its due date the report was published; at least 0."""
        return max(0, (self.report.facts.published_on - self.on).days) if self.report else 0


def dues_of(site: PublicSite, today: date) -> list[Due]:
    """
    Return every due date until *today*, and the next one of each kind, the earliest first.

    A missed date stays, even if a new plan replaces its plan, unless both are for one report. A
    future date that was moved is included, too. Nothing is due after a site has ended.
    """
    published = _published(site)
    dues = []
    for kind in dict.fromkeys(plan.facts.kind for plan in site.plans):
        slips = [slip for slip in site.slips if slip.kind == kind]
        shown_to = max([today, *(slip.due_on for slip in slips)])
        plans = [plan for plan in site.plans if plan.facts.kind == kind]
        has_next = False
        done = [first_on for of, first_on in published if of == kind]
        for day in due_days(plans, slips, done):
            report = published.get((kind, day.first_on))
            is_ahead = day.first_on > today and report is None
            if not (is_ahead and has_next) or day.moves:
                dues.append(Due(kind, day.first_on, day.on, day.moves, day.missed, report))
            has_next = has_next or is_ahead
            if is_ahead and day.first_on > shown_to:
                break
    ended = site.facts.ended_on
    if ended is not None:
        dues = [due for due in dues if due.on <= ended or due.report is not None]
    return sorted(dues, key=lambda due: (due.on, due.first_on, due.kind))


def next_due(dues: Sequence[Due]) -> Due | None:
    """Return the earliest of *dues* for which nothing is published."""
    return next((due for due in dues if due.report is None), None)


def _published(site: PublicSite) -> Published:
    """Return what was published first for each kind and due date of a plan."""
    found: Published = {}
    for versions in site.reports.values():
        for report in versions:
            if report.facts.due_on is not None:
                found.setdefault((report.body.kind, report.facts.due_on), report)
    return found
