"""When a site's reports are due, which dates were moved and why, and what is late. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from typing import TypeAlias

from services.reporting.sites.site import Plan, PublicSite, Report
from shared.clocks.due_dates import MONTHS, months_after
from shared.contracts.published_reports import RescheduleFacts

_MOST = 200
"""The number of due dates of one plan that are shown: fifty years of quarters."""
Published: TypeAlias = dict[tuple[str, date], Report]


@dataclass(frozen=True, slots=True)
class Due:
    """
    A report that is or was due.

    ``first_on`` is the date of the plan, ``on`` the one that holds after ``slips``. ``report`` is
    what was published for it.
    """

    kind: str
    first_on: date
    on: date
    slips: tuple[RescheduleFacts, ...] = ()
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
    Return every due date until *today*, and the next one of each plan, the earliest first.

    A date that was missed stays, also if another plan takes the place of its plan. Of a site that
    has ended, nothing is due afterwards.
    """
    published = _published(site)
    found = [
        Due(plan.facts.kind, on, on)
        for place, plan in enumerate(site.plans)
        for on in _dates(plan, site.plans[place + 1 :], published, today)
    ]
    dues = [
        replace(due, report=published.get((due.kind, due.first_on)))
        for due in _moved(found, site.slips)
    ]
    ended = site.facts.ended_on
    if ended is not None:
        dues = [due for due in dues if due.on <= ended or due.report is not None]
    return sorted(dues, key=lambda due: (due.on, due.first_on, due.kind))


def next_due(dues: Sequence[Due]) -> Due | None:
    """Return the earliest of *dues* for which nothing is published."""
    return next((due for due in dues if due.report is None), None)


def _dates(plan: Plan, later: Sequence[Plan], published: Published, today: date) -> Iterator[date]:
    """Yield the due dates of *plan* that came before a later plan for the same kind."""
    replaced_on = next((p.stated_on for p in later if p.facts.kind == plan.facts.kind), None)
    for each in _series(plan):
        if replaced_on is not None and each >= replaced_on:
            return
        yield each
        if each > today and (plan.facts.kind, each) not in published:
            return


def _series(plan: Plan) -> Iterator[date]:
    months = MONTHS.get(plan.facts.every)
    for place in count() if months else (0,):
        if place == _MOST:
            return
        yield months_after(plan.facts.first_due_on, place * (months or 0))


def _moved(dues: list[Due], slips: Sequence[RescheduleFacts]) -> list[Due]:
    for slip in slips:
        moved = [
            due for due in dues if due.kind == slip.kind and slip.due_on in (due.on, due.first_on)
        ]
        if moved:
            due = min(moved, key=lambda due: due.on != slip.due_on)
            changed = replace(due, on=slip.new_due_on, slips=(*due.slips, slip))
            dues[dues.index(due)] = changed
        else:  # a date that the plan reaches later, or of no plan
            dues.append(Due(slip.kind, slip.due_on, slip.new_due_on, (slip,)))
    return dues


def _published(site: PublicSite) -> Published:
    """Return what was published first for each kind and due date of a plan."""
    found: Published = {}
    for versions in site.reports.values():
        for report in versions:
            if report.facts.due_on is not None:
                found.setdefault((report.body.kind, report.facts.due_on), report)
    return found
