"""The places of a report, as the agency reads and names them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

WHOLE = ""
_WHOLE = "The report as a whole"


class Place(NamedTuple):
    """
    A part of a report: ``item`` is how messages name it, ``notes`` is what stands below its text.

    ``level`` is 0 for the report, its title and summary, 1 for a focus area, 2 for a finding and 3
    for a recommendation.
    """

    item: str
    label: str
    text: str
    notes: tuple[str, ...] = ()
    level: int = 0


def places_of(report: Mapping[str, Any]) -> list[Place]:
    """Return the places of *report*, in reading order; the whole report is the first."""
    return list(_places(report))


def label_of(report: Mapping[str, Any], item: str) -> str | None:
    """Return the label of the place *item*; None if there is none."""
    return next((each.label for each in _places(report) if each.item == item), None)


def replied_to(places: Sequence[Place]) -> list[Place]:
    """Return the *places* that a reply may be about: the whole, and what has a number."""
    return [place for place in places if place.level or place.item == WHOLE]


def _places(report: Mapping[str, Any]) -> Iterator[Place]:
    yield Place(WHOLE, _WHOLE, "")
    yield Place("title", "Title", report["title"])
    yield Place("summary", "Summary", report["summary"])
    for area in report.get("focus_areas", ()):
        number = str(area["number"])
        yield Place(number, f"Focus area {number}", area["title"], level=1)
        for finding in area.get("findings", ()):
            number = finding["number"]
            yield Place(number, f"Finding {number}", finding["text"], level=2)
            for each in finding.get("recommendations", ()):
                number = each["number"]
                notes = tuple(_notes(each))
                yield Place(number, f"Recommendation {number}", each["text"], notes, level=3)


def _notes(recommendation: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a report says of a recommendation besides its text."""
    if (status := recommendation.get("status")) is not None:
        since = recommendation.get("status_on")
        reason = recommendation.get("reason")
        shown = f"Status: {_words(status)}"
        shown += f" ({_words(reason)})" if reason else ""
        yield f"{shown}, {_day(since)}." if since else f"{shown}."
    if (due_on := recommendation.get("due_on")) is not None:
        yield f"Due {_day(due_on)}."
    if (claim := recommendation.get("claim")) is not None:
        done = _day(claim["done_on"])
        yield f"Your agency reports it as done, {done}: {claim['words']}"


def _words(code: str) -> str:
    return code.replace("_", " ")


def _day(text: str) -> str:
    on = date.fromisoformat(text)
    return f"{on:%B} {on.day}, {on.year}"
