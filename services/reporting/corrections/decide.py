"""Corrects released figures of months about which more has become known. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count, groupby
from typing import get_args

from services.reporting.figures import Figure
from services.reporting.release import (
    OPEN_WITH,
    SOURCE,
    Counted,
    digest,
    released_figures,
    tables_in,
)
from shared.catalog.catalog import Catalog
from shared.contracts import envelope
from shared.contracts.reporting import (
    CorrectedFigure,
    CorrectionCause,
    FigureCorrected,
    Release,
    ReleasedFigure,
)

TYPE = get_args(FigureCorrected.model_fields["type"].annotation)[0]
LATE_AFTER = timedelta(days=1)
"""
An event that is taken in later than this after its time may belong to a released month: a release
comes two working days after its month at the earliest.
"""
MOST = 12
"""Months that are counted again with one release, so that it takes a bounded time."""
AS_RELEASED = frozenset({"program", "lane", "family", OPEN_WITH})
"""Breakdowns never corrected: where requests stood, and how topics were sorted, at release."""
Place = tuple[str, str, str, str]
"""Figure, breakdown, group, measure."""


def place_of(figure: Figure | ReleasedFigure | CorrectedFigure) -> Place:
    """Return where *figure* stands among all."""
    return figure.figure, figure.breakdown, figure.group, figure.measure


def corrected(release: Release, known: Iterable[CorrectedFigure]) -> Release:
    """Return *release* with the last values of the corrections *known*, oldest first."""
    values = {place_of(each): each.after for each in known}
    figures = [
        each.model_copy(update={"value": values.get(place_of(each), each.value)})
        for each in release.figures
    ]
    return release.model_copy(update={"figures": figures})


def versions(
    release: Release,
    sha256: str,
    known: Iterable[CorrectedFigure],
    *,
    with_: Mapping[str, Release],
) -> list[tuple[str, Release]]:
    """
    Return *release* and each corrected release that followed, with its published hash.

    *known* are its corrections, oldest first; *with_* maps months to their releases, with which
    the corrections came.
    """
    found, shown = [(sha256, release)], release
    for month, together in groupby(known, key=lambda each: each.corrected_with):
        corrections = list(together)
        shown = corrected(shown, corrections).model_copy(update=positions_of(with_[month]))
        found.append((corrections[-1].sha256, shown))
    return found


def counted_again(shown: Release, counted: Counted, catalog: Catalog, *, like: Release) -> Release:
    """
    Return the release of *shown* with the values of *counted*, at the positions of *like*.

    It keeps tables, groups and names: a list that has grown since corrects no figure.
    """
    found = {
        place_of(each): each.value
        for each in released_figures(counted, catalog, tables_in(shown))
        if each.breakdown not in AS_RELEASED
    }
    figures = [
        each.model_copy(update={"value": found.get(place_of(each), each.value)})
        for each in shown.figures
    ]
    return shown.model_copy(update={"figures": figures, **positions_of(like)})


def positions_of(release: Release) -> dict[str, object]:
    """Return what *release* was computed from."""
    return {
        "as_of": release.as_of,
        "positions": release.positions,
        "left_out": release.left_out,
    }


def cause_of(found: Collection[str]) -> CorrectionCause:
    """Return the kind of cause to name, of those *found* for a month."""
    causes: Sequence[CorrectionCause] = get_args(CorrectionCause)
    return next((each for each in causes if {each} == {*found}), "several")


def figures_corrected(
    shown: Release,
    again: Release,
    *,
    because: CorrectionCause,
    with_: str,
    at: datetime,
    next_number: Callable[[], int],
) -> list[FigureCorrected]:
    """Return an event for each figure whose value in *again* differs from that in *shown*."""
    cause, sha256 = f"month/{with_}", digest(again)
    ordinals = count(1)
    return [
        FigureCorrected(
            **envelope.attributes(
                kind=TYPE,
                source=SOURCE,
                subject=shown.month,
                at=at,
                cause=cause,
                correlation=cause,
                ordinal=next(ordinals),
                number=next_number(),
                classification="public",
            ),
            data=CorrectedFigure(
                release=shown.month,
                figure=before.figure,
                breakdown=before.breakdown,
                group=before.group,
                measure=before.measure,
                before=before.value,
                after=after.value,
                because=because,
                corrected_with=with_,
                sha256=sha256,
            ),
        )
        for before, after in zip(shown.figures, again.figures, strict=True)
        if before.value != after.value
    ]
