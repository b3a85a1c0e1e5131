"""Numbers what was decided and puts it into envelopes: messages, and the notice about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifications.audience import Decision, NotNeeded, Send
from services.notifications.repeats import Answer
from services.notifications.working import NoticeRow, Working
from shared.contracts import notifications
from shared.contracts.event import Classification, Event, derived_id, following, padded
from shared.contracts.notifications import Notice, NoticeDecided, NoticeFacts
from shared.contracts.outbound import SOURCE, TYPES, Message
from shared.messaging.records import Outgoing

NOTICE_DECIDED = "gov.cri.notifications.notice_decided.v1"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message all but its number: data already JSON, so that numbering cannot fail."""

    audience: str
    type: str
    subject: str
    data: bytes
    answer: bool
    classification: Classification


def out_topic(participant: str) -> str:
    return f"cri.out.{participant}.v1"


def letter(send: Send) -> Letter:
    data = send.data.__pydantic_serializer__.to_json(send.data, exclude_none=True)
    kind = TYPES[send.kind]
    return Letter(send.audience, kind, send.subject, data, send.answer, send.classification)


def announce(
    working: Working, event: Event, decision: Decision, *, key: bytes
) -> tuple[Outgoing, ...]:
    """
    Number and write what *decision* says of *event*; *key* is that of its notice.

    Whatever can fail on odd data is done before the working state changes.
    """
    prepared = [
        notice if isinstance(notice, NotNeeded) else letter(notice) for notice in decision.notices
    ]
    if decision.request is not None:
        tracking_number = decision.request.tracking_number
        working.requests[tracking_number] = decision.request
        working.moved.add(tracking_number)
    return send_all(working, event, prepared, key=key)


def send_all(
    working: Working, event: Event, prepared: Sequence[Letter | NotNeeded], *, key: bytes
) -> tuple[Outgoing, ...]:
    outgoing: list[Outgoing] = []
    notices: list[Notice] = []
    for found in prepared:
        if isinstance(found, NotNeeded):
            notices.append(_not_needed(working, event, found))
        else:
            message, notice = _send(working, event, found)
            outgoing.append(message)
            notices.append(notice)
    outgoing.append(_notice_decided(working, event, notices, key=key))
    return tuple(outgoing)


def _send(working: Working, event: Event, found: Letter) -> tuple[Outgoing, Notice]:
    topic = out_topic(found.audience)
    message_id = derived_id(event.id, found.type, found.audience)
    number = working.numbers.next(topic, found.audience)
    envelope = Message(
        id=message_id,
        source=SOURCE,
        type=found.type,
        subject=found.subject,
        time=working.at,
        dataclassification=found.classification,
        correlationid=event.correlationid,
        causationid=event.id,
        inreplyto=event.inreplyto if found.answer else None,
        participantsequence=padded(number),
        traceparent=event.traceparent,
        data=None,
    ).encode()
    value = b'%b,"data":%b}' % (envelope[:-1], found.data)
    if found.answer and event.inreplyto is not None:
        working.answered.append(
            Answer(event.inreplyto, found.type, found.subject, found.data, message_id)
        )
        working.answers[event.inreplyto] = working.answered[-1]
    working.notices.append(
        NoticeRow(
            event.id, found.audience, event.subject, working.at, found.type, message_id, number
        )
    )
    notice = Notice(
        audience=found.audience,
        channel="topic",
        outcome="sent",
        message_type=found.type,
        message_id=message_id,
        participantsequence=number,
    )
    return Outgoing(message_id, topic, found.audience.encode(), value), notice


def _not_needed(working: Working, event: Event, found: NotNeeded) -> Notice:
    working.notices.append(
        NoticeRow(event.id, found.audience, event.subject, working.at, because=found.because)
    )
    return Notice(
        audience=found.audience, channel="none", outcome="not_needed", because=found.because
    )


def _notice_decided(
    working: Working, event: Event, notices: list[Notice], *, key: bytes
) -> Outgoing:
    decided = NoticeDecided(
        **following(
            event,
            kind=NOTICE_DECIDED,
            source=SOURCE,
            at=working.at,
            number=_next_number(working, event.subject),
        ),
        data=NoticeFacts(fact=event.id, fact_type=event.type, notices=notices),
    )
    return Outgoing(decided.id, notifications.TOPIC, key, decided.encode())


def _next_number(working: Working, subject: str) -> int:
    """Count notices on the request where the subject is one, else on the subject's sequence."""
    if subject not in working.requests:
        return working.numbers.next(notifications.TOPIC, subject)
    working.published[subject] = number = working.published.get(subject, 0) + 1
    working.moved.add(subject)
    return number
