"""Notifications' tables, one function per statement; each statement is ``sql/<function>.sql``."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications.audiences.known import Known, Listing, Question, page
from services.notifications.audiences.repeats import Answer, WaitingRepeat
from services.notifications.audiences.request import Request
from services.notifications.working import NoticeRow, WaitingNote
from shared.contracts.intake import Window
from shared.contracts.outbound import ContactCard
from shared.messaging.sequences import Subject
from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
PAGE = 100
"""Requests in an answer: some 30 kB, for a question of 300 bytes."""
_SQL = load_statements(__package__)


def _columns(rows: Iterable[Sequence[Any]], count: int) -> list[Sequence[Any]]:
    """Turn rows into the arrays that ``unnest`` takes."""
    return list(zip(*rows, strict=True)) or [()] * count


@dataclass(frozen=True, slots=True)
class Locked:
    """
    What a batch has locked until its transaction ends, and the catalog's version.

    ``published`` counts the notices decided about each request; ``numbers`` are the last ones of
    those (topic, subject) that have been numbered before.
    """

    requests: dict[str, Request] = field(default_factory=dict)
    published: dict[str, int] = field(default_factory=dict)
    numbers: dict[Subject, int] = field(default_factory=dict)
    version: int = 0


async def lock_batch(
    connection: "Connection[Any]", tracking_numbers: Collection[str], subjects: Iterable[Subject]
) -> Locked:
    """Lock the known requests among these, then the numbers of *subjects*, in one round trip."""
    rows = await connection.fetch(
        _SQL["lock_batch"], list(tracking_numbers), *_columns(subjects, 2)
    )
    requests, published, numbers = {}, {}, {}
    for topic, subject, last, request in rows:
        if request is not None:
            requests[request[0]], published[request[0]] = _request(request), request[-1]
        elif topic is not None:
            numbers[topic, subject] = last
    return Locked(requests, published, numbers, version=rows[-1][2])


def _request(row: Sequence[Any]) -> Request:
    topics, forms, contact_ids = tuple(row[7].split()), tuple(row[8].split()), json.loads(row[11])
    columns = (*row[:7], topics, forms, *row[9:11], tuple(contact_ids), *row[12:-1])
    return Request(*columns)


async def save_batch(
    connection: "Connection[Any]",
    *,
    at: datetime,
    created: Iterable[Request],
    moved: Iterable[Request],
    published: Mapping[str, int],
    answers: Collection[Answer],
    numbers: Mapping[Subject, int],
    notices: Collection[NoticeRow],
) -> None:
    """
    Write, in one round trip, what most batches change; locked is what was there before.

    A request, an answer or a notice (subject, fact, audience) that is there already raises.
    """
    await connection.execute(
        _SQL["save_batch"],
        [_row(request, published) for request in created],
        [(r.tracking_number, *_state(r), published[r.tracking_number]) for r in moved],
        [(a.inreplyto, a.message_id, a.message_type, a.subject, a.data) for a in answers],
        *_columns(((*subject, last) for subject, last in numbers.items()), 3),
        at,
        notices,
    )


async def amend_requests(
    connection: "Connection[Any]", requests: Iterable[Request], published: Mapping[str, int]
) -> None:
    """Write requests whose facts changed; their rows are locked."""
    await connection.execute(
        _SQL["amend_requests"], [_row(request, published) for request in requests]
    )


def _row(r: Request, published: Mapping[str, int]) -> tuple[Any, ...]:
    return (
        r.tracking_number,
        r.participant,
        r.agency_name,
        r.cri_type,
        r.agency_class,
        r.state,
        r.sworn_band,
        " ".join(r.topics),
        " ".join(r.service_forms),
        r.wished_from,
        r.wished_until,
        json.dumps(r.contact_ids) if r.contact_ids else "[]",
        *_state(r),
        published[r.tracking_number],
    )


def _state(r: Request) -> tuple[Any, ...]:
    return (
        r.status,
        r.since,
        r.sentence,
        r.provider_sentence,
        r.program,
        r.provider,
        r.offer_id,
        r.expires_at,
        r.engagement_id,
    )


async def list_known(
    connection: "Connection[Any]", questions: Sequence[Question]
) -> dict[Question, Listing]:
    """Return, for each question, the page of what its asker may know of."""
    if not questions:
        return {}
    rows = await connection.fetch(
        _SQL["list_known"],
        [question.asker for question in questions],
        [question.about == "open_offers" for question in questions],
        [question.place[0] for question in questions],
        [question.place[1] for question in questions],
        PAGE,
    )
    lines: dict[Question, list[Known]] = {question: [] for question in questions}
    counts = dict.fromkeys(questions, 0)
    for number, *known, of_all in rows:
        lines[questions[number - 1]].append(_known(known))
        counts[questions[number - 1]] = of_all
    return {question: page(tuple(lines[question]), counts[question]) for question in questions}


async def list_every(connection: "Connection[Any]", question: Question) -> Listing:
    """Return the page of what a program office may know of: everything."""
    offers_only = question.about == "open_offers"
    rows = await connection.fetch(_SQL["list_every"], offers_only, *question.place, PAGE)
    return page(tuple(Known(*row[:-1]) for row in map(tuple, rows)), rows[0][-1] if rows else 0)


def _known(row: Sequence[Any]) -> Known:
    *known, topics, forms, wished_from, wished_until = row
    return replace(
        Known(*known),
        topics=tuple(topics.split()),
        service_forms=tuple(forms.split()),
        wished=Window(from_=wished_from, until=wished_until),
    )


async def read_needs(
    connection: "Connection[Any]", tracking_numbers: Collection[str]
) -> dict[str, str]:
    """Return the needs stated for these requests, as JSON objects."""
    if not tracking_numbers:
        return {}
    rows = await connection.fetch(_SQL["read_needs"], list(tracking_numbers))
    return {row["tracking_number"]: row["need"] for row in rows}


async def save_needs(connection: "Connection[Any]", needs: dict[str, str]) -> None:
    if needs:
        await connection.execute(_SQL["save_needs"], list(needs), list(needs.values()))


async def read_contacts(
    connection: "Connection[Any]", keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], ContactCard]:
    """Return how to reach the people known among these (participant, contact id)."""
    if not keys:
        return {}
    rows = await connection.fetch(_SQL["read_contacts"], *_columns(keys, 2))
    return {
        (row["participant"], row["contact_id"]): ContactCard(
            contact_id=row["contact_id"],
            name=row["name"],
            title=row["title"],
            email=row["email"],
            phone=row["phone"],
            zone=row["zone"],
        )
        for row in rows
    }


async def save_contacts(
    connection: "Connection[Any]", contacts: dict[tuple[str, str], ContactCard]
) -> None:
    if contacts:
        rows = (
            (participant, contact_id, card.name, card.title, card.email, card.phone, card.zone)
            for (participant, contact_id), card in contacts.items()
        )
        await connection.execute(_SQL["save_contacts"], *_columns(rows, 7))


async def read_answers(
    connection: "Connection[Any]", coordinates: Collection[str]
) -> dict[str, Answer]:
    """Return the answers already given to these records."""
    if not coordinates:
        return {}
    rows = await connection.fetch(_SQL["read_answers"], list(coordinates))
    return {row["inreplyto"]: Answer(*row) for row in rows}


async def save_waiting_repeats(
    connection: "Connection[Any]", repeats: Collection[WaitingRepeat]
) -> None:
    if repeats:
        rows = ((r.inreplyto, r.first, r.key, r.event) for r in repeats)
        await connection.execute(_SQL["save_waiting_repeats"], *_columns(rows, 4))


async def read_waiting_repeats(
    connection: "Connection[Any]", coordinates: Collection[str]
) -> dict[str, list[WaitingRepeat]]:
    """Return the repeats that wait for the answers to these records."""
    if not coordinates:
        return {}
    waiting: dict[str, list[WaitingRepeat]] = {}
    for row in await connection.fetch(_SQL["read_waiting_repeats"], list(coordinates)):
        waiting.setdefault(row["first"], []).append(WaitingRepeat(*row))
    return waiting


async def delete_waiting_repeats(
    connection: "Connection[Any]", coordinates: Collection[str]
) -> None:
    if coordinates:
        await connection.execute(_SQL["delete_waiting_repeats"], list(coordinates))


async def save_waiting_notes(
    connection: "Connection[Any]", notes: Collection[WaitingNote]
) -> None:
    if notes:
        await connection.execute(_SQL["save_waiting_notes"], *_columns(notes, 3))


async def read_waiting_notes(
    connection: "Connection[Any]", coordinates: Collection[str]
) -> dict[str, WaitingNote]:
    """Return the notes that came with these records and wait for their answers."""
    if not coordinates:
        return {}
    rows = await connection.fetch(_SQL["read_waiting_notes"], list(coordinates))
    return {row["inreplyto"]: WaitingNote(*row) for row in rows}


async def delete_waiting_notes(
    connection: "Connection[Any]", coordinates: Collection[str]
) -> None:
    if coordinates:
        await connection.execute(_SQL["delete_waiting_notes"], list(coordinates))


async def claim_heartbeat(connection: "Connection[Any]", *, seconds: int) -> datetime | None:
    """Return the moment to write heartbeats at, or None while the last ones are fresh."""
    moment: datetime | None = await connection.fetchval(_SQL["claim_heartbeat"], float(seconds))
    return moment


async def read_heads(connection: "Connection[Any]") -> list[tuple[str, str, int]]:
    """Return (topic, participant, last number written) of every participant's stream."""
    return [tuple(row) for row in await connection.fetch(_SQL["read_heads"])]
