"""Notifications' tables, one function per statement; each statement is ``sql/<function>.sql``."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications.repeats import Answer, WaitingRepeat
from services.notifications.request import Request
from services.notifications.status import Known, Listing
from services.notifications.working import NoticeRow
from shared.contracts.outbound import ContactCard
from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
_SQL = load_statements(__package__)


COLUMNS = (
    *("tracking_number", "participant", "agency_name", "cri_type", "agency_class", "state"),
    *("sworn_band", "topics", "service_forms", "wished_from", "wished_until", "contact_ids"),
    *("status", "since", "sentence", "provider_sentence", "program", "provider", "offer_id"),
    *("expires_at", "engagement_id", "published"),
)


def _columns(rows: Iterable[Sequence[Any]], count: int) -> list[Sequence[Any]]:
    """Turn rows into the arrays that ``unnest`` takes."""
    return list(zip(*rows, strict=True)) or [()] * count


def _request(row: Sequence[Any]) -> Request:
    topics, forms, contact_ids = tuple(row[7].split()), tuple(row[8].split()), json.loads(row[11])
    columns = (*row[:7], topics, forms, *row[9:11], tuple(contact_ids), *row[12:-1])
    return Request(*columns)


async def lock_requests(
    connection: "Connection[Any]", tracking_numbers: Collection[str]
) -> tuple[dict[str, Request], dict[str, int]]:
    """
    Return the known requests among these, locked until the transaction ends.

    And how many notices were decided about each.
    """
    if not tracking_numbers:
        return {}, {}
    rows = await connection.fetch(_SQL["lock_requests"], list(tracking_numbers))
    return {row[0]: _request(tuple(row)) for row in rows}, {row[0]: row[-1] for row in rows}


async def create_requests(
    connection: "Connection[Any]", requests: Collection[Request], published: Mapping[str, int]
) -> None:
    """Write new requests; one that is there already raises."""
    if requests:
        rows = [_row(request, published) for request in requests]
        await connection.copy_records_to_table("requests", columns=COLUMNS, records=rows)


async def amend_requests(
    connection: "Connection[Any]", requests: Collection[Request], published: Mapping[str, int]
) -> None:
    """Write requests whose facts changed; their rows are locked."""
    if requests:
        rows = (_row(request, published) for request in requests)
        columns = ((row[0], *row[7:]) for row in rows)
        await connection.execute(_SQL["amend_requests"], *_columns(columns, 16))


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


async def save_states(
    connection: "Connection[Any]", requests: Collection[Request], published: Mapping[str, int]
) -> None:
    """Write the states of requests whose facts are as they were; their rows are locked."""
    if requests:
        rows = ((r.tracking_number, *_state(r), published[r.tracking_number]) for r in requests)
        await connection.execute(_SQL["save_states"], *_columns(rows, 11))


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
    connection: "Connection[Any]", questions: Sequence[tuple[str, bool]]
) -> dict[tuple[str, bool], Listing]:
    """Return, for each (asker, open offers only), what it may know of: at most 500."""
    if not questions:
        return {}
    rows = await connection.fetch(
        _SQL["list_known"], [asker for asker, _ in questions], [only for _, only in questions]
    )
    lines: dict[tuple[str, bool], list[Known]] = {question: [] for question in questions}
    counts = dict.fromkeys(questions, 0)
    for asker, only, *known, of_all in rows:
        lines[asker, only].append(Known(*known))
        counts[asker, only] = of_all
    return {question: Listing(tuple(lines[question]), counts[question]) for question in lines}


async def list_every(connection: "Connection[Any]", *, offers_only: bool) -> Listing:
    """Return what a program office may know of: everything, at most 500."""
    rows = await connection.fetch(_SQL["list_every"], offers_only)
    return Listing(tuple(Known(*row[:-1]) for row in map(tuple, rows)), rows[0][-1] if rows else 0)


async def read_needs(
    connection: "Connection[Any]", tracking_numbers: Collection[str]
) -> dict[str, str]:
    """Return the needs stated for these requests, as JSON objects."""
    rows = await connection.fetch(_SQL["read_needs"], list(tracking_numbers))
    return {row["tracking_number"]: row["need"] for row in rows}


async def save_needs(connection: "Connection[Any]", needs: dict[str, str]) -> None:
    if needs:
        await connection.execute(_SQL["save_needs"], list(needs), list(needs.values()))


async def read_contacts(
    connection: "Connection[Any]", keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], ContactCard]:
    """Return how to reach the people known among these (participant, contact id)."""
    rows = await connection.fetch(_SQL["read_contacts"], *_columns(keys, 2))
    return {
        (row["participant"], row["contact_id"]): ContactCard(
            contact_id=row["contact_id"],
            name=row["name"],
            title=row["title"],
            email=row["email"],
            phone=row["phone"],
        )
        for row in rows
    }


async def save_contacts(
    connection: "Connection[Any]", contacts: dict[tuple[str, str], ContactCard]
) -> None:
    if contacts:
        rows = (
            (participant, contact_id, card.name, card.title, card.email, card.phone)
            for (participant, contact_id), card in contacts.items()
        )
        await connection.execute(_SQL["save_contacts"], *_columns(rows, 6))


async def read_answers(
    connection: "Connection[Any]", coordinates: Collection[str]
) -> dict[str, Answer]:
    """Return the answers already given to these records."""
    rows = await connection.fetch(_SQL["read_answers"], list(coordinates))
    return {row["inreplyto"]: Answer(*row) for row in rows}


async def save_answers(connection: "Connection[Any]", answers: Collection[Answer]) -> None:
    """Keep each answer; a second one to the same record raises."""
    if answers:
        await connection.copy_records_to_table(
            "answers",
            columns=("inreplyto", "message_id", "message_type", "subject", "data"),
            records=[
                (a.inreplyto, a.message_id, a.message_type, a.subject, a.data) for a in answers
            ],
        )


async def save_notices(connection: "Connection[Any]", notices: Collection[NoticeRow]) -> None:
    """Keep each decision; a second one for the same (fact, audience) raises."""
    if notices:
        await connection.copy_records_to_table(
            "notices", columns=NoticeRow._fields, records=notices
        )


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
    waiting: dict[str, list[WaitingRepeat]] = {}
    for row in await connection.fetch(_SQL["read_waiting_repeats"], list(coordinates)):
        waiting.setdefault(row["first"], []).append(WaitingRepeat(*row))
    return waiting


async def delete_waiting_repeats(
    connection: "Connection[Any]", coordinates: Collection[str]
) -> None:
    if coordinates:
        await connection.execute(_SQL["delete_waiting_repeats"], list(coordinates))


async def claim_heartbeat(connection: "Connection[Any]", *, seconds: int) -> datetime | None:
    """Return the moment to write heartbeats at, or None while the last ones are fresh."""
    moment: datetime | None = await connection.fetchval(_SQL["claim_heartbeat"], float(seconds))
    return moment


async def read_heads(connection: "Connection[Any]") -> list[tuple[str, str, int]]:
    """Return (topic, participant, last number written) of every participant's stream."""
    return [tuple(row) for row in await connection.fetch(_SQL["read_heads"])]
