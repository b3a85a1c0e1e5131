"""Intake's tables, one function per statement; each statement is ``sql/<function>.sql``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.intake.batch_state import Request, Seen, Subject
from services.intake.list_limits import Listed, Listing
from services.intake.message import Message
from shared.contracts.inbound import Submission
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


@dataclass(slots=True)
class Before:
    """
    What was taken in before a batch.

    ``seen`` and ``references`` are what messages of the batch may repeat; ``numbers`` the last
    ones of its subjects, but for new ones; ``fresh`` counters that no other request has, the
    smallest last; ``version`` is the catalog's.
    """

    seen: dict[tuple[str, str, str], Seen] = field(default_factory=dict)
    references: dict[tuple[str, str], Seen] = field(default_factory=dict)
    numbers: dict[Subject, int] = field(default_factory=dict)
    fresh: list[int] = field(default_factory=list)
    version: int = 0


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


async def read_before(
    connection: "PoolConnectionProxy[Any]",
    messages: Sequence[Message],
    subjects: Collection[Subject],
) -> Before:
    """Return, in one round trip, what was taken in before *messages*."""
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
                before.seen[one, two, three] = Seen(content, first)
            case "reference":
                before.references[one, two] = Seen(content, first)
            case "number":
                before.numbers[one, two] = number
            case "fresh":
                before.fresh.append(number)
            case "version":
                before.version = number
            case _:
                raise AssertionError(what)
    before.fresh.sort(reverse=True)
    return before


async def read_words(
    connection: "PoolConnectionProxy[Any]", numbers: Collection[str]
) -> dict[str, bytes]:
    """Return the words of the requests *numbers*, which are locked."""
    rows = await connection.fetch(_SQL["read_words"], list(numbers))
    return {number: said.encode() for number, said in rows}


async def insert_accepted(
    connection: "PoolConnectionProxy[Any]",
    accepted: Sequence[tuple[Message, Request]],
    *,
    words: Mapping[str, bytes],
    taken: Sequence[tuple[Message, str]],
) -> None:
    """
    Write new requests with the submissions that made them, and their words by tracking number.

    The ids of all new messages are *taken*, each with the record that a repetition repeats.
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
        list(words),
        [said.decode() for said in words.values()],
        [message.participant for message, _ in taken],
        [message.source for message, _ in taken],
        [message.id for message, _ in taken],
        [message.content for message, _ in taken],
        [first for _, first in taken],
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


async def save_words(connection: "PoolConnectionProxy[Any]", words: Mapping[str, bytes]) -> None:
    """Write the words of requests as they now are, by tracking number."""
    await connection.execute(
        _SQL["save_words"],
        list(words),
        [said.decode() for said in words.values()],
    )


async def save_numbers(
    connection: "PoolConnectionProxy[Any]", given: Mapping[Subject, int]
) -> None:
    """Write the last numbers *given* out, by subject."""
    await connection.execute(
        _SQL["save_numbers"],
        [topic for topic, _ in given],
        [subject for _, subject in given],
        list(given.values()),
    )


async def read_listings(
    connection: "PoolConnectionProxy[Any]", listings: Collection[Listing]
) -> dict[Listing, Listed]:
    """Return when each of the *listings* was asked for last, and how often since."""
    rows = await connection.fetch(
        _SQL["read_listings"], [who for who, _ in listings], [about for _, about in listings]
    )
    return {(who, about): Listed(since, pages) for who, about, since, pages in rows}


async def save_listings(
    connection: "PoolConnectionProxy[Any]", listed: Mapping[Listing, Listed]
) -> None:
    """Write what is now known of the lists asked for."""
    await connection.execute(
        _SQL["save_listings"],
        [who for who, _ in listed],
        [about for _, about in listed],
        [last.since for last in listed.values()],
        [last.pages for last in listed.values()],
    )


async def count_requests(connection: "PoolConnectionProxy[Any]") -> int:
    """Return how many requests there are."""
    count: int = await connection.fetchval(_SQL["count_requests"])
    return count
