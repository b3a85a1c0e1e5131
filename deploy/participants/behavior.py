"""
How the providers of the demonstration behave, decided by a hash of each offer.

Nothing depends on the order of arrival, so that equal seeds give equal counts. Providers accept
every offer except, in some cases, the first one of a request.
"""

from collections.abc import Collection
from hashlib import sha256
from typing import Literal

FirstAnswer = Literal["accept", "decline", "counter", "silent", "late"]
Outcome = Literal["closed", "delivered", "in_delivery", "assigned"]
SCARCE_TOPIC = "missing_persons_volunteers"
"""The topic for which a single provider has capacity, less than requested."""
LOST_TOPIC, LOST_PROVIDER, SUCCESSOR = "women_in_policing", "nawlee", "iacp"
"""A topic, the only provider that has capacity for it, which leaves, and the one that follows."""
_SPECIAL = frozenset({SCARCE_TOPIC, LOST_TOPIC})
DECLINES = ("no_capacity", "conflict_of_interest", "outside_expertise", "timing", "region")


def first_answer(seed: int, agency: str, topics: Collection[str]) -> FirstAnswer:
    """Return how a provider answers the first offer of a request."""
    if not _SPECIAL.isdisjoint(topics):
        return "accept"
    draw = _draw(seed, "answer", agency, topics)
    if draw < 74:
        return "accept"
    if draw < 86:
        return "decline"
    if draw < 92:
        return "counter"
    return "silent" if draw < 97 else "late"


def decline_reason(seed: int, agency: str, topics: Collection[str]) -> str:
    """Return the coded reason of a decline."""
    return DECLINES[_draw(seed, "reason", agency, topics) % len(DECLINES)]


def outcome(seed: int, agency: str, topics: Collection[str]) -> Outcome:
    """Return the state of the work when the demonstration ends."""
    if not _SPECIAL.isdisjoint(topics):
        return "closed"
    draw = _draw(seed, "outcome", agency, topics)
    if draw < 55:
        return "closed"
    if draw < 70:
        return "delivered"
    return "in_delivery" if draw < 88 else "assigned"


def offer_number(offer_id: str) -> int:
    """Return which offer of its request this is: ``…-O2`` is the second."""
    return int(offer_id.rpartition("-O")[2])


def _draw(seed: int, purpose: str, agency: str, topics: Collection[str]) -> int:
    text = "\n".join([str(seed), purpose, agency, *sorted(topics)])
    return int.from_bytes(sha256(text.encode()).digest()[:4], "big") % 100
