"""Notifications' tables, one function per statement; each statement is ``sql/<function>.sql``."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications.audiences.audience import Working
from services.notifications.audiences.case_file import LONGEST, File
from services.notifications.audiences.repeats import Answer, WaitingRepeat
from services.notifications.audiences.request import Asked, Directory, Request
from services.notifications.audiences.request_status import (
    ListPage,
    ListQuery,
    RequestStatus,
    page,
)
from services.notifications.batch_state import BatchState, ContactKey, WaitingNote
from services.notifications.load_plan import LoadPlan
from services.notifications.messages import stream_of
from shared.contracts.intake import Window
from shared.contracts.outbound import CaseMail, CaseNote, CaseNotice, ContactCard
from shared.delivery.sequences import Subject
from shared.delivery.take_in.reader import Closing
from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
PAGE = 100
"""Requests in an answer: some 30 kB, for a question of 300 bytes."""
_SQL = load_statements(__package__)


def _columns(rows: Iterable[Sequence[Any]], count: int) -> list[Sequence[Any]]:
    """Turn rows into the arrays that ``unnest`` takes."""
    return list(zip(*rows, strict=True)) or [()] * count


@dataclass(frozen=True, slots=True)
class Loaded:
    """
    The rows of a batch, locked until its transaction ends, and the catalog's version.

    ``published`` counts the notices decided about each request.
    """

    requests: dict[str, Request] = field(default_factory=dict)
    published: dict[str, int] = field(default_factory=dict)
    numbers: dict[Subject, int] = field(default_factory=dict)
    version: int = 0
    needs: dict[str, str] = field(default_factory=dict)
    contacts: dict[ContactKey, ContactCard] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    repeats: dict[str, list[WaitingRepeat]] = field(default_factory=dict)
    notes: dict[str, WaitingNote] = field(default_factory=dict)
    engaged: Sequence[Working] = ()

    def working_subjects(self, directory: Directory) -> set[Subject]:
        """Return the (topic, subject) of the providers in ``engaged``."""
        return {stream_of(each.provider, directory) for each in self.engaged}


async def load_batch(
    connection: "Connection[Any]", plan: LoadPlan, subjects: Collection[Subject]
) -> Loaded:
    """Lock the known requests of a batch and the numbers of *subjects*; read the rest."""
    row = await connection.fetchrow(
        _SQL["load_batch"],
        list(plan.requests),
        *_columns(subjects, 2),
        list(plan.engaged),
        *_columns(plan.contacts_handed_over(), 2),
        list(plan.repeated),
        list(plan.answered),
        list(plan.note_answers),
        *_columns(sorted(plan.contacts_set), 2),
    )
    assert row is not None
    repeats: dict[str, list[WaitingRepeat]] = {}
    for repeat in row["o_repeats"] or ():
        repeats.setdefault(repeat["first"], []).append(WaitingRepeat(*repeat))
    requests = row["o_requests"] or ()
    return Loaded(
        requests={request[0]: _request(request) for request in requests},
        published={request[0]: request[-1] for request in requests},
        numbers={(topic, subject): last for topic, subject, last in row["o_numbers"] or ()},
        version=row["o_version"],
        needs=dict(row["o_needs"] or ()),
        contacts={
            (participant, contact_id): ContactCard(
                contact_id=contact_id, name=name, title=title, email=email, phone=phone, zone=zone
            )
            for participant, contact_id, name, title, email, phone, zone in row["o_contacts"] or ()
        },
        answers={
            coordinate: Answer(coordinate, kind, subject, data)
            for coordinate, _, kind, subject, data in row["o_answers"] or ()
        },
        repeats=repeats,
        notes={note[0]: WaitingNote(*note) for note in row["o_notes"] or ()},
        engaged=[Working(*each) for each in row["o_engaged"] or ()],
    )


def _request(row: Sequence[Any]) -> Request:
    topics, forms, contact_ids = tuple(row[7].split()), tuple(row[8].split()), json.loads(row[11])
    *state, asked, _ = row[12:]
    told = None if asked is None else Asked.decode(asked)
    columns = (*row[:7], topics, forms, *row[9:11], tuple(contact_ids), *state, told)
    return Request(*columns)


def save_batch(state: BatchState) -> Closing:
    """
    Return the statement that writes *state*.

    It fails if a new request, answer or notice (subject, event, audience) already exists.
    """
    requests, published = state.requests, state.published
    amended = state.amended - state.created
    moved = state.moved - state.created - amended
    parameters = (
        [_row(requests[number], published) for number in sorted(state.created)],
        [_moved(requests[number], published) for number in sorted(moved)],
        [_row(requests[number], published) for number in sorted(amended)],
        [(a.inreplyto, a.message_id, a.message_type, a.subject, a.data) for a in state.answered],
        [(*subject, last) for subject, last in state.numbers.changed.items()],
        state.at,
        [row[:-1] for row in state.notices],
        list(state.needs_stated.items()),
        [
            (
                *key,
                card.name,
                card.title,
                card.email,
                card.phone,
                card.zone,
                key in state.callers,
                state.contact_numbers[key],
            )
            for key, card in state.contacts_set.items()
        ],
        state.repeats_released,
        [repeat for held in state.repeats_held.values() for repeat in held],
        state.notes_settled,
        list(state.notes_held.values()),
        state.notes_kept,
    )
    return Closing(_SQL["save_batch"], parameters)


def _moved(r: Request, published: Mapping[str, int]) -> tuple[Any, ...]:
    return r.tracking_number, *_state(r), published[r.tracking_number]


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
        None if r.asked is None else r.asked.encode(),
    )


async def list_known(
    connection: "Connection[Any]", questions: Sequence[ListQuery]
) -> dict[ListQuery, ListPage]:
    """Return, for each question, the page of requests that its asker may see."""
    if not questions:
        return {}
    rows = await connection.fetch(
        _SQL["list_known"],
        [question.asker for question in questions],
        [question.about == "open_offers" for question in questions],
        [question.position[0] for question in questions],
        [question.position[1] for question in questions],
        PAGE,
    )
    lines: dict[ListQuery, list[RequestStatus]] = {question: [] for question in questions}
    counts = dict.fromkeys(questions, 0)
    for number, *known, remaining in rows:
        lines[questions[number - 1]].append(_known(known))
        counts[questions[number - 1]] = remaining
    return {question: page(tuple(lines[question]), counts[question]) for question in questions}


async def list_every(connection: "Connection[Any]", question: ListQuery) -> ListPage:
    """Return the page for a program office, which may see every request."""
    offers_only = question.about == "open_offers"
    rows = await connection.fetch(_SQL["list_every"], offers_only, *question.position, PAGE)
    return page(tuple(_known(row[:-1]) for row in map(tuple, rows)), rows[0][-1] if rows else 0)


def _known(row: Sequence[Any]) -> RequestStatus:
    *known, topics, forms, wished_from, wished_until = row
    return replace(
        RequestStatus(*known),
        topics=tuple(topics.split()),
        service_forms=tuple(forms.split()),
        wished=Window(from_=wished_from, until=wished_until),
    )


async def read_file(connection: "Connection[Any]", number: str) -> File:
    """Return the notes and notices of the request *number*, but not its need and contacts."""
    notes = await connection.fetch(_SQL["read_file_notes"], number, LONGEST["notes"])
    notices = await connection.fetch(_SQL["read_file_notices"], number, LONGEST["notices"])
    handed_on = await connection.fetchval(_SQL["count_notes_handed_on"], number)
    all_notes = notes[0]["held"] if notes else 0
    return File(
        notes=[CaseNote.model_validate({**row}) for row in notes],
        all_notes=all_notes,
        lost_notes=handed_on - all_notes,
        notices=[_case_notice(row) for row in notices],
        all_notices=notices[0]["decided"] if notices else 0,
    )


def _case_notice(row: Mapping[str, Any]) -> CaseNotice:
    mails = [
        CaseMail(contact_id=to, state=state, status=status) for to, state, status in row["mails"]
    ]
    return CaseNotice.model_validate({**row, "mails": mails})


async def claim_heartbeat(connection: "Connection[Any]", *, seconds: int) -> datetime | None:
    """Return the moment to write heartbeats at, or None while the last ones are fresh."""
    moment: datetime | None = await connection.fetchval(_SQL["claim_heartbeat"], float(seconds))
    return moment


async def read_heads(connection: "Connection[Any]") -> list[tuple[str, str, int]]:
    """Return (topic, participant, last number written) of every participant's stream."""
    return [tuple(row) for row in await connection.fetch(_SQL["read_heads"])]
