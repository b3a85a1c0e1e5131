"""Decides messages about publication: what is refused, and what follows from the others. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from services.reporting.assessments.decide import WITHDRAWN
from services.reporting.assessments.site import Site, person_of
from services.reporting.publication.body import (
    Texts,
    compose,
    digest,
)
from services.reporting.publication.dates import day_of, open_days, ten_working_days_after
from services.reporting.publication.names import Named, Names, names_of, others_named
from services.reporting.publication.report import Publication, Published, Report
from services.reporting.sites.texts import Place, corrected, places_of, text_at
from shared.contracts import publications, refusals
from shared.contracts import published_reports as public
from shared.contracts.event import Facts
from shared.contracts.intake import Reason
from shared.contracts.publications import PublicationMessage
from shared.contracts.reference import Calendar
from shared.contracts.reporting import (
    FactCheckAskedFacts,
    ReplyAskedFacts,
    ReportStage,
    ReportStatus,
    ReportStatusFacts,
    ReportToldFacts,
    ReturnReasonFacts,
)

_ENGAGEMENT, _REPORT, _VERSION, _HASH = "/engagement_id", "/report_id", "/version", "/hash"
LONGEST = 1_048_576
"""The most bytes of a report as JSON: with its envelope, a message may have twice as many."""
_OF_REQUESTER = (publications.FactCheckAnswered, publications.ReplyReceived)


@dataclass(frozen=True, slots=True)
class Context:
    """
    What a message is decided from: ``said`` are its own texts, ``texts`` those of the items.

    ``slug`` is for a site that is announced now. ``others`` are the other sites' names.
    """

    at: datetime
    calendar: Calendar
    site: Site | None = None
    publication: Publication | None = None
    slug: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    texts: Texts = field(default_factory=dict)
    others: Sequence[Names] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class Applied:
    """The message holds, and ``published`` are the facts of the events that follow, in order."""

    published: Sequence[Facts] = ()


Decided = Refused | Applied


def decide(event: PublicationMessage, context: Context) -> Decided:
    """Return what becomes of the message behind *event*."""
    site, publication = context.site, context.publication
    if isinstance(event, publications.ReportAsked):
        return _read(event, context)
    if site is None:
        return _refuse(refusals.NOT_ASSESSED.reason(_ENGAGEMENT))
    who = event.data.participant
    if isinstance(event, _OF_REQUESTER) and who != site.requester:
        return _refuse(refusals.NOT_YOURS.reason(_ENGAGEMENT))
    if event.data.texts is not None and not context.said:
        return _refuse(refusals.TEXT_LOST.reason(""))
    if isinstance(event, publications.PlanDirected):
        return _plan(event, site, context)
    if publication is None:
        return _refuse(refusals.NOT_ANNOUNCED.reason(_ENGAGEMENT))
    match event:
        case publications.RescheduleDirected():
            return _reschedule(event, publication)
        case publications.ReportDrafted():
            return _draft(event, site, publication, context)
        case (
            publications.FactCheckAnswered()
            | publications.PublicationApproved()
            | publications.PublicationReturned()
        ):
            report = publication.reports.get(event.data.report_id)
            if report is None:
                return _refuse(refusals.UNKNOWN_REPORT.reason(_REPORT))
            return _of_version(event, site, report, publication, context)
        case (
            publications.ReplyReceived()
            | publications.CorrectionDirected()
            | publications.CorrectionApproved()
            | publications.WithdrawalDirected()
        ):
            report = publication.reports.get(event.data.report_id)
            if report is None:
                return _refuse(refusals.UNKNOWN_REPORT.reason(_REPORT))
            if report.published is None or report.is_withdrawn:
                return _refuse(refusals.NOT_PUBLISHED.reason(_REPORT))
            return _of_published(event, site, report, report.published, publication, context)
        case _:
            assert_never(event)


def _plan(event: publications.PlanDirected, site: Site, context: Context) -> Decided:
    plan = event.data
    known = context.publication
    slug = context.slug if known is None else known.site.slug
    planned = public.PlanFacts(
        slug=slug, kind=plan.kind, every=plan.every, first_due_on=plan.first_due_on
    )
    if known is not None:
        return Applied([planned])
    ended_on = None if site.ended_at is None else day_of(site.ended_at, context.calendar)
    announced = public.SiteFacts(
        slug=slug,
        engagement_id=site.engagement_id,
        agency=plan.agency,
        state=plan.state,
        provider=site.provider,
        status="announced" if ended_on is None else "ended",
        opened_on=day_of(site.opened_at, context.calendar),
        ended_on=ended_on,
    )
    return Applied([announced, planned])


def _reschedule(event: publications.RescheduleDirected, publication: Publication) -> Decided:
    change = event.data
    for day in open_days(publication, change.kind):
        if day.on == change.due_on:
            moved = public.RescheduleFacts(slug=publication.site.slug, **dict(change))
            return Applied([moved])
    return _refuse(refusals.NOT_PLANNED.reason("/due_on"))


def _draft(
    event: publications.ReportDrafted, site: Site, publication: Publication, context: Context
) -> Decided:
    drafted = event.data
    if not drafted.by_office and drafted.participant != site.provider:
        return _refuse(refusals.NOT_YOURS.reason(_ENGAGEMENT))
    if not drafted.by_office and site.ended_at is not None:
        return _refuse(refusals.ASSESSMENT_ENDED.reason(_ENGAGEMENT))
    report = publication.reports.get(drafted.report_id)
    if report is not None and report.is_withdrawn:
        return _refuse(refusals.REPORT_ID_USED.reason(_REPORT))
    published = None if report is None else report.published
    if published is not None and published.body.kind != drafted.kind:
        kind = {"kind": published.body.kind}
        return _refuse(refusals.KIND_NOT_AS_PUBLISHED.reason("/kind", kind))
    following = 1 if report is None else report.draft.version + 1
    if drafted.version != following:
        return _refuse(refusals.REPORT_NOT_NEXT.reason(_VERSION, {"next": following}))
    missing = _not_recorded(site, drafted.items)
    if missing is not None:
        return _refuse(missing)
    body = compose(site, drafted, context.said, context.texts, slug=publication.site.slug)
    if body is None:
        return _refuse(refusals.TEXT_LOST.reason("/items"))
    if len(body.encode()) > LONGEST:
        return _refuse(refusals.REPORT_TOO_LONG.reason("/items", {"most": LONGEST}))
    asked = FactCheckAskedFacts(
        participant=site.requester,
        tracking_number=site.tracking_number,
        engagement_id=site.engagement_id,
        report_id=drafted.report_id,
        version=drafted.version,
        hash=digest(body),
        due_at=ten_working_days_after(context.at, context.calendar),
    )
    return Applied([asked])


def _read(event: publications.ReportAsked, context: Context) -> Decided:
    """
    Give the requester a version while it may check it, or reply to it.

    An office gets the current and the published version at any time.
    """
    site, publication, asked = context.site, context.publication, event.data
    report = None if publication is None else publication.reports.get(asked.report_id)
    if site is None or report is None:
        return _refuse(refusals.NO_SUCH_REPORT.reason(_REPORT))
    if not asked.by_office and asked.participant != site.requester:
        return _refuse(refusals.NO_SUCH_REPORT.reason(_REPORT))
    draft, published = report.draft, report.published
    if report.is_withdrawn:
        return _refuse(refusals.NOT_PUBLISHED.reason(_REPORT))
    if published is not None and asked.version == published.version:
        until = _reply_due_at(published, context)
        if event.arrived_at > until and not asked.by_office:
            shown = f"{until:%Y-%m-%d %H:%M %Z}"
            return _refuse(refusals.REPLY_TOO_LATE.reason(_REPORT, {"until": shown}))
        told = _told(asked.participant, site, published.body, published.hash, until)
        if asked.by_office:
            told = told.model_copy(update={"corrections": _open_corrections(report)})
        return Applied([told])
    if asked.version != draft.version:
        current = {"version": draft.version, "hash": draft.hash}
        return _refuse(refusals.VERSION_NOT_CURRENT.reason(_VERSION, current))
    if draft.state != "fact_check" and not asked.by_office:
        return _refuse(refusals.VERSION_SETTLED.reason(_VERSION))
    if draft.body is None:
        return _refuse(refusals.TEXT_LOST.reason(_REPORT))
    who, until = asked.participant, draft.due_at
    return Applied([_told(who, site, draft.body, draft.hash, until, stage="fact_check")])


def _open_corrections(report: Report) -> list[public.OpenCorrection]:
    return [
        public.OpenCorrection(
            correction=each.number,
            item=each.item,
            before=each.before,
            after=each.after,
            why=each.why,
        )
        for each in report.corrections
        if not each.is_approved and each.before
    ]


def _told(
    participant: str,
    site: Site,
    body: public.ReportBody,
    hash_: str,
    until: datetime,
    *,
    stage: ReportStage = "published",
) -> ReportToldFacts:
    return ReportToldFacts(
        participant=participant,
        tracking_number=site.tracking_number,
        engagement_id=site.engagement_id,
        hash=hash_,
        stage=stage,
        until=until,
        body=body,
    )


def _not_recorded(site: Site, items: Sequence[str]) -> Reason | None:
    for place, item in enumerate(items):
        path = f"/items/{place}"
        match item.count("."):
            case 0 if int(item) not in site.focus_areas:
                return refusals.NOT_RECORDED.reason(path, {"missing": "focus area"})
            case 1 if item not in site.findings:
                return refusals.NOT_RECORDED.reason(path, {"missing": "finding"})
            case 2 if item not in site.recommendations:
                return refusals.NOT_RECORDED.reason(path, {"missing": "recommendation"})
            case 2 if site.recommendations[item].status == WITHDRAWN:
                return refusals.NUMBER_USED.reason(path)
    return None


def _of_version(
    event: publications.FactCheckAnswered
    | publications.PublicationApproved
    | publications.PublicationReturned,
    site: Site,
    report: Report,
    publication: Publication,
    context: Context,
) -> Decided:
    draft = report.draft
    if report.is_withdrawn:
        return _refuse(refusals.REPORT_ID_USED.reason(_REPORT))
    current = {"version": draft.version, "hash": draft.hash}
    if event.data.version != draft.version:
        return _refuse(refusals.VERSION_NOT_CURRENT.reason(_VERSION, current))
    if not isinstance(event, publications.PublicationReturned) and event.data.hash != draft.hash:
        return _refuse(refusals.VERSION_NOT_CURRENT.reason(_HASH, current))
    if draft.state in ("returned", "published"):
        return _refuse(refusals.VERSION_SETTLED.reason(_VERSION))
    match event:
        case publications.FactCheckAnswered():
            if draft.state != "fact_check":
                return _refuse(refusals.VERSION_SETTLED.reason(_VERSION))
            return _answer(event, report)
        case publications.PublicationReturned():
            return Applied(_returned(site, report, context.said["why"]))
        case publications.PublicationApproved():
            return _approve(event, site, report, publication, context)


def _returned(site: Site, report: Report, why: str) -> list[Facts]:
    reason = ReturnReasonFacts(
        participant=report.drafter.participant,
        tracking_number=site.tracking_number,
        engagement_id=site.engagement_id,
        report_id=report.report_id,
        version=report.draft.version,
        why=why,
    )
    return [reason, _status(site, report, "returned", report.draft.version)]


def _status(site: Site, report: Report, status: ReportStatus, version: int) -> ReportStatusFacts:
    return ReportStatusFacts(
        participant=site.requester,
        drafted_by=report.drafter.participant,
        tracking_number=site.tracking_number,
        engagement_id=site.engagement_id,
        report_id=report.report_id,
        version=version,
        status=status,
    )


def _answer(event: publications.FactCheckAnswered, report: Report) -> Decided:
    body = report.draft.body
    for place, each in enumerate(event.data.items):
        if each.item is not None and body is not None and text_at(body, each.item) is None:
            missing = {"missing": "item"}
            return _refuse(refusals.NOT_RECORDED.reason(f"/items/{place}/item", missing))
    return Applied()


def _approve(
    event: publications.PublicationApproved,
    site: Site,
    report: Report,
    publication: Publication,
    context: Context,
) -> Decided:
    draft, by = report.draft, person_of(event)
    if by in report.drafters or by in draft.verifiers:
        return _refuse(refusals.WORKED_ON_REPORT.reason(""))
    if draft.state == "fact_check" and context.at < draft.due_at:
        due = f"{draft.due_at:%Y-%m-%d %H:%M %Z}"
        return _refuse(refusals.FACT_CHECK_OPEN.reason(_VERSION, {"due_at": due}))
    if draft.body is None or digest(draft.body) != draft.hash:
        return _refuse(refusals.TEXT_LOST.reason(_VERSION))
    if foreign := _not_meant(places_of(draft.body), event.data.names, publication, context):
        refusal = refusals.NAMES_ANOTHER_AGENCY
        return Refused([refusal.reason(_REPORT, each._asdict()) for each in foreign])
    before = report.published
    day = next(open_days(publication, draft.body.kind), None)
    outcome = "not_answered" if draft.state == "fact_check" else draft.state
    published = public.ReportFacts(
        hash=draft.hash,
        body=draft.body,
        due_on=before.due_on if before is not None else day and day.first_on,
        published_on=day_of(context.at, context.calendar),
        fact_check=outcome,
        comments=draft.comments,
    )
    told: list[Facts] = [published]
    if publication.site.status == "announced":
        told.append(publication.site.model_copy(update={"status": "active"}))
    told.append(_to_reply(site, report.report_id, published, context))
    told.append(_status(site, report, "published", draft.version))
    return Applied(told)


def _not_meant(
    texts: Iterable[Place], meant: Iterable[str], publication: Publication, context: Context
) -> list[Named]:
    """Return the names of other agencies in *texts* that are not among those *meant*."""
    allowed = {name.casefold() for name in meant}
    found = others_named(texts, names_of(publication), context.others)
    return [each for each in found if each.name.casefold() not in allowed]


def _to_reply(
    site: Site, report_id: str, published: public.ReportFacts, context: Context
) -> ReplyAskedFacts:
    return ReplyAskedFacts(
        participant=site.requester,
        tracking_number=site.tracking_number,
        engagement_id=site.engagement_id,
        report_id=report_id,
        version=published.body.version,
        hash=published.hash,
        due_at=ten_working_days_after(context.at, context.calendar),
    )


def _reply_due_at(published: Published, context: Context) -> datetime:
    """Return until when the agency may reply: the calendar may have changed since it was told."""
    return published.reply_due_at or ten_working_days_after(published.at, context.calendar)


def _of_published(
    event: publications.ReplyReceived
    | publications.CorrectionDirected
    | publications.CorrectionApproved
    | publications.WithdrawalDirected,
    site: Site,
    report: Report,
    published: Published,
    publication: Publication,
    context: Context,
) -> Decided:
    about = {"slug": publication.site.slug, "report_id": report.report_id}
    today = day_of(context.at, context.calendar)
    match event:
        case publications.ReplyReceived(data=reply):
            until = _reply_due_at(published, context)
            if event.arrived_at > until:
                shown = f"{until:%Y-%m-%d %H:%M %Z}"
                return _refuse(refusals.REPLY_TOO_LATE.reason(_REPORT, {"until": shown}))
            if reply.item is not None and text_at(published.body, reply.item) is None:
                return _refuse(refusals.NOT_RECORDED.reason("/item", {"missing": "item"}))
            text = context.said["text"]
            stated = public.ReplyFacts(
                **about, item=reply.item, text=text, stated_at=event.arrived_at
            )
            return Applied([stated])
        case publications.CorrectionDirected(data=correction):
            following = len(report.corrections) + 1
            if correction.correction != following:
                return _refuse(refusals.REPORT_NOT_NEXT.reason("/correction", {"next": following}))
            if text_at(published.body, correction.item) != context.said["before"]:
                return _refuse(refusals.NOT_AS_PUBLISHED.reason("/before"))
            return Applied()
        case publications.CorrectionApproved():
            return _approve_correction(event, site, report, published, publication, context)
        case publications.WithdrawalDirected():
            withdrawn = public.WithdrawalFacts(
                **about, why=context.said["why"], withdrawn_on=today
            )
            status = _status(site, report, "withdrawn", published.version)
            return Applied([withdrawn, status])


def _approve_correction(
    event: publications.CorrectionApproved,
    site: Site,
    report: Report,
    published: Published,
    publication: Publication,
    context: Context,
) -> Decided:
    wanted = [each for each in report.corrections if each.number == event.data.correction]
    if not wanted or wanted[0].is_approved:
        return _refuse(refusals.UNKNOWN_CORRECTION.reason("/correction"))
    (found,) = wanted
    if found.by == person_of(event):
        return _refuse(refusals.MADE_CORRECTION.reason(""))
    if text_at(published.body, found.item) != found.before:
        return _refuse(refusals.NOT_AS_PUBLISHED.reason("/correction"))
    body = corrected(published.body, found.item, found.after)
    standing = _not_meant(places_of(published.body), (), publication, context)
    meant = [*event.data.names, *(each.name for each in standing)]
    texts = [Place(found.item, found.after), Place("why", found.why)]
    if foreign := _not_meant(texts, meant, publication, context):
        refusal = refusals.CORRECTION_NAMES_ANOTHER_AGENCY
        return Refused([refusal.reason(_REPORT, each._asdict()) for each in foreign])
    changed = public.CorrectionFacts(
        slug=publication.site.slug,
        report_id=report.report_id,
        item=found.item,
        before=found.before,
        after=found.after,
        why=found.why,
        corrected_on=day_of(context.at, context.calendar),
        hash=digest(body),
    )
    return Applied([changed, _status(site, report, "corrected", published.version)])


def _refuse(reason: Reason) -> Refused:
    return Refused([reason])
