"""Puts a report together from its recorded texts and statuses. Pure."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

from services.reporting.assessments.site import Person, Recommendation, Site, Verified
from shared.contracts.assessments import finding_of, focus_area_of
from shared.contracts.canonical import canonical
from shared.contracts.publications import DraftedFacts
from shared.contracts.published_reports import (
    PublishedClaim,
    PublishedFinding,
    PublishedFocusArea,
    PublishedRecommendation,
    ReportBody,
)

Texts = Mapping[tuple[str, str], str]
"""(what, item) → the current text: that of ``finding.record`` for ``2.1``, and so on."""
AREA, FINDING = "focus_area.set", "finding.record"
RECOMMENDATION, CLAIM = "recommendation.record", "recommendation.claim"


def digest(body: ReportBody) -> str:
    """Return the SHA-256 of the canonical JSON of *body*, in hexadecimal."""
    return sha256(canonical(body.model_dump(mode="json", exclude_none=True))).hexdigest()


def compose(
    site: Site, drafted: DraftedFacts, said: Mapping[str, str], texts: Texts, *, slug: str
) -> ReportBody | None:
    """
    Return the report that *drafted* describes; None if one of its texts is missing.

    *said* has the title and the summary, *texts* what the items say now.
    """
    numbers = _with_parents(drafted.items)
    try:
        return ReportBody(
            slug=slug,
            report_id=drafted.report_id,
            version=drafted.version,
            kind=drafted.kind,
            title=said["title"],
            as_of=drafted.as_of,
            summary=said["summary"],
            focus_areas=[
                PublishedFocusArea(
                    number=focus_area_of(area),
                    title=texts[AREA, area],
                    goal=site.focus_areas[focus_area_of(area)],
                    findings=[
                        _finding(site, finding, numbers, texts, as_of=drafted.as_of)
                        for finding in numbers
                        if _level(finding) == 1 and focus_area_of(finding) == focus_area_of(area)
                    ],
                )
                for area in numbers
                if _level(area) == 0
            ],
        )
    except KeyError:
        return None


def verifiers_of(site: Site, drafted: DraftedFacts) -> list[Person]:
    """Return who verified the statuses that a report shows."""
    found = {
        verified.by
        for number in drafted.items
        if (known := site.recommendations.get(number)) is not None
        and (verified := _verified_on(known, drafted.as_of)) is not None
        and verified.by is not None
    }
    return sorted(found, key=lambda person: (person.participant, person.actor or ""))


def _finding(
    site: Site, number: str, numbers: list[str], texts: Texts, *, as_of: date
) -> PublishedFinding:
    return PublishedFinding(
        number=number,
        text=texts[FINDING, number],
        recommendations=[
            _recommendation(each, site.recommendations[each], texts, as_of=as_of)
            for each in numbers
            if _level(each) == 2 and finding_of(each) == number
        ],
    )


def _recommendation(
    number: str, known: Recommendation, texts: Texts, *, as_of: date
) -> PublishedRecommendation:
    verified = _verified_on(known, as_of)
    claim = None
    if known.claimed_on is not None and known.claimed_on <= as_of:
        claim = PublishedClaim(done_on=known.claimed_on, words=texts[CLAIM, number])
    return PublishedRecommendation(
        number=number,
        text=texts[RECOMMENDATION, number],
        due_on=known.due_on,
        status=None if verified is None else verified.status,
        reason=None if verified is None else verified.reason,
        status_on=None if verified is None else verified.on,
        claim=claim,
    )


def _verified_on(known: Recommendation, day: date) -> Verified | None:
    """Return what is verified for *day*: a later verdict takes the place of earlier ones."""
    holding = [each for each in known.statuses if each.on <= day]
    return holding[-1] if holding else None


def _with_parents(items: list[str]) -> list[str]:
    """Return *items*, and those that they belong to, in the order of their numbers."""
    parts = [item.split(".") for item in items]
    numbers = {".".join(each[:depth]) for each in parts for depth in range(1, len(each) + 1)}
    return sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])


def _level(number: str) -> int:
    """Return 0 for a focus area, 1 for a finding, 2 for a recommendation."""
    return number.count(".")
