"""Chooses a provider: candidates that pass the rules and have capacity, in tie-break order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from services.routing.rules.building import built
from services.routing.rules.decisions import sentences
from services.routing.rules.facts import Facts
from services.routing.rules.in_force import DecisionBasis
from services.routing.rules.rulebook import fill
from shared.contracts.reference import Rule
from shared.contracts.routing import Sentences


class Availability(NamedTuple):
    """
    The capacity that one provider had for one request when it was decided.

    ``entry`` is the index of the first fitting entry with free capacity (None: no such entry).
    ``free`` is the sum over all fitting entries. ``last_offer`` is in microseconds since 1970,
    0 for never.
    """

    entry: int | None = None
    free: int = 0
    load: int = 0
    last_offer: int = 0


UNAVAILABLE = Availability()
_ORDERS = ("score", "free_capacity", "longest_without_offer", "load", "provider.id")


@dataclass(frozen=True, slots=True)
class Match:
    """The result of matching: ``offered`` to a provider, ``waiting`` or ``referred``."""

    outcome: str
    because: Sentences
    decided: Mapping[str, Any]
    provider: str | None = None
    entry: int | None = None


def match(
    facts: Facts,
    basis: DecisionBasis,
    *,
    availability_of: Callable[[str], Availability],
    already_asked: Sequence[str],
) -> Match:
    """
    Return the provider to ask for a request with *facts*, except those *already_asked*.

    *availability_of* is called for the providers that pass the rules.
    """
    evaluation = basis.providers.evaluate(facts)
    names, verdicts, scores = basis.names, evaluation.verdicts, evaluation.scores
    order_key = _order_key(basis.tie_break)
    candidates = [
        (name, verdict, *UNAVAILABLE) for name, verdict in zip(names, verdicts, strict=True)
    ]
    ready: list[tuple[Any, int, int]] = []
    passing = [index for index in evaluation.passing if names[index] not in already_asked]
    for index in passing:
        name = names[index]
        seen = availability_of(name)
        candidates[index] = (name, verdicts[index], *seen)
        if seen.entry is not None:
            key = order_key((-scores[index], -seen.free, seen.last_offer, seen.load, name))
            ready.append((key, index, seen.entry))
    ready.sort()
    order = [names[index] for _, index, _ in ready]
    if ready:
        _, index, entry = ready[0]
        matched = evaluation.matched[index]
        because = _asked(facts, basis.candidates[index], matched, ready=len(ready))
        return _found("offered", because, candidates, already_asked, order, entry)
    if passing:
        because = _no_room([names[index] for index in passing])
        return _found("waiting", because, candidates, already_asked, order)
    because = _nobody(basis, asked=len(already_asked))
    return _found("referred", because, candidates, already_asked, order)


def passes(facts: Facts, basis: DecisionBasis, provider: str) -> bool:
    """Tell whether *provider* is a candidate that passes the rules for *facts*."""
    evaluation = basis.providers.evaluate(facts)
    return any(basis.names[index] == provider for index in evaluation.passing)


def _found(
    outcome: str,
    because: Sentences,
    candidates: Sequence[tuple[Any, ...]],
    already_asked: Sequence[str],
    order: list[str],
    entry: int | None = None,
) -> Match:
    provider = order[0] if order else None
    decided = {
        "not_again": already_asked,
        "candidates": candidates,
        "order": order,
        "outcome": outcome,
        "provider": provider,
        "because": sentences(because),
    }
    return Match(outcome, because, decided, provider, entry)


@lru_cache(maxsize=16)
def _order_key(tie_break: Sequence[str]) -> Callable[[tuple[Any, ...]], Any]:
    """
    Return a function from a candidate's values, in the order of `_ORDERS`, to its sort key.

    The provider's id comes last, so that no two keys are equal.
    """
    return itemgetter(*[_ORDERS.index(name) for name in tie_break if name in _ORDERS], -1)


def _asked(facts: Facts, candidate: Facts, matched: Sequence[Rule], *, ready: int) -> Sentences:
    named = [rule for rule in matched if rule.effect != "exclude"]
    staff = [fill(rule.because.staff, facts, candidate) for rule in named]
    to_provider = [
        fill(rule.because.provider, facts, candidate) for rule in named if rule.because.provider
    ]
    requester = [
        fill(rule.because.requester, facts, candidate) for rule in named if rule.because.requester
    ]
    name, program = candidate["provider.name"], candidate["program.name"]
    others = "the only candidate" if ready == 1 else f"the first of {ready} candidates"
    words = {
        "staff": " ".join([f"{name} is {others} with capacity.", *staff]),
        "requester": " ".join([f"{name} is asked to help through {program}.", *requester]),
        "provider": " ".join(to_provider) or f"The request fits what you offer in {program}.",
    }
    return built(Sentences, words)


def _no_room(names: Sequence[str]) -> Sentences:
    return Sentences(
        staff=f"None of the candidates has room for this request: {', '.join(names)}.",
        requester="Everyone who could help is busy; your request keeps its place.",
    )


def _nobody(basis: DecisionBasis, *, asked: int) -> Sentences:
    after = f" after {asked} that were asked" if asked else ""
    return Sentences(
        staff=f"No provider of {len(basis.candidates)} passes the rules{after}; a person decides.",
        requester="No provider was found; the program office will look at your request.",
    )
