"""Orders a service to replay or discard dead letters; shows first what that affects."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from continuum import dead_letters
from continuum.access import Access, NotPossible
from continuum.letter import DeadLetter
from shared.delivery.orders.orders import MOST_REPLAYS
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_DONE = ("released", "discarded")


@dataclass(frozen=True, slots=True)
class Order:
    """An operator's order for ``which`` dead letter, or for all of one ``cause``."""

    action: str
    service: str
    which: str | None
    cause: str | None
    by: str
    why: str | None
    again: bool
    yes: bool


async def place(access: Access, order: Order, *, wait: float) -> tuple[list[str], bool]:
    """Return what was done (or would be, unless ``order.yes``), and whether all succeeded."""
    letters = await _letters(access, order)
    requester_of = await dead_letters.requesters(access, letters)
    preview = [*_preview(order, letters, requester_of), ""]
    if not order.yes:
        return [*preview, "Nothing is changed yet: --yes --why TEXT orders it."], True
    if not order.why:
        raise NotPossible("a reason is recorded with it: add --why TEXT.")
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
            " Fix the cause first, or replay it anyway with --again."
        )
    return letters


def _preview(
    order: Order, letters: Sequence[DeadLetter], requester_of: Mapping[str, str]
) -> list[str]:
    waiting = sum(letter.waiting for letter in letters)
    not_notified = {
        name
        for letter in letters
        for name in letter.not_notified(requester_of.get(letter.request or ""))
    }
    never = order.action == "discard"
    when = "never notified of it" if never else "notified for the first time"
    risks = sorted({letter.at_risk for letter in letters})
    return [
        f"{order.service} is to {order.action}:",
        *(f"  {dead_letters.line(letter, requester_of)}" for letter in letters),
        "It affects",
        f"  requests: {_joined(letter.about for letter in letters)}",
        f"  parked records: {waiting}, processed after it, in order",
        f"  {when}: {_joined(not_notified)}",
        f"  get a duplicate: {_joined(_repeats(letters))}",
        f"  figures: {_figures(order, letters)}",
        *(f"  at risk: {risk}" for risk in risks if never),
    ]


def _repeats(letters: Iterable[DeadLetter]) -> list[str]:
    """Return the senders that sent again: only they get an answer twice."""
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
    """Insert the order, or find the open one for this letter; return its number."""
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
    while number is None:  # a concurrent order was inserted after the statement's snapshot
        number = await connection.fetchval(_SQL["order_operation"], *values)
    return number


async def _wait(connection: Any, numbers: Sequence[int], *, seconds: float) -> list[Any]:
    """Return the orders once the service has settled them, or after *seconds* as they are."""
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
