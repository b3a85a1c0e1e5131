"""Re-runs a decision from its record, to compare the results."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.routing.life.directions import verdicts
from services.routing.rules.facts import decode_facts
from services.routing.rules.in_force import DecisionBasis
from services.routing.rules.matching import Availability, match
from services.routing.rules.triage import triage


def rerun(decided: Mapping[str, Any], basis: DecisionBasis | None) -> dict[str, Any]:
    """
    Return the decision as decided now with the rules and candidates of *basis*.

    Choices of persons and providers are copied from *decided*; verdicts are computed.
    """
    if basis is None or "facts" not in decided:
        return dict(decided)
    facts = decode_facts(decided["facts"])
    at = datetime.fromisoformat(decided["at"])
    match decided["kind"]:
        case "triage":
            return {**decided, **triage(facts, basis, at=at).decided}
        case "match":
            return {**decided, **_rerun_match(decided, facts, basis)}
        case _:
            return {**decided, "verdicts": verdicts(basis, facts)}


def _rerun_match(
    decided: Mapping[str, Any], facts: Mapping[str, Any], basis: DecisionBasis
) -> Mapping[str, Any]:
    availabilities = {name: Availability(*seen) for name, _, *seen in decided["candidates"]}
    availability_of = availabilities.__getitem__
    return match(
        facts, basis, availability_of=availability_of, already_asked=decided["not_again"]
    ).decided
