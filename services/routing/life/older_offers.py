"""
Finds the capacity taken by offers that a release before 0.3.0 published. Pure, and frozen.

Such an event contains neither the declaration nor the entry whose capacity the offer took. The
declaration follows from the times, and the entry from the order of the offers.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import NamedTuple

from services.routing.life.capacity import Capacity, apply, availability_lookup, remaining
from services.routing.life.request import CapacityChange
from services.routing.rules.facts import decode_request_facts

Declared = tuple[datetime | None, CapacityChange]
"""A declaration and when it was taken in; None if before all offers."""


class OlderOffer(NamedTuple):
    """A request's last offer; ``taken`` tells whether it still takes capacity."""

    tracking_number: str
    facts: str
    at: datetime
    cause: str
    provider: str
    taken: bool


def entries_of(
    offers: Sequence[OlderOffer],
    declared: Mapping[str, Sequence[Declared]],
    taken: MutableMapping[tuple[str | None, int], int],
) -> list[tuple[str, str, int]]:
    """
    Return tracking number, declaration and entry of *offers*, which are in order, if known.

    *declared* has each provider's declarations in order. What the offers take is added to
    *taken*, the capacity taken of each entry of a declaration.
    """
    found: list[tuple[str, str, int]] = []
    for offer in offers:
        change = _declaration_of(declared.get(offer.provider, ()), offer)
        if change is None or change.declaration is None:
            continue
        entry = _entry_of(change, offer, taken)
        found.append((offer.tracking_number, change.declaration, entry))
        if offer.taken:
            taken[change.declaration, entry] += 1
    return found


def _declaration_of(declared: Sequence[Declared], offer: OlderOffer) -> CapacityChange | None:
    """Return the declaration of *offer*: the one that caused it, or the last one before it."""
    named = [change for _, change in declared if change.declaration == offer.cause]
    before = [change for since, change in declared if since is None or since <= offer.at]
    found = named or before[-1:]
    return found[0] if found else None


def _entry_of(
    change: CapacityChange, offer: OlderOffer, taken: Mapping[tuple[str | None, int], int]
) -> int:
    """Return the first fitting entry with free capacity, or 0 if there is none."""
    left = remaining(apply(Capacity(change.provider), change), taken)
    availability_of = availability_lookup(
        {change.provider: left}, decode_request_facts(offer.facts), at=offer.at
    )
    entry = availability_of(change.provider).entry
    return 0 if entry is None else entry
