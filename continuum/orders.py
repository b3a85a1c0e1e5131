"""Orders a service to take dead letters in again, or to give them up; says first what it means."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from continuum import dead_letters
from continuum.access import Access, NotPossible
from continuum.letter import DeadLetter
from shared.messaging.replay import MOST_REPLAYS
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_DONE = ("released", "discarded")


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator wants done: *which*, or all of one *cause*."""

    action: str
    service: str
    which: str | None
    cause: str | None
    by: str
    why: str | None
    again: bool
    yes: bool


async def place(access: Access, order: Order, *, wait: float) -> tuple[list[str], bool]:
    """Return what was done, or would be, and whether all of it succeeded."""
    letters = await _letters(access, order)
    requester_of = await dead_letters.requesters(access, letters)
    preview = [*_preview(order, letters, requester_of), ""]
    if not order.yes:
        return [*preview, "Nothing is changed yet: --yes --why TEXT orders it."], True
    if not order.why:
        raise NotPossible("who looks at this later must know why: add --why TEXT.")
    async with access.connect(order.service, write=True) as connection:
        numbers = [await _insert(connection, order, letter) for letter in letters]
        async with asyncio.timeout(wait + 10):
            rows = await _wait(connection, numbers, seconds=wait)
    lines = [_outcome(order, row) for row in rows]
    return [*preview, *lines], all(row["outcome"] in _DONE for row in rows)


async def _letters(access: Access, order: Order) -> list[DeadLetter]:
    letters = await dead_letters.read(access, order.service)
    if order.which is not None:
        letters = dead_letters.select(letters, order.which)
    elif order.cause is not None:
        letters = [letter for letter in letters if letter.cause == order.cause]
    if not letters:
        raise NotPossible(f"{order.service} has no dead letter of the cause {order.cause!r}.")
    often = [letter for letter in letters if letter.replays >= MOST_REPLAYS]
    if order.action == "replay" and often and not order.again:
        raise NotPossible(
            f"{often[0].coordinate} was replayed {often[0].replays} times and failed each time."
            " Mend the cause first; --again replays it all the same."
        )
    return letters


def _preview(
    order: Order, letters: Sequence[DeadLetter], requester_of: Mapping[str, str]
) -> list[str]:
    verb = "take in again" if order.action == "replay" else "give up for good"
    waiting = sum(letter.waiting for letter in letters)
    not_notified = {
        name
        for letter in letters
        for name in letter.not_notified(requester_of.get(letter.request or ""))
    }
    never = order.action == "discard"
    risks = sorted({letter.at_risk for letter in letters})
    return [
        f"{order.service} is to {verb}, each in its place:",
        *(f"  {dead_letters.line(letter, requester_of)}" for letter in letters),
        "It touches",
        f"  requests: {_joined(letter.about for letter in letters)}",
        f"  records that wait behind: {waiting}, taken in after it, in order",
        f"  {'never told of it' if never else 'told for the first time'}: {_joined(not_notified)}",
        f"  sees repeats: {_joined(_repeats(letters))}",
        f"  figures: {_figures(order, letters)}",
        *(f"  given up: {risk}" for risk in risks if never),
    ]


def _repeats(letters: Iterable[DeadLetter]) -> list[str]:
    """What failed was never taken in: only a sender that sent again is answered again."""
    return [
        name
        for each in letters
        if each.is_inbound and each.waiting
        for name in each.not_notified(None)
    ]


def _figures(order: Order, letters: Iterable[DeadLetter]) -> str:
    if order.action == "discard" and order.service == "reporting":
        return "those of these requests stay wrong, and a rebuild leaves the same out"
    if order.service in ("reporting", "routing", "intake"):
        return f"those that count {_joined(letter.about for letter in letters)}"
    return "none"


def _joined(names: Iterable[str]) -> str:
    found = sorted(set(names))
    more = f" and {len(found) - 10} more" if len(found) > 10 else ""
    return ", ".join(found[:10]) + more if found else "nobody"


async def _insert(connection: Any, order: Order, letter: DeadLetter) -> int:
    """Write the order, or find the one that is open for this letter already."""
    values = [
        order.action,
        letter.topic,
        letter.partition,
        letter.offset,
        order.by,
        order.why,
        order.again,
    ]
    number: int | None = None
    while number is None:  # another's order came between this statement's look and its insert
        number = await connection.fetchval(_SQL["order_operation"], *values)
    return number


async def _wait(connection: Any, numbers: Sequence[int], *, seconds: float) -> list[Any]:
    """Return the orders when the service has settled them, or as they are when time is up."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        rows: list[Any] = await connection.fetch(_SQL["read_operations"], numbers)
        late = asyncio.get_running_loop().time() > deadline
        if late or all(row["outcome"] is not None for row in rows):
            return rows
        await asyncio.sleep(0.2)


def _outcome(order: Order, row: Mapping[str, Any]) -> str:
    place = f"{row['topic']}/{row['partition']}/{row['offset']}"
    if row["outcome"] is None:
        return f"{place}: ordered; {order.service} has not carried it out yet. Does it run?"
    return f"{place}: {row['outcome'].replace('_', ' ')} ({row['detail']})"
