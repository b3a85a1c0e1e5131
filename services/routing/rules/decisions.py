"""Decision records: inputs, rules and result of each decision; compact, hashed, re-runnable."""

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
    The record of a request's ``number``-th decision.

    ``text`` is compact JSON of all inputs and the result; the rule set and the candidates' facts
    (``panel``) are named by their hashes.
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
    """Return the record of a decision, *decided*, that the event *cause* led to."""
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
    """Return the sentences by audience, without missing ones."""
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
    """Return the decision that `encode` returned as *text*."""
    decided: dict[str, Any] = json.loads(text)
    return decided
