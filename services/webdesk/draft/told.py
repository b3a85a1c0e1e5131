"""Who is normally told of a request, and what; shown before it is sent. Pure."""

from collections.abc import Sequence
from typing import NamedTuple


class Told(NamedTuple):
    """One that is told, and what."""

    who: str
    what: str


TOLD: Sequence[Told] = (
    Told("The person to reach", "that we have the request, its number, and every step after it."),
    Told(
        "The program office",
        "that the request is here. Until it is sure that the executive wants it, nobody else hears"
        " of it.",
    ),
    Told(
        "The provider that is asked",
        "which agency asks, for which help and when. It reads the need and whom to reach only when"
        " it takes the request on.",
    ),
    Told("The public", "figures without names, and your agency's name only if you allow it."),
)
