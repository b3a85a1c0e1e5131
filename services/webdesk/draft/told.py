"""Who normally hears of a request, and what; shown before it is sent. Pure."""

from collections.abc import Sequence
from typing import NamedTuple


class Told(NamedTuple):
    """Somebody who hears of a request, and a sentence that says of what."""

    who: str
    what: str


TOLD: Sequence[Told] = (
    Told("Your contact person", "Gets the request number, and hears about every step."),
    Told(
        "The program office",
        "Gets the request. It tells nobody else until it has made sure that your executive wants"
        " the request.",
    ),
    Told(
        "The provider that we ask",
        "Learns which agency asks, for what help, and when. It can read your need and whom to"
        " contact only after it takes the request.",
    ),
    Told("The public", "Sees figures without names. We name your agency only if you allow it."),
)
