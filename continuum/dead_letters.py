"""Lists dead letters by cause: the request, who was not notified, what is at risk."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from continuum.access import Access, NotPossible
from continuum.letter import DeadLetter
from shared.contracts.services import DEPLOYABLES
from shared.delivery.relay.outbox import decode_headers
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_EACH = 20


async def list_all(access: Access, service: str | None) -> list[str]:
    """Return the dead letters of *service*, or of all services, grouped by cause, as lines."""
    services = access.services if service is None else [service]
    found = await asyncio.gather(*(read(access, name) for name in services))
    letters = [letter for each in found for letter in each]
    requester_of = await requesters(access, letters)
    lines = [line for group in _groups(letters) for line in _group(group, requester_of)]
    for name, own in zip(services, found, strict=True):
        lines += await _unreachable(access, name, own)
    return lines or ["There are no dead letters."]


async def show(access: Access, service: str, which: str) -> list[str]:
    """Return the details of a dead letter without its contents, as lines."""
    letters = select(await read(access, service), which)
    requester_of = await requesters(access, letters)
    return [line for letter in letters for line in _whole(letter, requester_of)]


async def show_contents(
    access: Access, service: str, which: str, *, by: str, why: str | None
) -> list[str]:
    """Return the details and contents of a dead letter; records who looked, and why, forever."""
    if not why:
        raise NotPossible("each access to contents is recorded, with its purpose: add --why TEXT.")
    letters = select(await read(access, service), which)
    requester_of = await requesters(access, letters)
    lines = []
    async with access.connect(service, write=True) as connection:
        for letter in letters:
            place = (letter.topic, letter.partition, letter.offset)
            noted = await connection.fetchval(_SQL["note_access"], *place, by, why)
            row = await connection.fetchrow(_SQL["read_contents"], noted)
            lines += [
                *_whole(letter, requester_of),
                *(_contents(row) if row else ["  it is gone"]),
            ]
    return lines


async def read(access: Access, service: str) -> list[DeadLetter]:
    """Return the dead letters of *service*, oldest failure first."""
    if service not in DEPLOYABLES:
        raise NotPossible(
            f"there is no service {service!r}: it is one of {', '.join(DEPLOYABLES)}."
        )
    async with access.connect(service) as connection:
        rows = await connection.fetch(_SQL["read_dead_letters"])
    return [DeadLetter(service=service, **row) for row in rows]


async def requesters(access: Access, letters: Iterable[DeadLetter]) -> Mapping[str, str]:
    """Return tracking number → requester, for the requests of *letters*."""
    numbers = sorted({letter.request for letter in letters if letter.request is not None})
    if not numbers:
        return {}
    async with access.connect("intake") as connection:
        rows = await connection.fetch(_SQL["read_requesters"], numbers)
    return {row["tracking_number"]: row["participant"] for row in rows}


def select(letters: Sequence[DeadLetter], which: str) -> list[DeadLetter]:
    """Return those of *letters* that *which* names. Raises `NotPossible` if there is none."""
    found = [letter for letter in letters if letter.matches(which)]
    if not found:
        raise NotPossible(
            f"there is no dead letter {which!r}. Name it as `continuum dead-letters list` does:"
            " topic/partition/offset, or the request or key that waits."
        )
    return found


def _groups(letters: Iterable[DeadLetter]) -> Iterable[list[DeadLetter]]:
    def cause(letter: DeadLetter) -> tuple[int, str, str]:
        return DEPLOYABLES.index(letter.service), letter.cause, letter.at_risk

    return [list(group) for _, group in groupby(sorted(letters, key=cause), key=cause)]


def _group(letters: Sequence[DeadLetter], requester_of: Mapping[str, str]) -> list[str]:
    first = letters[0]
    since = min(letter.failed_at for letter in letters)
    return [
        f"{first.service}: {first.cause} ({len(letters)}, since {moment(since)})",
        f"  at risk: {first.at_risk}",
        *(f"  {line(letter, requester_of)}" for letter in letters[:_EACH]),
        *([f"  … and {len(letters) - _EACH} more"] if len(letters) > _EACH else []),
    ]


def line(letter: DeadLetter, requester_of: Mapping[str, str]) -> str:
    """Return a summary of *letter*, on one line."""
    not_notified = letter.not_notified(requester_of.get(letter.request or ""))
    parts = [
        f"{letter.coordinate}  {letter.about}  {letter.kind}",
        f"{letter.waiting} wait behind it" if letter.waiting else "",
        f"{letter.held} held for it" if letter.held else "",
        f"not notified: {', '.join(not_notified)}" if not_notified else "",
        f"replayed {letter.replays} times" if letter.replays else "",
        "an order for it is open" if letter.ordered else "",
    ]
    return "; ".join(part for part in parts if part)


async def _unreachable(access: Access, service: str, letters: Iterable[DeadLetter]) -> list[str]:
    """Return the parked keys whose failed record an older version did not store, as lines."""
    kept = {(letter.topic, letter.partition, letter.offset) for letter in letters}
    async with access.connect(service) as connection:
        rows = await connection.fetch(_SQL["read_parked"])
    return [
        f"{service}: {row['key']} is parked ({row['reason']}) by a version that left its record"
        f" on {row['topic']}/{row['partition']}/{row['offset']} only: it cannot be replayed here"
        for row in rows
        if (row["topic"], row["partition"], row["offset"]) not in kept
    ]


def _whole(letter: DeadLetter, requester_of: Mapping[str, str]) -> list[str]:
    kind = "restricted: contacts and free text" if letter.is_restricted else "internal"
    return [
        f"{letter.service}: {letter.cause}",
        f"  {line(letter, requester_of)}",
        f"  at risk: {letter.at_risk}",
        f"  on its topic since {moment(letter.at)}, failed at {moment(letter.failed_at)}",
        *(
            f"  {name}: {letter.attributes[name]}"
            for name in ("id", "source", "subject", "time", "sequence", "causationid")
            if name in letter.attributes
        ),
        f"  {letter.size or 0} bytes ({kind}); --contents --why TEXT prints them",
    ]


def _contents(row: Mapping[str, Any]) -> list[str]:
    return [
        f"  key {(row['key'] or b'').decode(errors='replace') or 'none'}",
        *(
            f"  header {name}: {(value or b'').decode(errors='replace')}"
            for name, value in decode_headers(row["headers"])
        ),
        # Each line is marked, so that contents cannot imitate our own output.
        *(f"  | {line}" for line in (row["value"] or b"").decode(errors="replace").split("\n")),
    ]


def moment(at: datetime) -> str:
    """Return *at* in the format of the command line."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
