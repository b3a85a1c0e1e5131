"""Numbers what was decided and puts it into envelopes: messages, and the notice about them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json

from services.notifications.audiences.audience import Notice, NotNeeded, Send
from services.notifications.audiences.repeats import Answer
from services.notifications.audiences.request import Request
from services.notifications.working import NoticeRow, Working
from shared.contracts import envelope, notifications
from shared.contracts.event import Classification, Event, derived_id
from shared.contracts.outbound import SOURCE
from shared.messaging.records import Outgoing

NOTICE_DECIDED = "gov.cri.notifications.notice_decided.v1"


class Letter(NamedTuple):
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
    data = send.data if isinstance(send.data, bytes) else send.data.encode()
    return Letter(send.audience, send.type, send.subject, data, send.answer, send.classification)


def announce(
    working: Working,
    event: Event,
    notices: Sequence[Notice],
    *,
    key: bytes,
    after: Request | None = None,
) -> tuple[Outgoing, ...]:
    """
    Number and write *notices* of *event*; *key* is that of the notice on the log.

    *after* is the request as the event leaves it. Whatever can fail on odd data is done before the
    working state changes.
    """
    prepared = [each if isinstance(each, NotNeeded) else letter(each) for each in notices]
    if after is not None:
        working.requests[after.tracking_number] = after
        working.moved.add(after.tracking_number)
    return send_all(working, event, prepared, key=key)


def send_all(
    working: Working, event: Event, prepared: Sequence[Letter | NotNeeded], *, key: bytes
) -> tuple[Outgoing, ...]:
    outgoing: list[Outgoing] = []
    notices: list[dict[str, Any]] = []
    for found in prepared:
        if isinstance(found, NotNeeded):
            notices.append(_not_needed(working, event, found))
        else:
            message, notice = _send(working, event, found)
            outgoing.append(message)
            notices.append(notice)
    outgoing.append(_notice_decided(working, event, notices, key=key))
    return tuple(outgoing)


def _send(working: Working, event: Event, found: Letter) -> tuple[Outgoing, dict[str, Any]]:
    audience, kind, subject, data, answer, classification = found
    topic = out_topic(audience)
    message_id = derived_id(event.id, kind, audience)
    number = working.settled.get(message_id) or working.numbers.next(topic, audience)
    answers = answer and event.inreplyto is not None
    about = envelope.attributes(
        kind=kind,
        source=SOURCE,
        subject=subject,
        at=working.at,
        cause=event.id,
        correlation=event.correlationid,
        identity=message_id,
        participant_number=number,
        classification=classification,
        inreplyto=event.inreplyto if answers else None,
        inreplytoid=event.inreplytoid if answers else None,
        traceparent=event.traceparent,
    )
    if answer and event.inreplyto is not None:
        kept = Answer(event.inreplyto, kind, subject, data, message_id)
        working.answered.append(kept)
        working.answers[event.inreplyto] = kept
    value = envelope.write(about, data, order=envelope.MESSAGE_ORDER)
    working.notices.append(NoticeRow(event.subject, event.id, audience, kind, message_id, number))
    notice = {
        "audience": audience,
        "channel": "topic",
        "outcome": "sent",
        "message_type": kind,
        "message_id": message_id,
        "participantsequence": number,
    }
    summary = envelope.summary(about)
    return Outgoing(message_id, topic, audience.encode(), value, summary=summary), notice


def _not_needed(working: Working, event: Event, found: NotNeeded) -> dict[str, Any]:
    audience, because = found
    working.notices.append(NoticeRow(event.subject, event.id, audience, because=because))
    return {"audience": audience, "channel": "none", "outcome": "not_needed", "because": because}


def _notice_decided(
    working: Working, event: Event, notices: list[dict[str, Any]], *, key: bytes
) -> Outgoing:
    notice_id = derived_id(event.id, NOTICE_DECIDED, event.subject)
    about = envelope.attributes(
        kind=NOTICE_DECIDED,
        source=SOURCE,
        subject=event.subject,
        at=working.at,
        cause=event.id,
        correlation=event.correlationid,
        identity=notice_id,
        number=_number_of(working, event.subject, notice_id),
        inreplyto=event.inreplyto,
        received_at=event.receivedat,
        traceparent=event.traceparent,
    )
    data = to_json({"fact": event.id, "fact_type": event.type, "notices": notices})
    value = envelope.write(about, data, order=envelope.NOTICE_ORDER)
    summary = envelope.summary(about)
    return Outgoing(notice_id, notifications.TOPIC, key, value, summary=summary)


def _number_of(working: Working, subject: str, notice_id: str) -> int:
    """Count notices on the request where the subject is one, else on the subject's sequence."""
    settled = working.settled.get(notice_id)
    if subject not in working.requests:
        return settled or working.numbers.next(notifications.TOPIC, subject)
    last = working.published.get(subject, 0)
    number = settled or last + 1
    working.published[subject] = max(last, number)
    working.moved.add(subject)
    return number
