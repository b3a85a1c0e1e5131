"""Intake's tables, one function per statement; each statement is ``sql/<function>.sql``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.intake.batch_state import FirstRecord, Request, Subject
from services.intake.list_limits import ListKey, ListUse
from services.intake.message import Message
from shared.contracts.inbound import Submission
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


@dataclass(slots=True)
class Before:
    """
    What was stored before a batch.

    ``by_id`` and ``by_reference`` hold the records that messages of the batch may repeat;
    ``numbers`` the last number of each subject that has one; ``unused_counters`` reserved counters
    of tracking numbers, the smallest last; ``version`` is the catalog's.
    """

    by_id: dict[tuple[str, str, str], FirstRecord] = field(default_factory=dict)
    by_reference: dict[tuple[str, str], FirstRecord] = field(default_factory=dict)
    numbers: dict[Subject, int] = field(default_factory=dict)
    unused_counters: list[int] = field(default_factory=list)
    version: int = 0


async def lock_requests(
    connection: "PoolConnectionProxy[Any]", numbers: Collection[str]
) -> dict[str, Request]:
    """Return the existing requests among *numbers*, locked until the transaction ends."""
    rows = await connection.fetch(_SQL["lock_requests"], list(numbers))
    return {
        row["tracking_number"]: Request(
            request_id=str(row["request_id"]),
            tracking_number=row["tracking_number"],
            participant=row["participant"],
            facts=row["facts"].encode(),
            published=row["published"],
            confided=row["confided"],
            ended=row["ended"],
        )
        for row in rows
    }


async def read_before(
    connection: "PoolConnectionProxy[Any]",
    messages: Sequence[Message],
    subjects: Collection[Subject],
) -> Before:
    """Return what was stored before *messages*, in one round trip."""
    whole = [message for message in messages if not message.reasons]
    submitted = [message for message in whole if isinstance(message.data, Submission)]
    before = Before()
    rows = await connection.fetch(
        _SQL["read_before"],
        [message.participant for message in whole],
        [message.source for message in whole],
        [message.id for message in whole],
        [message.participant for message in submitted],
        [message.reference for message in submitted],
        [topic for topic, _ in subjects],
        [subject for _, subject in subjects],
        len(submitted),
    )
    for what, one, two, three, content, first, number in rows:
        match what:
            case "message":
                before.by_id[one, two, three] = FirstRecord(content, first)
            case "reference":
                before.by_reference[one, two] = FirstRecord(content, first)
            case "number":
                before.numbers[one, two] = number
            case "fresh":
                before.unused_counters.append(number)
            case "version":
                before.version = number
            case _:
                raise AssertionError(what)
    before.unused_counters.sort(reverse=True)
    return before


async def read_needs(
    connection: "PoolConnectionProxy[Any]", numbers: Collection[str]
) -> dict[str, bytes]:
    """Return the `NeedFacts` of the requests *numbers* as JSON; their requests are locked."""
    rows = await connection.fetch(_SQL["read_needs"], list(numbers))
    return {number: need.encode() for number, need in rows}


async def insert_accepted(
    connection: "PoolConnectionProxy[Any]",
    accepted: Sequence[tuple[Message, Request]],
    *,
    needs: Mapping[str, bytes],
    new_ids: Sequence[tuple[Message, str]],
) -> None:
    """
    Write new requests with their submissions, their *needs* by tracking number, and *new_ids*.

    *new_ids* holds every message with a new id, and the coordinate that a repetition refers to.
    """
    await connection.execute(
        _SQL["insert_accepted"],
        [request.tracking_number for _, request in accepted],
        [request.request_id for _, request in accepted],
        [request.participant for _, request in accepted],
        [message.reference for message, _ in accepted],
        [message.content for message, _ in accepted],
        [message.coordinate for message, _ in accepted],
        [request.facts.decode() for _, request in accepted],
        [request.published for _, request in accepted],
        [request.confided for _, request in accepted],
        list(needs),
        [need.decode() for need in needs.values()],
        [message.participant for message, _ in new_ids],
        [message.source for message, _ in new_ids],
        [message.id for message, _ in new_ids],
        [message.content for message, _ in new_ids],
        [original for _, original in new_ids],
    )


async def update_requests(
    connection: "PoolConnectionProxy[Any]", changed: Sequence[Request]
) -> None:
    """Write *changed* requests, which are locked."""
    await connection.execute(
        _SQL["update_requests"],
        [request.tracking_number for request in changed],
        [request.facts.decode() for request in changed],
        [request.published for request in changed],
        [request.confided for request in changed],
        [request.ended for request in changed],
    )


async def save_needs(connection: "PoolConnectionProxy[Any]", needs: Mapping[str, bytes]) -> None:
    """Write the `NeedFacts` of requests as JSON, by tracking number."""
    await connection.execute(
        _SQL["save_needs"],
        list(needs),
        [need.decode() for need in needs.values()],
    )


async def save_numbers(
    connection: "PoolConnectionProxy[Any]", given: Mapping[Subject, int]
) -> None:
    """Write the last numbers *given* out, by (topic, subject)."""
    await connection.execute(
        _SQL["save_numbers"],
        [topic for topic, _ in given],
        [subject for _, subject in given],
        list(given.values()),
    )


async def read_list_uses(
    connection: "PoolConnectionProxy[Any]", keys: Collection[ListKey]
) -> dict[ListKey, ListUse]:
    """Return the recorded uses of the lists *keys*."""
    rows = await connection.fetch(
        _SQL["read_list_uses"], [who for who, _ in keys], [about for _, about in keys]
    )
    return {(who, about): ListUse(since, pages) for who, about, since, pages in rows}


async def save_list_uses(
    connection: "PoolConnectionProxy[Any]", uses: Mapping[ListKey, ListUse]
) -> None:
    """Write *uses* of lists."""
    await connection.execute(
        _SQL["save_list_uses"],
        [who for who, _ in uses],
        [about for _, about in uses],
        [use.since for use in uses.values()],
        [use.pages for use in uses.values()],
    )


async def count_requests(connection: "PoolConnectionProxy[Any]") -> int:
    """Return the number of requests."""
    count: int = await connection.fetchval(_SQL["count_requests"])
    return count
