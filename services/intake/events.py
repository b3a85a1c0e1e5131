"""The events that the door publishes: every one goes back to one inbound record."""

from datetime import datetime
from typing import Any

from pydantic_core import to_json

from services.intake.known import Known, Published, Request
from services.intake.message import Message
from shared.contracts.event import Classification, Facts, derived_id, padded
from shared.contracts.intake import CONFIDENTIAL_TOPIC, TOPIC

SOURCE = "urn:cri:continuum:intake"


def encode(facts: Facts) -> bytes:
    """Return *facts* as an event's data or a column of ours holds them."""
    return facts.__pydantic_serializer__.to_json(facts, exclude_none=True)


def published(
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
    """
    Return an event that *message* leads to; *data* is the JSON of its facts.

    It is what the model of its type writes, as a test shows; building a model for each took four
    times as long.
    """
    about = envelope(
        message,
        kind=kind,
        subject=subject,
        number=number,
        at=at,
        request_id=request_id,
        classification="restricted" if topic == CONFIDENTIAL_TOPIC else "internal",
    )
    value = b'%b,"data":%b}' % (to_json(about)[:-1], data)
    return Published(topic, key, about["id"], subject, number, value)


def about_request(
    message: Message,
    request: Request,
    *,
    kind: str,
    at: datetime,
    data: bytes,
    confidential: bool = False,
) -> Published:
    """Return the event about *request* that it has counted last, of those that are so."""
    return published(
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


def counted(
    message: Message, known: Known, *, topic: str, kind: str, subject: str, facts: Facts
) -> Published:
    """Return the next event about *subject*, which has no row to be counted on."""
    return published(
        message,
        topic=topic,
        key=subject,
        kind=kind,
        subject=subject,
        number=known.next_number(topic, subject),
        at=known.at,
        data=encode(facts),
    )


def envelope(
    message: Message,
    *,
    kind: str,
    subject: str,
    number: int,
    at: datetime,
    request_id: str | None = None,
    classification: Classification = "internal",
) -> dict[str, Any]:
    """Return the envelope of an event that *message* leads to, in the order of its model."""
    cause = message.coordinate
    about = {
        "specversion": "1.0",
        "id": derived_id(cause, kind, subject),
        "source": SOURCE,
        "type": kind,
        "subject": subject,
        "time": at,
        "datacontenttype": "application/json",
        "dataclassification": classification,
        "correlationid": request_id or derived_id(cause, "message", message.participant),
        "causationid": cause,
        "sequence": padded(number),
        "inreplyto": cause,
    }
    if (own := message.told_id()) is not None:
        about["inreplytoid"] = own
    about["receivedat"] = message.at
    if message.traceparent is not None:
        about["traceparent"] = message.traceparent
    return about
