"""Decides again from a decision record, to see whether the same comes out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.routing.life.directions import verdicts
from services.routing.rules.books import Book
from services.routing.rules.facts import decode_facts
from services.routing.rules.matching import Snapshot, match
from services.routing.rules.triage import triage


def rerun(decided: Mapping[str, Any], book: Book | None) -> dict[str, Any]:
    """
    Return the decision as it comes out now, by the rules and candidates of *book*.

    What a person decided, or a provider said, is taken over; what the rules say of it is not.
    """
    if book is None or "facts" not in decided:
        return dict(decided)
    facts = decode_facts(decided["facts"])
    at = datetime.fromisoformat(decided["at"])
    match decided["kind"]:
        case "triage":
            return {**decided, **triage(facts, book, at=at).decided}
        case "match":
            return {**decided, **_match_again(decided, facts, book)}
        case _:
            return {**decided, "verdicts": verdicts(book, facts)}


def _match_again(
    decided: Mapping[str, Any], facts: Mapping[str, Any], book: Book
) -> Mapping[str, Any]:
    snapshots = {name: Snapshot(*seen) for name, _, *seen in decided["candidates"]}
    look = snapshots.__getitem__
    return match(facts, book, look=look, not_again=decided["not_again"]).decided
