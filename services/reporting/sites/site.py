"""A site as the public knows it: the fold of the events that were published about it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from typing import Any, assert_never

from services.reporting.sites.texts import corrected, text_at
from shared.contracts.published_reports import (
    CorrectionFacts,
    Interval,
    PlanFacts,
    PublicationEvent,
    PublicationPlanned,
    PublicationRescheduled,
    PublishedFinding,
    ReplyFacts,
    ReplyStated,
    ReportBody,
    ReportCorrected,
    ReportFacts,
    ReportPublished,
    ReportWithdrawn,
    RescheduleFacts,
    SiteChanged,
    SiteFacts,
    WithdrawalFacts,
)


@dataclass(frozen=True, slots=True)
class Report:
    """A version of a report: ``facts`` as it was published, ``body`` and ``hash`` as corrected."""

    facts: ReportFacts
    body: ReportBody
    hash: str
    replies: tuple[ReplyFacts, ...] = ()
    corrections: tuple[CorrectionFacts, ...] = ()
    withdrawn: WithdrawalFacts | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, and the day in UTC on which it was published: from then on it holds."""

    facts: PlanFacts
    stated_on: date

    @property
    def every(self) -> Interval:
        """How often a report is due."""
        return self.facts.every

    @property
    def first_due_on(self) -> date:
        """The first day on which one is due."""
        return self.facts.first_due_on


@dataclass(frozen=True, slots=True)
class PublicSite:
    """``reports`` maps a report's id to its versions: the last one holds."""

    facts: SiteFacts
    plans: tuple[Plan, ...] = ()
    slips: tuple[RescheduleFacts, ...] = ()
    reports: Mapping[str, tuple[Report, ...]] = field(default_factory=dict)

    @property
    def current(self) -> list[Report]:
        """The last version of each report, by the day that it is about, the latest first."""
        found = [versions[-1] for versions in self.reports.values()]
        return sorted(found, key=_by_day, reverse=True)

    @property
    def latest(self) -> Report | None:
        """The report that says how the site stands: the latest with findings, if any holds."""
        holding = [each for each in self.current if each.withdrawn is None]
        return next((each for each in holding if findings(each.body)), None)


def _by_day(report: Report) -> tuple[date, date, str]:
    return report.body.as_of, report.facts.published_on, report.body.report_id


def findings(body: ReportBody) -> list[PublishedFinding]:
    """Return the findings of all focus areas."""
    return [finding for area in body.focus_areas for finding in area.findings]


def evolve(site: PublicSite | None, event: PublicationEvent) -> PublicSite:
    """Return *site* after *event*; the first event about a site is `SiteChanged`."""
    if isinstance(event, SiteChanged):
        return PublicSite(event.data) if site is None else replace(site, facts=event.data)
    if site is None:
        raise ValueError(f"{event.subject} begins with {event.type}")
    match event:
        case PublicationPlanned(data=plan):
            return replace(site, plans=(*site.plans, Plan(plan, event.time.date())))
        case PublicationRescheduled(data=slip):
            return replace(site, slips=(*site.slips, slip))
        case ReportPublished(data=facts):
            published = Report(facts, facts.body, facts.hash)
            versions = (*site.reports.get(facts.body.report_id, ()), published)
            return _with(site, facts.body.report_id, versions)
        case ReplyStated(data=reply):
            return _changed(site, reply.report_id, lambda r: {"replies": (*r.replies, reply)})
        case ReportCorrected(data=correction):
            return _changed(site, correction.report_id, lambda r: _after(r, correction))
        case ReportWithdrawn(data=withdrawal):
            versions = site.reports[withdrawal.report_id]
            gone = tuple(replace(each, withdrawn=withdrawal) for each in versions)
            return _with(site, withdrawal.report_id, gone)
        case _:
            assert_never(event)


def folded(events: Iterable[PublicationEvent], site: PublicSite | None = None) -> PublicSite:
    """Return *site* after *events*, which are in the order of their numbers, at least one."""
    found = reduce(evolve, events, site)
    assert found is not None, "there is an event"
    return found


def _with(site: PublicSite, report_id: str, versions: tuple[Report, ...]) -> PublicSite:
    return replace(site, reports={**site.reports, report_id: versions})


def _changed(site: PublicSite, report_id: str, change: Any) -> PublicSite:
    *earlier, last = site.reports[report_id]
    return _with(site, report_id, (*earlier, replace(last, **change(last))))


def _after(report: Report, stated: CorrectionFacts) -> dict[str, Any]:
    if text_at(report.body, stated.item) != stated.before:
        raise ValueError(f"{stated.item} of the report is not the text to correct")
    return {
        "body": corrected(report.body, stated.item, stated.after),
        "hash": stated.hash,
        "corrections": (*report.corrections, stated),
    }
