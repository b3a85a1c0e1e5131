"""The envelopes of intake's events: each event is caused by one inbound record."""

from datetime import datetime
from typing import Any

from services.intake.batch_state import BatchState, Published, Request
from services.intake.message import Message
from shared.contracts import envelope
from shared.contracts.assessments import DRAFTS_TOPIC
from shared.contracts.event import Classification, Facts, derived_id
from shared.contracts.intake import CONFIDENTIAL_TOPIC, TOPIC

SOURCE = "urn:cri:continuum:intake"
_RESTRICTED = frozenset({CONFIDENTIAL_TOPIC, DRAFTS_TOPIC})


def _event(
    message: Message,
    *,
    topic: str,
    key: str,
    kind: str,
    subject: str,
    number: int,
    at: datetime,
    data: bytes,
    request_id: str | None = None,
) -> Published:
    """Return an event that *message* causes; *data* is the JSON of its facts."""
    about = event_attributes(
        message,
        kind=kind,
        subject=subject,
        number=number,
        at=at,
        request_id=request_id,
        classification="restricted" if topic in _RESTRICTED else "internal",
    )
    value = envelope.write(about, data)
    return Published(topic, key, about["id"], subject, number, value, envelope.summary(about))


def request_event(
    message: Message,
    request: Request,
    *,
    kind: str,
    at: datetime,
    data: bytes,
    confidential: bool = False,
) -> Published:
    """Return an event about *request*, numbered by the last count in *request*."""
    return _event(
        message,
        topic=CONFIDENTIAL_TOPIC if confidential else TOPIC,
        key=request.request_id,
        kind=kind,
        subject=request.tracking_number,
        number=request.confided if confidential else request.published,
        at=at,
        data=data,
        request_id=request.request_id,
    )


def next_event(
    message: Message,
    batch: BatchState,
    *,
    topic: str,
    kind: str,
    subject: str,
    facts: Facts,
    request_id: str | None = None,
) -> Published:
    """Return the next event about *subject*, which has no row: the batch counts its events."""
    return _event(
        message,
        topic=topic,
        key=subject,
        kind=kind,
        subject=subject,
        number=batch.next_number(topic, subject),
        at=batch.at,
        data=facts.encode(),
        request_id=request_id,
    )


def event_attributes(
    message: Message,
    *,
    kind: str,
    subject: str,
    number: int,
    at: datetime,
    request_id: str | None = None,
    classification: Classification = "internal",
) -> dict[str, Any]:
    """Return the envelope attributes of an event that *message* causes."""
    cause = message.coordinate
    return envelope.attributes(
        kind=kind,
        source=SOURCE,
        subject=subject,
        at=at,
        cause=cause,
        correlation=request_id or derived_id(cause, "message", message.participant),
        number=number,
        classification=classification,
        inreplyto=cause,
        inreplytoid=message.safe_id(),
        participant=message.participant,
        actor=message.safe_actor(),
        received_at=message.at,
        traceparent=message.traceparent,
    )
