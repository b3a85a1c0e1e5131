"""Registrations and reference data sent before the load, in dependent steps."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.participants import OFFICE, REFERENCE, reference
from benchmarks.simulation import Reaction
from tests.proofs.chaos.staff import ACTOR
from tests.proofs.office import desk

DAY_SECONDS = 4
"""How long a working day lasts: an offer that nobody answers lapses in five, and one of grace."""
_DESK = "desk"


def introductions(
    everybody: Sequence[dict[str, Any]],
    *,
    folder: Path = REFERENCE,
    day_seconds: int = DAY_SECONDS,
) -> list[list[Reaction]]:
    """
    Return the messages of each step; a step needs the answers to the one before.

    *folder* holds the reference data; a working day lasts *day_seconds*.
    """
    first, *others = everybody
    rulesets = json.loads(json.dumps(reference("rulesets", folder=folder), default=str))
    for rules in rulesets:
        rules["calendar"] |= {"seconds_per_day": day_seconds, "grace_seconds": day_seconds}
    definitions = [
        *_messages("program.define", reference("programs", folder=folder)),
        *_messages("topic.define", reference("topics", folder=folder)),
        *_messages("provider.list", reference("providers", folder=folder)),
        *_messages("ruleset.approve", rulesets),
    ]
    declarations = capacities(everybody, each=1_000_000)
    register = "participant.register"
    return [_messages(register, [first]), _messages(register, others), definitions, declarations]


def capacities(everybody: Sequence[dict[str, Any]], *, each: int) -> list[Reaction]:
    """Return declarations of capacity for *each* requests by every provider."""
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    capacity = {"valid_until": until, "entries": [{"can_take": each}]}
    return [
        Reaction(one["id"], "capacity.declare", capacity, one["id"])
        for one in everybody
        if one["kind"] == "provider"
    ]


def contacts(everybody: Sequence[dict[str, Any]]) -> list[Reaction]:
    """Return a contact of every third participant, which is written to at once at any hour."""
    kinds = dict.fromkeys(("status", "offer", "reminder"), "at_once")
    preference = {"contact_id": _DESK, "kinds": kinds, "quiet": None}
    found = []
    for one in (each["id"] for each in everybody[::3]):
        desk = {"contact_id": _DESK, "name": f"Desk of {one}", "email": f"desk@{one}.example"}
        found.append(Reaction(one, "contact.set", desk, _DESK))
        found.append(Reaction(one, "preference.set", preference, _DESK))
    return found


def desk_and_staff() -> list[list[Reaction]]:
    """Return the messages that register the office's desk, and then a person who works there."""
    person = {"id": ACTOR, "participant": desk()["id"], "roles": ["worker"]}
    return [_messages("participant.register", [desk()]), _messages("staff.set", [person])]


def _messages(kind: str, entries: Sequence[dict[str, Any]]) -> list[Reaction]:
    return [Reaction(OFFICE, kind, entry, entry["id"]) for entry in entries]
