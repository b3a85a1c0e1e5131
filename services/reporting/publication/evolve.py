"""How a decided message and its public events change a site's publication. Pure."""

from collections.abc import Iterable
from datetime import UTC, date
from typing import TypeVar, assert_never

from services.reporting.assessments.site import person_of
from services.reporting.publication.body import compose, digest, verifiers_of
from services.reporting.publication.decide import Context
from services.reporting.publication.report import (
    Change,
    Correction,
    Draft,
    Plan,
    Publication,
    Published,
    Report,
)
from services.reporting.sites.texts import corrected
from shared.contracts import publications
from shared.contracts import published_reports as public
from shared.contracts.event import Facts
from shared.contracts.publications import WHOLE, PublicationMessage
from shared.contracts.reporting import FactCheckAskedFacts, ReplyAskedFacts

_F = TypeVar("_F", bound=Facts)


def evolve(
    event: PublicationMessage, published: Iterable[Facts], context: Context
) -> Publication | None:
    """
    Return the publication after the message behind *event*, which was applied.

    *published* are the facts of the events that followed: what they say holds, so that after a
    restore the public record is as it was. None if the site is not announced.
    """
    facts = list(published)
    before = context.publication
    if isinstance(event, publications.PlanDirected):
        plan = event.data
        sites = _of(public.SiteFacts, facts)
        if before is None and not sites:
            return None
        known = Publication(site=sites[0]) if before is None else before
        stated_on = context.at.astimezone(UTC).date()
        stated = Plan(every=plan.every, first_due_on=plan.first_due_on, stated_on=stated_on)
        before_it = known.plans_of(plan.kind)
        update = {
            "plans": {**known.plans, plan.kind: stated},
            "replaced": {**known.replaced, plan.kind: before_it} if before_it else known.replaced,
            "aliases": plan.aliases or known.aliases,
            "ori": plan.ori or known.ori,
        }
        return known.model_copy(update=update)
    if before is None or isinstance(event, publications.ReportAsked):
        return before
    match event:
        case publications.RescheduleDirected(data=moved):
            change = Change(kind=moved.kind, due_on=moved.due_on, new_due_on=moved.new_due_on)
            return before.model_copy(update={"changes": [*before.changes, change]})
        case publications.ReportDrafted():
            return _with(before, _drafted(event, before, facts, context))
        case (
            publications.FactCheckAnswered()
            | publications.PublicationReturned()
            | publications.PublicationApproved()
            | publications.ReplyReceived()
            | publications.CorrectionDirected()
            | publications.CorrectionApproved()
            | publications.WithdrawalDirected()
        ):
            report = before.reports.get(event.data.report_id)
            if report is None:
                return before
            for site in _of(public.SiteFacts, facts):
                before = before.model_copy(update={"site": site})
            return _with(before, _changed(event, report, facts, context))
        case _:
            assert_never(event)


def ended(publication: Publication, on: date) -> public.SiteFacts | None:
    """Return the site's state after its engagement has ended; None if it is known."""
    if publication.site.status == "ended":
        return None
    return publication.site.model_copy(update={"status": "ended", "ended_on": on})


def _drafted(
    event: publications.ReportDrafted,
    publication: Publication,
    facts: list[Facts],
    context: Context,
) -> Report | None:
    asked = _of(FactCheckAskedFacts, facts)
    report = publication.reports.get(event.data.report_id)
    if not asked:
        return report
    body, verifiers = None, []
    if context.site is not None:
        body = compose(
            context.site, event.data, context.said, context.texts, slug=publication.site.slug
        )
        verifiers = verifiers_of(context.site, event.data)
    is_same = body is not None and digest(body) == asked[0].hash
    by = person_of(event)
    draft = Draft(
        version=event.data.version,
        hash=asked[0].hash,
        body=body if is_same else None,
        due_at=asked[0].due_at,
        verifiers=verifiers,
        by=by,
    )
    if report is None:
        return Report(report_id=event.data.report_id, draft=draft, drafters=[by])
    drafters = report.drafters if by in report.drafters else [*report.drafters, by]
    return report.model_copy(update={"draft": draft, "drafters": drafters})


def _changed(
    event: publications.FactCheckAnswered
    | publications.PublicationReturned
    | publications.PublicationApproved
    | publications.ReplyReceived
    | publications.CorrectionDirected
    | publications.CorrectionApproved
    | publications.WithdrawalDirected,
    report: Report,
    facts: list[Facts],
    context: Context,
) -> Report:
    draft = report.draft
    match event:
        case publications.FactCheckAnswered(data=answer):
            disputed = [
                public.AgencyComment(
                    item=each.item, words=context.said.get(each.item or WHOLE, "")
                )
                for each in answer.items
                if each.answer == "dispute"
            ]
            state = "disputed" if disputed else "checked"
            found = draft.model_copy(update={"state": state, "comments": disputed})
            return report.model_copy(update={"draft": found})
        case publications.PublicationReturned():
            returned = draft.model_copy(update={"state": "returned"})
            return report.model_copy(update={"draft": returned})
        case publications.PublicationApproved():
            to_reply = _of(ReplyAskedFacts, facts)
            for told in _of(public.ReportFacts, facts):
                published = Published(
                    version=told.body.version,
                    hash=told.hash,
                    body=told.body,
                    at=context.at,
                    due_on=told.due_on,
                    reply_due_at=to_reply[0].due_at if to_reply else None,
                )
                done = draft.model_copy(update={"state": "published"})
                changes = {"draft": done, "published": published}
                report = report.model_copy(update=changes)
            return report
        case publications.ReplyReceived():
            return report
        case publications.CorrectionDirected(data=stated):
            found_by = Correction(
                number=stated.correction,
                item=stated.item,
                before=context.said.get("before", ""),
                after=context.said.get("after", ""),
                why=context.said.get("why", ""),
                by=person_of(event),
            )
            corrections = [*report.corrections, found_by]
            return report.model_copy(update={"corrections": corrections})
        case publications.CorrectionApproved(data=approved):
            return _with_correction(report, approved.correction, facts)
        case publications.WithdrawalDirected():
            return report.model_copy(update={"is_withdrawn": True})


def _with_correction(report: Report, number: int, facts: list[Facts]) -> Report:
    for told in _of(public.CorrectionFacts, facts):
        assert report.published is not None, "only what is published is corrected"
        body = corrected(report.published.body, told.item, told.after)
        published = report.published.model_copy(update={"body": body, "hash": told.hash})
        corrections = [
            each.model_copy(update={"is_approved": True}) if each.number == number else each
            for each in report.corrections
        ]
        changes = {"published": published, "corrections": corrections}
        report = report.model_copy(update=changes)
    return report


def _with(publication: Publication, report: Report | None) -> Publication:
    if report is None:
        return publication
    reports = {**publication.reports, report.report_id: report}
    return publication.model_copy(update={"reports": reports})


def _of(kind: type[_F], facts: Iterable[Facts]) -> list[_F]:
    """Return those of *facts* that are of *kind*."""
    return [each for each in facts if type(each) is kind]
