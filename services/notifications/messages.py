"""Numbers decided messages and writes them and their notice as envelopes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from pydantic_core import to_json

from services.notifications.audiences.audience import Mailed, Notice, NotNeeded, Send
from services.notifications.audiences.repeats import Answer
from services.notifications.audiences.request import Directory, Request
from services.notifications.batch_state import BatchState, NoticeRow
from services.notifications.mail.settling import Call
from shared.contracts import envelope, intake, notifications
from shared.contracts.event import Classification, Event, derived_id
from shared.contracts.outbound import SOURCE
from shared.delivery.records import Outgoing
from shared.delivery.sequences import Subject

NOTICE_DECIDED = "gov.cri.notifications.notice_decided.v1"
CASE_FILE_TOLD = "gov.cri.notifications.case_file_told.v1"


class Draft(NamedTuple):
    """A message without a number; its data is JSON already, so numbering cannot fail."""

    audience: str
    type: str
    subject: str
    data: bytes
    answer: bool
    classification: Classification
    call: bool = False


def out_topic(participant: str) -> str:
    return f"cri.out.{participant}.v1"


def stream_of(audience: str, directory: Directory) -> Subject:
    """Return the topic for messages to *audience*, and the participant whose numbers it has."""
    reader = directory.reader_of(audience)
    return out_topic(reader), reader


def draft(send: Send) -> Draft:
    data = send.data if isinstance(send.data, bytes) else send.data.encode()
    return Draft(
        send.audience,
        send.type,
        send.subject,
        data,
        send.answer,
        send.classification,
        send.call,
    )


class NumberNotices(Protocol):
    """Numbers and writes *notices* of *event*; *key* is that of the notice on the log."""

    def __call__(
        self,
        state: BatchState,
        event: Event,
        notices: Sequence[Notice | Mailed],
        *,
        key: bytes,
        after: Request | None = None,
    ) -> tuple[Outgoing, ...]: ...


def number_notices(
    state: BatchState,
    event: Event,
    notices: Sequence[Notice | Mailed],
    *,
    key: bytes,
    after: Request | None = None,
) -> tuple[Outgoing, ...]:
    """
    Number and write *notices* of *event*; *key* is that of the notice on the log.

    *after* is the request after the event. Steps that can fail run before the state changes.
    """
    prepared = prepare(notices)
    if after is not None:
        state.move(after)
    rows: list[NoticeRow] = []
    outgoing: list[Outgoing] = []
    for each in prepared:
        if isinstance(each, NotNeeded | Mailed):
            rows.append(without_message(event, each))
            continue
        number = state.numbers.next(*stream_of(each.audience, state.directory))
        row = sent(event, each, number, state.directory)
        rows.append(row)
        outgoing.append(message(event, each, row, at=state.at))
        if each.answer:
            state.answer(answer_in(event, each, row))
    state.notices += rows
    number = next_notice(state, event.subject)
    outgoing.append(notice(event, rows, number=number, key=key, at=state.at))
    if isinstance(event, intake.CaseFileAsked):
        number = next_notice(state, event.data.tracking_number)
        outgoing.append(file_told(event, number=number, at=state.at))
    return tuple(outgoing)


def prepare(notices: Sequence[Notice | Mailed]) -> list[Draft | NotNeeded | Mailed]:
    return [draft(each) if isinstance(each, Send) else each for each in notices]


def sent(event: Event, found: Draft, number: int, directory: Directory) -> NoticeRow:
    """Return the decision to send *found* under *number*."""
    audience, kind = found.audience, found.type
    message_id = derived_id(event.id, kind, audience)
    reader = directory.reader_of(audience)
    return NoticeRow(
        event.subject,
        event.id,
        audience,
        kind,
        message_id,
        number,
        call=found.call,
        through=None if reader == audience else reader,
    )


def without_message(event: Event, found: NotNeeded | Mailed) -> NoticeRow:
    """Return the decision to send nothing, or a mail alone."""
    if isinstance(found, Mailed):
        audience, template, mail_id = found
        return NoticeRow(event.subject, event.id, audience, template, mail_id)
    return NoticeRow(event.subject, event.id, found.audience, because=found.because)


def answer_in(event: Event, found: Draft, row: NoticeRow) -> Answer:
    """Return *found* as an answer to store for repeats."""
    assert event.inreplyto is not None
    return Answer(event.inreplyto, found.type, found.subject, found.data, row.message_id or "")


def message(event: Event, found: Draft, row: NoticeRow, *, at: datetime) -> Outgoing:
    """Return *found*, decided at *at*, under the id and the number of *row*."""
    assert row.message_id is not None
    about = envelope.attributes(
        kind=found.type,
        source=SOURCE,
        subject=found.subject,
        at=at,
        cause=event.id,
        correlation=event.correlationid,
        identity=row.message_id,
        participant_number=row.participantsequence,
        audience=found.audience if row.through else None,
        classification=found.classification,
        inreplyto=event.inreplyto if found.answer else None,
        inreplytoid=event.inreplytoid if found.answer else None,
        traceparent=event.traceparent,
    )
    value = envelope.write(about, found.data, order=envelope.MESSAGE_ORDER)
    topic, audience = out_topic(row.reader), found.audience.encode()
    return Outgoing(row.message_id, topic, audience, value, summary=envelope.summary(about))


def notice_id(event: Event) -> str:
    return _notice_id(event.id, event.subject)


def _notice_id(fact: str, subject: str) -> str:
    return derived_id(fact, NOTICE_DECIDED, subject)


def calls_among(rows: Sequence[NoticeRow], *, correlation: str) -> list[Call]:
    """Return those of *rows*, decided about one request, that must be told by a call."""
    return [
        Call(_notice_id(row.fact, row.subject), row.audience, row.fact, correlation)
        for row in rows
        if row.call
    ]


def notice(
    event: Event, rows: Sequence[NoticeRow], *, number: int, key: bytes, at: datetime
) -> Outgoing:
    """Return the notice that says what was decided for each audience of *event*."""
    about = envelope.attributes(
        kind=NOTICE_DECIDED,
        source=SOURCE,
        subject=event.subject,
        at=at,
        cause=event.id,
        correlation=event.correlationid,
        identity=notice_id(event),
        number=number,
        inreplyto=event.inreplyto,
        received_at=event.receivedat,
        traceparent=event.traceparent,
    )
    return _notice(about, event.type, rows, key=key)


def news_notice(row: NoticeRow, fact_type: str, *, number: int, at: datetime) -> Outgoing:
    """Return the notice that says whether a subscription, its subject, is mailed the news."""
    about = envelope.attributes(
        kind=NOTICE_DECIDED,
        source=SOURCE,
        subject=row.subject,
        at=at,
        cause=row.fact,
        correlation=row.fact,
        number=number,
    )
    return _notice(about, fact_type, [row], key=row.subject.encode())


def _notice(
    about: dict[str, Any], fact_type: str, rows: Sequence[NoticeRow], *, key: bytes
) -> Outgoing:
    notices = [_notice_data(row) for row in rows]
    fact = {"fact": about["causationid"], "fact_type": fact_type, "notices": notices}
    value = envelope.write(about, to_json(fact), order=envelope.NOTICE_ORDER)
    summary = envelope.summary(about)
    return Outgoing(about["id"], notifications.TOPIC, key, value, summary=summary)


def _notice_data(row: NoticeRow) -> dict[str, Any]:
    if row.message_id is None:
        return {
            "audience": row.audience,
            "channel": "none",
            "outcome": "not_needed",
            "because": row.because,
        }
    if row.participantsequence is None:
        return {
            "audience": row.audience,
            "channel": "mail",
            "outcome": "sent",
            "message_type": row.message_type,
            "message_id": row.message_id,
        }
    told = {
        "audience": row.audience,
        "channel": "topic",
        "outcome": "sent",
        "message_type": row.message_type,
        "message_id": row.message_id,
        "participantsequence": row.participantsequence,
    }
    if row.through is not None:
        told["through"] = row.through
    return told | {"call": True} if row.call else told


def file_told_id(event: intake.CaseFileAsked) -> str:
    return derived_id(event.id, CASE_FILE_TOLD, event.data.tracking_number)


def file_told(event: intake.CaseFileAsked, *, number: int, at: datetime) -> Outgoing:
    """Return the event that says who was told a case file; it names no record that it answers."""
    asked = event.data
    assert event.actor is not None
    about = envelope.attributes(
        kind=CASE_FILE_TOLD,
        source=SOURCE,
        subject=asked.tracking_number,
        at=at,
        cause=event.id,
        correlation=asked.request_id,
        identity=file_told_id(event),
        number=number,
        actor=event.actor,
        traceparent=event.traceparent,
    )
    facts = notifications.CaseFileFacts(
        tracking_number=asked.tracking_number,
        participant=asked.participant,
        actor=event.actor,
        purpose=asked.purpose,
        at=at,
    )
    value = envelope.write(about, facts.encode())
    key, summary = asked.request_id.encode(), envelope.summary(about)
    return Outgoing(about["id"], notifications.TOPIC, key, value, summary=summary)


def next_notice(state: BatchState, subject: str) -> int:
    """Return the next notice number: the request's, or the subject's own sequence."""
    if subject not in state.requests:
        return state.numbers.next(notifications.TOPIC, subject)
    number = state.published.get(subject, 0) + 1
    state.published[subject] = number
    state.moved.add(subject)
    return number
