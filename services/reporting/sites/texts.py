"""Finds and replaces the texts of a published report. Pure."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from shared.contracts.published_reports import ReportBody


class Place(NamedTuple):
    """A text of a report, and where it stands: a number, ``title`` or ``summary``."""

    name: str
    text: str


def places_of(body: ReportBody) -> Iterator[Place]:
    """Yield every text of *body*."""
    yield Place("title", body.title)
    yield Place("summary", body.summary)
    for area in body.focus_areas:
        yield Place(str(area.number), area.title)
        for finding in area.findings:
            yield Place(finding.number, finding.text)
            for each in finding.recommendations:
                yield Place(each.number, each.text)
                if each.claim is not None:
                    yield Place(each.number, each.claim.words)


def text_at(body: ReportBody, item: str) -> str | None:
    """Return the text of *item*: a number, ``title`` or ``summary``; None if there is none."""
    return next((place.text for place in places_of(body) if place.name == item), None)


def corrected(body: ReportBody, item: str, after: str) -> ReportBody:
    """
    Return *body* with *after* as the text of *item*.

    The item is ``title``, ``summary``, or the number of a focus area (its title), a finding or a
    recommendation.
    """
    found: dict[str, Any] = body.model_dump(mode="json", exclude_none=True)
    if item in ("title", "summary"):
        found[item] = after
    for area in found["focus_areas"]:
        if str(area["number"]) == item:
            area["title"] = after
        for finding in area["findings"]:
            for each in (finding, *finding["recommendations"]):
                if each["number"] == item:
                    each["text"] = after
    return ReportBody.model_validate(found)
