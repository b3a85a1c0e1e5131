"""Numbers what was decided and puts it into envelopes: messages, and the notice about them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json

from services.notifications.audiences.audience import Decision, NotNeeded, Send
from services.notifications.repeats import Answer
from services.notifications.working import NoticeRow, Working
from shared.contracts import notifications
from shared.contracts.event import Classification, Event, derived_id, padded
from shared.contracts.outbound import SOURCE, TYPES
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
    notices: list[dict[str, Any]] = []
    envelope = _envelope(working, event)
    for found in prepared:
        if isinstance(found, NotNeeded):
            notices.append(_not_needed(working, event, found))
        else:
            message, notice = _send(working, event, found, envelope)
            outgoing.append(message)
            notices.append(notice)
    outgoing.append(_notice_decided(working, event, notices, envelope, key=key))
    return tuple(outgoing)


def _envelope(working: Working, event: Event) -> bytes:
    """
    Return the members that all envelopes of one fact have in common, as JSON without braces.

    With what each adds they make `outbound.Message` and `NoticeDecided`, as a test shows; a model
    for each took more than twice as long to build and write.
    """
    members = {
        "specversion": "1.0",
        "source": SOURCE,
        "time": working.at,
        "datacontenttype": "application/json",
        "correlationid": event.correlationid,
        "causationid": event.id,
    }
    if event.traceparent is not None:
        members["traceparent"] = event.traceparent
    return to_json(members)[1:-1]


def _send(
    working: Working, event: Event, found: Letter, envelope: bytes
) -> tuple[Outgoing, dict[str, Any]]:
    audience, kind, subject, data, answer, classification = found
    topic = out_topic(audience)
    message_id = derived_id(event.id, kind, audience)
    number = working.settled.get(message_id) or working.numbers.next(topic, audience)
    own = {
        "id": message_id,
        "type": kind,
        "subject": subject,
        "dataclassification": classification,
        "participantsequence": padded(number),
    }
    if answer and event.inreplyto is not None:
        own["inreplyto"] = event.inreplyto
        if event.inreplytoid is not None:
            own["inreplytoid"] = event.inreplytoid
        kept = Answer(event.inreplyto, kind, subject, data, message_id)
        working.answered.append(kept)
        working.answers[event.inreplyto] = kept
    value = b'%b,%b,"data":%b}' % (to_json(own)[:-1], envelope, data)
    working.notices.append(NoticeRow(event.subject, event.id, audience, kind, message_id, number))
    notice = {
        "audience": audience,
        "channel": "topic",
        "outcome": "sent",
        "message_type": kind,
        "message_id": message_id,
        "participantsequence": number,
    }
    return Outgoing(message_id, topic, audience.encode(), value), notice


def _not_needed(working: Working, event: Event, found: NotNeeded) -> dict[str, Any]:
    audience, because = found
    working.notices.append(NoticeRow(event.subject, event.id, audience, because=because))
    return {"audience": audience, "channel": "none", "outcome": "not_needed", "because": because}


def _notice_decided(
    working: Working, event: Event, notices: list[dict[str, Any]], envelope: bytes, *, key: bytes
) -> Outgoing:
    notice_id = derived_id(event.id, NOTICE_DECIDED, event.subject)
    own: dict[str, Any] = {
        "id": notice_id,
        "type": NOTICE_DECIDED,
        "subject": event.subject,
        "dataclassification": "internal",
        "sequence": padded(_number_of(working, event.subject, notice_id)),
    }
    if event.inreplyto is not None:
        own["inreplyto"] = event.inreplyto
    if event.receivedat is not None:
        own["receivedat"] = event.receivedat
    own["data"] = {"fact": event.id, "fact_type": event.type, "notices": notices}
    value = b"{%b,%b" % (envelope, to_json(own)[1:])
    return Outgoing(notice_id, notifications.TOPIC, key, value)


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
