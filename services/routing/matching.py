"""Which provider is asked: candidates under the rules, with capacity, in tie-break order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.routing.books import Book
from services.routing.facts import Facts
from services.routing.rulebook import fill
from shared.contracts.routing import Sentences


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    What one provider could take on of one request when it was decided.

    ``entry`` is the place of the entry that fits and has room (None: no room), ``free`` what
    all fitting entries could still take; ``last_offer`` in microseconds since 1970, 0 for never.
    """

    entry: int | None = None
    free: int = 0
    load: int = 0
    last_offer: int = 0


NOTHING = Snapshot()


@dataclass(frozen=True, slots=True)
class Match:
    """What the matcher found: ``offered`` to a provider, ``waiting`` or ``referred``."""

    outcome: str
    because: Sentences
    decided: Mapping[str, Any]
    provider: str | None = None
    entry: int | None = None


def match(
    facts: Facts,
    book: Book,
    *,
    snapshots: Mapping[str, Snapshot],
    not_again: Sequence[str],
) -> Match:
    """Return whom to ask for a request with *facts*; *not_again* were asked before."""
    panel = book.providers
    standing = panel.standing(facts)
    names = [candidate["provider.id"] for candidate in book.candidates]
    passing = [place for place in standing.passing if names[place] not in not_again]
    ready = []
    for place in passing:
        snapshot = snapshots.get(names[place], NOTHING)
        if snapshot.entry is not None:
            key = order_key(
                book.ruleset.tie_break,
                provider=names[place],
                score=standing.scores[place],
                snapshot=snapshot,
            )
            ready.append((key, place))
    ready.sort()
    candidates = []
    for name, verdict in zip(names, standing.verdicts, strict=True):
        seen = snapshots.get(name, NOTHING)
        candidates.append([name, verdict, seen.entry, seen.free, seen.load, seen.last_offer])
    decided: dict[str, Any] = {"not_again": list(not_again), "candidates": candidates}
    if ready:
        place = ready[0][1]
        because = _asked(facts, book, place, ready=len(ready))
        decided["order"] = [names[place] for _, place in ready]
        outcome, provider, entry = "offered", names[place], snapshots[names[place]].entry
    elif passing:
        because = _no_room([book.candidates[place] for place in passing])
        outcome, provider, entry = "waiting", None, None
    else:
        because = _nobody(book, asked=len(not_again))
        outcome, provider, entry = "referred", None, None
    decided |= {
        "outcome": outcome,
        "provider": provider,
        "because": because.model_dump(exclude_none=True),
    }
    return Match(outcome, because, decided, provider, entry)


def order_key(
    tie_break: Sequence[str], *, provider: str, score: int, snapshot: Snapshot
) -> tuple[Any, ...]:
    """Return what candidates are sorted by; the id comes last, so that no two are equal."""
    values = {
        "score": -score,
        "free_capacity": -snapshot.free,
        "longest_without_offer": snapshot.last_offer,
        "load": snapshot.load,
        "provider.id": provider,
    }
    return (*[values[key] for key in tie_break if key in values], provider)


def _asked(facts: Facts, book: Book, place: int, *, ready: int) -> Sentences:
    panel = book.providers
    candidate = book.candidates[place]
    matched = panel.matched(panel.standing(facts), place)
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
    return Sentences.model_construct(
        staff=" ".join([f"{name} is {others} with capacity.", *staff]),
        requester=" ".join([f"{name} is asked to help through {program}.", *requester]),
        provider=" ".join(to_provider) or f"The request fits what you offer in {program}.",
    )


def _no_room(candidates: Sequence[Facts]) -> Sentences:
    names = ", ".join(candidate["provider.id"] for candidate in candidates)
    return Sentences.model_construct(
        staff=f"None of the candidates has room for this request: {names}.",
        requester="Everyone who could help is busy; your request keeps its place.",
        provider=None,
    )


def _nobody(book: Book, *, asked: int) -> Sentences:
    after = f" after {asked} that were asked" if asked else ""
    return Sentences.model_construct(
        staff=f"No provider of {len(book.candidates)} passes the rules{after}; a person decides.",
        requester="No provider was found; the program office will look at your request.",
        provider=None,
    )
