"""Whether those who waited for a program to open were offered in the order of their places."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from operator import attrgetter
from typing import Any

import asyncpg


@dataclass(frozen=True, slots=True)
class Release:
    """
    The first offer of a request that had waited for its program to open.

    ``seen`` says when each provider that had room was last asked (microseconds since 1970), as
    the decision saw it: offers made in one transaction have one time, and differ in this.
    """

    lane: str
    place: int
    tracking_number: str
    at: datetime
    seen: Mapping[str, int] = field(hash=False)


async def read_releases(dsn: str) -> list[Release]:
    """Read them from routing's database."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT record FROM decisions ORDER BY tracking_number, number"
        )
    finally:
        await connection.close()
    return releases(json.loads(row["record"]) for row in rows)


def releases(records: Iterable[Mapping[str, Any]]) -> list[Release]:
    """Find them among decision records, which are in order for each request."""
    waiting: set[str] = set()
    found = []
    for record in records:
        number = record["request"]
        if record["kind"] == "match" and number in waiting:
            waiting.remove(number)
            if record["outcome"] == "offered":
                found.append(_release(record))
        elif record["kind"] == "closed" or record["outcome"] == "not_open":
            waiting.add(number)
    return found


def _release(record: Mapping[str, Any]) -> Release:
    return Release(
        lane=record["lane"],
        place=record["queue_number"],
        tracking_number=record["request"],
        at=datetime.fromisoformat(record["at"]),
        seen={
            provider: last_offer
            for provider, _, entry, _, _, last_offer in record["candidates"]
            if entry is not None
        },
    )


def overtakings(released: Iterable[Release]) -> list[str]:
    """Return a sentence for each that was offered before one with an earlier place in its lane."""
    overtaken: dict[Release, Release] = {}
    in_line = sorted(released, key=attrgetter("lane", "place"))
    for earlier, later in combinations(in_line, 2):
        if earlier.lane == later.lane and _came_first(later, earlier):
            overtaken.setdefault(later, earlier)
    return [
        f"{later.tracking_number} (place {later.place} of {later.lane}) was offered before"
        f" {earlier.tracking_number} (place {earlier.place}), which waited for the same opening"
        for later, earlier in overtaken.items()
    ]


def _came_first(one: Release, other: Release) -> bool:
    """Tell whether *one* was decided before *other*, as far as the two records can tell."""
    if one.at != other.at:
        return one.at < other.at
    return any(one.seen[who] < other.seen[who] for who in one.seen.keys() & other.seen.keys())
