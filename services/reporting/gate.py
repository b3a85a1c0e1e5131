"""
The gate: everything that a release shows of a count passes here. Pure.

One request more or less must not be seen: counts are rounded to tens, small ones and zero look the
same, and totals add up what is shown, so that nothing can be subtracted from them.
"""

import math
from collections.abc import Iterable
from typing import TypeAlias

VERSION = 1
"""Version of these rules; raise it when what a release shows of the same counts changes."""

SMALL = 10
FEW = "10 or fewer"
FEW_EACH = "10 or fewer in each"
NOT_SHOWN = "not shown"
HALF_DAY_HOURS = 12
Cell: TypeAlias = int | str


def cell(count: int) -> Cell:
    """Return *count* to the nearest ten, ties up; `FEW` for all counts up to 10, even zero."""
    return FEW if count <= SMALL else (count + 5) // 10 * 10


def total(cells: Iterable[Cell]) -> Cell:
    """Return the sum of the *cells* that are numbers; `FEW_EACH` if none is."""
    return sum(each for each in cells if isinstance(each, int)) or FEW_EACH


def per_ten(shown: Cell, of: Cell) -> Cell:
    """
    Return how many *shown* there are per ten of *of*, ties up; not shown if either is small.

    It is computed from two published cells, so that it reveals no more than they do.
    """
    if not isinstance(shown, int) or not isinstance(of, int):
        return NOT_SHOWN
    return (20 * shown + of) // (2 * of)


def hours(seconds: float, *, count: int) -> Cell:
    """Return a time of *count* cases in hours, to the nearest half day; not shown for few."""
    if count <= SMALL:
        return NOT_SHOWN
    return math.floor(seconds / 3600 / HALF_DAY_HOURS + 0.5) * HALF_DAY_HOURS
