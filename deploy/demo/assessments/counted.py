"""Counts assessments from outside: what the public pages say of them, and their JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.request import urlopen

from deploy.demo.assessments.play import CORRECTED, DISPUTE, REPLY, SUMMARY, Assessments
from deploy.demo.assessments.site import STATUSES, AssessedSite


@dataclass(frozen=True, slots=True)
class Published:
    """What the public reads: each site's JSON by its engagement, and all pages of all sites."""

    sites: Mapping[str, Mapping[str, Any]]
    pages: Mapping[str, str]
    """Address → page."""

    def summary(self) -> str:
        """Return the counts in words."""
        reports = [report for site in self.sites.values() for report in site["reports"]]
        corrections = sum(bool(report["corrections"]) for report in reports)
        replies = sum(len(report["replies"]) for report in reports)
        return (
            f"{len(self.sites)} sites, {sum(each['recommendations'] for each in reports)}"
            f" recommendations, {len(reports)} reports published,"
            f" {sum(due['late'] for site in self.sites.values() for due in site['due'])} late,"
            f" {corrections} corrected, {replies} {'reply' if replies == 1 else 'replies'};"
            f" {len(percents_of_nothing(reports))} percent of nothing"
        )


def read(public: str) -> Published:
    """Read all sites on the *public* pages."""
    sites, pages = {}, {"/sites": _get(public, "/sites"), "/": _get(public, "/")}
    for listed in json.loads(_get(public, "/sites.json"))["sites"]:
        address = listed["address"]
        sites[listed["engagement_id"]] = site = json.loads(_get(public, f"{address}.json"))
        for each in (address, *(report["address"] for report in site["reports"])):
            for form in ("", ".json", ".csv"):
                pages[each + form] = _get(public, each + form)
    pages["/feed.atom"] = _get(public, "/feed.atom")
    return Published(sites, pages)


def percents_of_nothing(reports: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the reports that show a percentage of no recommendations."""
    return [
        report["address"]
        for report in reports
        if not report["recommendations"]
        and any(each["percent"] is not None for each in report["statuses"])
    ]


def faults(found: Published, played: Assessments) -> list[str]:
    """Return the differences between what the public reads and what was played."""
    wrong = [
        f"assessments: {site.engagement_id} is on no page"
        for site in played.sites
        if site.engagement_id not in found.sites
    ]
    if not wrong and played.sites:
        wrong += [*_of_reports(found, played), *_of_late(found, played.late)]
    for site in played.sites:
        wrong += [
            f"assessments: {address} shows a draft of {site.engagement_id}"
            for address, page in found.pages.items()
            if site.canary in page
        ]
    return wrong


def _of_reports(found: Published, played: Assessments) -> Iterator[str]:
    replying, correcting = played.published
    for site in played.published:
        reports = found.sites[site.engagement_id]["reports"]
        if len(reports) != 1:
            yield f"assessments: {site.engagement_id} has {len(reports)} reports, not 1"
            continue
        (report,) = reports
        yield from _of_statuses(report)
        page = found.pages[report["address"]]
        if site is replying:
            yield from _missing(report, page, [REPLY, SUMMARY], outcome="checked")
        if site is correcting:
            yield from _missing(report, page, [DISPUTE, SUMMARY, CORRECTED], outcome="disputed")
    yield from percents_of_nothing(
        [report for site in found.sites.values() for report in site["reports"]]
    )


def _of_statuses(report: Mapping[str, Any]) -> Iterator[str]:
    """Check counts and percentages against the statuses that were sent."""
    sent, whole = Counter(STATUSES.values()), len(STATUSES)
    for each in report["statuses"]:
        expected = (sent[each["status"]], round(100 * sent[each["status"]] / whole, 1))
        if (each["count"], each["percent"]) != expected:
            yield f"assessments: {report['address']}: {each} is not {expected}"


def _missing(
    report: Mapping[str, Any], page: str, words: Sequence[str], *, outcome: str
) -> Iterator[str]:
    for each in words:
        if escape(each, quote=False) not in page:
            yield f"assessments: {report['address']} does not say: {each}"
    if report["fact_check"] != outcome:
        yield f"assessments: {report['address']} was {report['fact_check']}, not {outcome}"


def _of_late(found: Published, late: AssessedSite) -> Iterator[str]:
    site = found.sites[late.engagement_id]
    if [due["late"] for due in site["due"]] != [True]:
        yield f"assessments: a late report of {late.engagement_id} is not said to be late"
    if "late" not in found.pages[site["site"]["address"]]:
        yield f"assessments: the page of {late.engagement_id} does not say that it is late"
    if site["reports"]:
        yield f"assessments: {late.engagement_id} has a report that nobody approved"


def _get(public: str, path: str) -> str:
    with urlopen(public + path, timeout=10) as answer:
        text: str = answer.read().decode()
    return text
