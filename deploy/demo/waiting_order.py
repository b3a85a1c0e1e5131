"""Checks that requests waiting for a program to open were offered in queue order."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from operator import attrgetter
from typing import Any

import asyncpg

_WAITS = frozenset({("triage", "not_open"), ("closed", "waiting")})
"""The kind and the outcome of a decision after which a request waits for its program to open."""


@dataclass(frozen=True, slots=True)
class Release:
    """
    The first offer of a request that had waited for its program to open.

    ``seen`` maps each provider with capacity to the time of its last offer (microseconds since
    1970) at this decision. Offers of one transaction share ``at`` and differ in ``seen``.
    """

    lane: str
    queue_number: int
    tracking_number: str
    at: datetime
    seen: Mapping[str, int] = field(hash=False)


async def read_releases(dsn: str) -> list[Release]:
    """Read the releases from routing's database."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT record FROM decisions ORDER BY tracking_number, number"
        )
    finally:
        await connection.close()
    return releases(json.loads(row["record"]) for row in rows)


def releases(records: Iterable[Mapping[str, Any]]) -> list[Release]:
    """Find the releases in decision records, which are in order for each request."""
    waiting: set[str] = set()
    found = []
    for record in records:
        number = record["request"]
        if record["kind"] == "match" and number in waiting:
            waiting.remove(number)
            if record["outcome"] == "offered":
                found.append(_release(record))
        elif (record["kind"], record["outcome"]) in _WAITS:
            waiting.add(number)
        else:  # it was referred, or a person directed it: it no longer waits for an opening
            waiting.discard(number)
    return found


def _release(record: Mapping[str, Any]) -> Release:
    return Release(
        lane=record["lane"],
        queue_number=record["queue_number"],
        tracking_number=record["request"],
        at=datetime.fromisoformat(record["at"]),
        seen={
            provider: last_offer
            for provider, _, entry, _, _, last_offer in record["candidates"]
            if entry is not None
        },
    )


def overtakings(released: Iterable[Release]) -> list[str]:
    """Describe each request offered before one with a lower queue number in its lane."""
    overtaken: dict[Release, Release] = {}
    in_line = sorted(released, key=attrgetter("lane", "queue_number"))
    for earlier, later in combinations(in_line, 2):
        if earlier.lane == later.lane and _came_first(later, earlier):
            overtaken.setdefault(later, earlier)
    return [
        f"{later.tracking_number} (number {later.queue_number} of {later.lane}) was offered"
        f" before {earlier.tracking_number} (number {earlier.queue_number}), which waited for the"
        " same opening"
        for later, earlier in overtaken.items()
    ]


def _came_first(one: Release, other: Release) -> bool:
    """Return whether *one* was decided before *other*, as far as the records show."""
    if one.at != other.at:
        return one.at < other.at
    return any(
        one.seen[provider] < other.seen[provider]
        for provider in one.seen.keys() & other.seen.keys()
    )
