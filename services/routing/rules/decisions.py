"""Decision records: what was decided, from what, by which rules; compact, hashed, re-runnable."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic_core import to_json

from services.routing.rules.building import built
from shared.contracts.event import derived_id
from shared.contracts.routing import DecisionFacts, Sentences


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
        facts=built(
            DecisionFacts,
            {"id": identity, "hash": digest, "ruleset": decided["ruleset"], "because": because},
        ),
    )


def sentences(because: Sentences) -> dict[str, str]:
    """Return the sentences that were written, by audience."""
    by_audience = {
        "staff": because.staff,
        "requester": because.requester,
        "provider": because.provider,
    }
    return {
        audience: sentence for audience, sentence in by_audience.items() if sentence is not None
    }


def encode(decided: Mapping[str, Any]) -> str:
    """Return a decision as compact JSON."""
    return to_json(decided).decode()


def decode(text: str) -> dict[str, Any]:
    """Return the decision that `encode` wrote."""
    decided: dict[str, Any] = json.loads(text)
    return decided
