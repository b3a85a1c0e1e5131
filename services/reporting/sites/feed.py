"""The feed: what was published about all sites, the latest first, as Atom (RFC 4287). Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.reporting.sites.sentences import KINDS, address, label
from services.reporting.sites.site import PublicSite, Report
from shared.clocks.written import day_in_words
from shared.contracts.published_reports import (
    PublicationEvent,
    PublicationRescheduled,
    ReplyStated,
    ReportCorrected,
    ReportPublished,
    ReportWithdrawn,
    SiteChanged,
)

_MOST = 50
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the feed; its id is that of the event."""

    id: str
    at: datetime
    title: str
    path: str
    text: str


def entries(events: Sequence[PublicationEvent], sites: Mapping[str, PublicSite]) -> list[Entry]:
    """Return the latest entries; *sites* are the folds of *events*."""
    ordered = sorted(events, key=lambda each: (each.time, each.subject, each.number), reverse=True)
    found: list[Entry] = []
    for event in ordered:
        entry = _entry(event, sites[event.subject])
        if entry is not None:
            found.append(entry)
        if len(found) == _MOST:
            break
    return found


def _entry(event: PublicationEvent, site: PublicSite) -> Entry | None:
    agency, slug = site.facts.agency, site.facts.slug
    match event:
        case SiteChanged(data=facts):
            if facts.status == "active":  # its first report says so
                return None
            title = f"{agency}: assessment {facts.status}"
            return _made(event, title, address(slug), f"The assessment is {facts.status}.")
        case PublicationRescheduled(data=slip):
            kind = label(slip.kind, KINDS)
            moved = f"{kind}, due {day_in_words(slip.due_on)}, is due"
            text = f"{moved} {day_in_words(slip.new_due_on)}."
            return _made(event, f"{agency}: {kind} is moved", address(slug), text)
        case ReportPublished(data=facts):
            body = facts.body
            if _is_withdrawn(site, body.report_id, lambda report: report.facts == facts):
                return None
            title = f"{agency}: {body.title}"
            return _made(event, title, address(slug, body.report_id), body.summary)
        case ReplyStated(data=reply):
            if _is_withdrawn(site, reply.report_id, lambda report: reply in report.replies):
                return None
            about = f"number {reply.item}" if reply.item else "the report"
            title = f"{agency}: the agency replies to {about}"
            return _made(event, title, address(slug, reply.report_id), reply.text)
        case ReportCorrected(data=stated):
            if _is_withdrawn(site, stated.report_id, lambda each: stated in each.corrections):
                return None
            text = f"Before: {stated.before}\nNow: {stated.after}\nWhy: {stated.why}"
            return _made(
                event, f"{agency}: a report is corrected", address(slug, stated.report_id), text
            )
        case ReportWithdrawn(data=stated):
            title = f"{agency}: a report is withdrawn"
            return _made(event, title, address(slug, stated.report_id), stated.why)
        case _:
            return None  # a plan: its due dates are on the site's page


def _is_withdrawn(site: PublicSite, report_id: str, is_of: Callable[[Report], bool]) -> bool:
    """Tell whether the version that an event is about was withdrawn: its text is not shown."""
    return any(each.withdrawn is not None and is_of(each) for each in site.reports[report_id])


def _made(event: PublicationEvent, title: str, path: str, text: str) -> Entry:
    return Entry(event.id, event.time, _printable(title), path, _printable(text))


def _printable(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
