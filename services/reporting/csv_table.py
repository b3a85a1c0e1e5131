"""Renders figures as CSV, one row per figure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from services.reporting.assessments.shown import COLUMNS, ShownSite, as_rows
from services.reporting.corrections.decide import place_of
from services.reporting.corrections.shown import REASONS, Correction, Published
from services.reporting.figures import DEFINITION, Figure

_LIVE = ("figure", "definition", "unit", "as_of", "breakdown", "group", "measure", "value", "name")
_RELEASED = (
    "month", "figure", "unit", "breakdown", "group", "name", "measure", "value", "overlaps",
    "as_of", "definition", "release_sha256", "corrected", "corrected_at", "because",
    "corrected_with", "listed", "list_year",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def live_table(figures: Sequence[Figure], *, as_of: datetime) -> str:
    """Return live figures as CSV."""
    moment = as_of.isoformat()
    return table(
        _LIVE,
        (
            (
                *(f.figure, DEFINITION, f.unit, moment),
                *(f.breakdown, f.group, f.measure, f.value, f.name),
            )
            for f in figures
        ),
    )


def release_table(published: Published) -> str:
    """Return a release as CSV: ``value`` as it was published first, ``corrected`` as it is now."""
    release, last = published.facts.release, published.last
    versions = "; ".join(f"{name} {version}" for name, version in release.definitions.items())
    as_of = release.as_of.isoformat()
    return table(
        _RELEASED,
        (
            (
                *(release.month, f.figure, f.unit, f.breakdown, f.group, f.name, f.measure),
                *(f.value, "yes" if f.overlaps else "no", as_of, versions),
                *(published.facts.sha256, *_correction(last.get(place_of(f)))),
                *("" if f.listed is None else f.listed, release.list_year or ""),
            )
            for f in release.figures
        ),
    )


def _correction(found: Correction | None) -> tuple[object, ...]:
    if found is None:
        return ("",) * 4
    facts = found.facts
    return facts.after, found.at.isoformat(), REASONS[facts.because], facts.corrected_with


def assessment_table(shown: Iterable[ShownSite]) -> str:
    """Return the statuses of each site's recommendations as CSV."""
    return table(COLUMNS, as_rows(shown))


def safe(cell: object) -> object:
    """Return *cell*; text that a spreadsheet would run as a formula gets an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return *rows* as CSV, below their *head*."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue()
