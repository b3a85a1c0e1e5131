"""Capacity of providers: what they declared, what is still free, and which entries fit."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from services.routing.life.request import CapacityChange
from services.routing.rules.facts import Facts
from services.routing.rules.matching import UNAVAILABLE, Availability
from shared.contracts.intake import CapacityFacts
from shared.contracts.routing import DeclaredFacts

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Capacity(NamedTuple):
    """
    A provider's last declaration (the id of its event), and the free capacity of each entry.

    ``load`` is the number of open offers and engagements; ``last_offer`` is the time of the last
    offer in microseconds since 1970, 0 for never.
    """

    provider: str
    declaration: str | None = None
    valid_until: datetime | None = None
    entries: str = "[]"
    free: tuple[int, ...] = ()
    load: int = 0
    last_offer: int = 0


@dataclass(frozen=True, slots=True)
class _Entry:
    topics: frozenset[str]
    agency_types: frozenset[str]
    states: frozenset[str]
    service_forms: frozenset[str]

    def fits(self, facts: Facts) -> bool:
        """Tell whether the entry is for requests with *facts*; an empty list allows all values."""
        return (
            (not self.topics or not self.topics.isdisjoint(facts["request.topics"]))
            and (not self.agency_types or facts["agency.cri_type"] in self.agency_types)
            and (not self.states or facts["agency.state"] in self.states)
            and (
                not self.service_forms
                or not facts["request.service_forms"]
                or not self.service_forms.isdisjoint(facts["request.service_forms"])
            )
        )


def declared(
    provider: str, facts: CapacityFacts | DeclaredFacts, *, declaration: str
) -> CapacityChange:
    """Return the change made by a declaration of *provider*."""
    entries = [entry.model_dump() for entry in facts.entries]
    return CapacityChange(
        provider=provider,
        declaration=declaration,
        valid_until=facts.valid_until,
        entries=json.dumps(entries, separators=(",", ":")),
    )


def apply(capacity: Capacity, change: CapacityChange) -> Capacity:
    """Return *capacity* after *change*; a new declaration replaces the previous one."""
    if change.entries is not None:
        return capacity._replace(
            declaration=change.declaration,
            valid_until=change.valid_until,
            entries=change.entries,
            free=tuple(entry["can_take"] for entry in json.loads(change.entries)),
        )
    free = capacity.free
    if change.free and change.declaration == capacity.declaration and change.entry is not None:
        free = _with(free, change.entry, free[change.entry] + change.free)
    return capacity._replace(free=free, load=capacity.load + change.load)


def taken(capacity: Capacity, *, entry: int, at: datetime) -> Capacity:
    """Return *capacity* after an offer that takes one place of *entry*."""
    return Capacity(
        capacity.provider,
        capacity.declaration,
        capacity.valid_until,
        capacity.entries,
        _with(capacity.free, entry, capacity.free[entry] - 1),
        capacity.load + 1,
        microseconds(at),
    )


def remaining(capacity: Capacity, taken: Mapping[tuple[str | None, int], int]) -> Capacity:
    """Return *capacity*, just declared, less what is *taken* of its declaration's entries."""
    free = tuple(
        room - taken.get((capacity.declaration, entry), 0)
        for entry, room in enumerate(capacity.free)
    )
    return capacity._replace(free=free)


def takes(capacity: Capacity, facts: Facts, place: tuple[str, int | None]) -> bool:
    """
    Tell whether *place*, the declaration and entry that an offer took room of, is for *facts*.

    Once the provider has a newer declaration, any of its entries will do. What is free is ignored.
    """
    declaration, entry = place
    entries = _entries(capacity.entries)
    if capacity.declaration == declaration and entry is not None:
        entries = entries[entry : entry + 1]
    return any(each.fits(facts) for each in entries)


def availability_lookup(
    capacities: Mapping[str, Capacity], facts: Facts, *, at: datetime
) -> Callable[[str], Availability]:
    """Return a function from a provider to its availability for a request with *facts*."""

    def availability_of(provider: str) -> Availability:
        capacity = capacities.get(provider)
        return UNAVAILABLE if capacity is None else _availability(capacity, facts, at)

    return availability_of


def _availability(capacity: Capacity, facts: Facts, at: datetime) -> Availability:
    load, last = capacity.load, capacity.last_offer
    if capacity.valid_until is None or capacity.valid_until <= at:
        return Availability(load=load, last_offer=last)
    found, free = None, 0
    for index, entry in enumerate(_entries(capacity.entries)):
        left = capacity.free[index]
        if left > 0 and entry.fits(facts):
            free += left
            found = index if found is None else found
    return Availability(found, free, load, last)


@lru_cache(maxsize=512)
def _entries(text: str) -> tuple[_Entry, ...]:
    entries: list[dict[str, Any]] = json.loads(text)
    return tuple(
        _Entry(
            frozenset(entry["topics"]),
            frozenset(entry["agency_types"]),
            frozenset(entry["states"]),
            frozenset(entry["service_forms"]),
        )
        for entry in entries
    )


def microseconds(at: datetime) -> int:
    """Return *at* in microseconds since 1970."""
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _with(free: tuple[int, ...], index: int, value: int) -> tuple[int, ...]:
    return (*free[:index], value, *free[index + 1 :])
