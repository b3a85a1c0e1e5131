"""Intake's tables, one function per statement; each statement is ``sql/<function>.sql``."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.intake.known import Request, Seen
from services.intake.message import Message
from shared.contracts.intake import NeedFacts
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


async def lock_requests(
    connection: "PoolConnectionProxy[Any]", numbers: Collection[str]
) -> dict[str, Request]:
    """Return the known requests among *numbers*, locked until the transaction ends."""
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


async def read_messages(
    connection: "PoolConnectionProxy[Any]", messages: Sequence[Message]
) -> dict[tuple[str, str, str], Seen]:
    """Return what was taken in before under the ids of *messages*."""
    keys = {(message.participant, message.source, message.id) for message in messages}
    rows = await connection.fetch(_SQL["read_messages"], *_columns(keys, 3))
    return {
        (row["participant"], row["source"], row["id"]): Seen(row["content"], row["first_record"])
        for row in rows
    }


async def read_references(
    connection: "PoolConnectionProxy[Any]", messages: Sequence[Message]
) -> dict[tuple[str, str], Seen]:
    """Return the submissions accepted before under the references of *messages*."""
    keys = {(message.participant, message.reference) for message in messages}
    rows = await connection.fetch(_SQL["read_references"], *_columns(keys, 2))
    return {
        (row["participant"], row["reference"]): Seen(row["content"], row["first_record"])
        for row in rows
    }


async def read_words(
    connection: "PoolConnectionProxy[Any]", numbers: Collection[str]
) -> dict[str, NeedFacts]:
    """Return the words of the requests *numbers*, which are locked."""
    rows = await connection.fetch(_SQL["read_words"], list(numbers))
    stated = [NeedFacts.model_validate_json(row["said"]) for row in rows]
    return {words.tracking_number: words for words in stated}


async def take_tracking_numbers(connection: "PoolConnectionProxy[Any]", count: int) -> list[int]:
    """Return *count* counters that no other request has, the smallest last."""
    rows = await connection.fetch(_SQL["take_tracking_numbers"], count)
    return sorted((row[0] for row in rows), reverse=True)


async def insert_requests(
    connection: "PoolConnectionProxy[Any]", accepted: Sequence[tuple[Message, Request]]
) -> None:
    """Write new requests with the submissions that made them."""
    await connection.execute(
        _SQL["insert_requests"],
        [request.tracking_number for _, request in accepted],
        [request.request_id for _, request in accepted],
        [request.participant for _, request in accepted],
        [message.reference for message, _ in accepted],
        [message.content for message, _ in accepted],
        [message.coordinate for message, _ in accepted],
        [request.facts.decode() for _, request in accepted],
        [request.published for _, request in accepted],
        [request.confided for _, request in accepted],
    )


async def update_requests(
    connection: "PoolConnectionProxy[Any]", changed: Sequence[Request]
) -> None:
    """Write requests that were locked before."""
    await connection.execute(
        _SQL["update_requests"],
        [request.tracking_number for request in changed],
        [request.facts.decode() for request in changed],
        [request.published for request in changed],
        [request.confided for request in changed],
        [request.ended for request in changed],
    )


async def insert_messages(
    connection: "PoolConnectionProxy[Any]", taken: Sequence[tuple[Message, str]]
) -> None:
    """Write the ids of new messages, each with the record that a repetition repeats."""
    await connection.execute(
        _SQL["insert_messages"],
        [message.participant for message, _ in taken],
        [message.source for message, _ in taken],
        [message.id for message, _ in taken],
        [message.content for message, _ in taken],
        [first for _, first in taken],
    )


async def save_words(
    connection: "PoolConnectionProxy[Any]", words: Mapping[str, NeedFacts]
) -> None:
    """Write the words of requests as they now are, by tracking number."""
    await connection.execute(
        _SQL["save_words"],
        list(words),
        [said.model_dump_json(exclude_none=True) for said in words.values()],
    )


def _columns(keys: Collection[tuple[str | None, ...]], width: int) -> list[list[str | None]]:
    return [[key[place] for key in keys] for place in range(width)]
