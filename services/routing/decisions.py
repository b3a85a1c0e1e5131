"""Decision records: what was decided, from what, by which rules; compact, hashed, re-runnable."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from shared.contracts.event import derived_id
from shared.contracts.routing import DecisionFacts, Sentences

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """
    One decision about a request, the ``number``-th.

    ``text`` is compact JSON of everything it was decided from and what came of it; the rule set
    and the candidates' facts (``panel``) are named by their hashes.
    """

    tracking_number: str
    number: int
    id: str
    at: datetime
    panel: str
    panel_body: str
    text: str
    hash: str
    facts: DecisionFacts


def record(
    decided: Mapping[str, Any], *, cause: str, panel_body: str, because: Sentences
) -> DecisionRecord:
    """Return the record of what was *decided* because of the event *cause*."""
    text = encode(decided)
    digest = sha256(text.encode()).hexdigest()
    identity = derived_id(cause, "decision", decided["request"], decided["number"])
    return DecisionRecord(
        tracking_number=decided["request"],
        number=decided["number"],
        id=identity,
        at=datetime.fromisoformat(decided["at"]),
        panel=decided["panel"],
        panel_body=panel_body,
        text=text,
        hash=digest,
        facts=DecisionFacts.model_construct(
            id=identity, hash=digest, ruleset=decided["ruleset"], because=because
        ),
    )


def encode(decided: Mapping[str, Any]) -> str:
    """Return a decision as compact JSON."""
    return _ENCODER.encode(decided)


def decode(text: str) -> dict[str, Any]:
    """Return the decision that `encode` wrote."""
    decided: dict[str, Any] = json.loads(text)
    return decided
