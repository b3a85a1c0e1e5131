"""Writes the envelope of every event and message that Continuum publishes. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic_core import to_json

from shared.contracts.event import Classification, Event, derived_id, padded, sender_of

# Attribute orders of notifications' messages. They differ from the models' order since 0.1.0
# and stay, so that an event has the same bytes in every release.
MESSAGE_ORDER = (
    "id", "type", "subject", "dataclassification", "participantsequence", "audience", "inreplyto",
    "inreplytoid", "specversion", "source", "time", "datacontenttype", "correlationid",
    "causationid", "traceparent",
)  # fmt: skip
NOTICE_ORDER = (
    "specversion", "source", "time", "datacontenttype", "correlationid", "causationid",
    "traceparent", "id", "type", "subject", "dataclassification", "sequence", "inreplyto",
    "receivedat",
)  # fmt: skip


class Summary(NamedTuple):
    """Attributes for logs and traces, stored beside the JSON so that nobody has to parse it."""

    type: str | None = None
    subject: str | None = None
    correlation: str | None = None
    cause: str | None = None
    inreplyto: str | None = None


def summary(found: Mapping[str, Any]) -> Summary:
    """Return the summary of the event with the attributes *found*."""
    get = found.get
    return Summary(
        get("type"), get("subject"), get("correlationid"), get("causationid"), get("inreplyto")
    )


def summary_of(event: Event) -> Summary:
    """Return the summary of *event*."""
    return Summary(
        event.type, event.subject, event.correlationid, event.causationid, event.inreplyto
    )


def attributes(
    *,
    kind: str,
    source: str,
    subject: str,
    at: datetime,
    cause: str,
    correlation: str,
    identity: str | None = None,
    ordinal: int = 0,
    number: int | None = None,
    participant_number: int | None = None,
    audience: str | None = None,
    classification: Classification = "internal",
    inreplyto: str | None = None,
    inreplytoid: str | None = None,
    participant: str | None = None,
    actor: str | None = None,
    onbehalfof: str | None = None,
    received_at: datetime | None = None,
    traceparent: str | None = None,
) -> dict[str, Any]:
    """
    Return the attributes of an event that *cause* caused, in the model's order, without nulls.

    `event.Event`, `inbound.Inbound` and `outbound.Message` define them. The id is *identity*, or
    derived from *cause*, *kind*, *subject* and *ordinal*.
    """
    found: dict[str, Any] = {
        "specversion": "1.0",
        "id": identity or derived_id(cause, kind, subject, ordinal),
        "source": source,
        "type": kind,
        "subject": subject,
        "time": at,
        "datacontenttype": "application/json",
        "dataclassification": classification,
        "correlationid": correlation,
        "causationid": cause,
    }
    if number is not None:
        found["sequence"] = padded(number)
    if inreplyto is not None:
        found["inreplyto"] = inreplyto
    if inreplytoid is not None:
        found["inreplytoid"] = inreplytoid
    if participant is not None:
        found["participant"] = participant
    if actor is not None:
        found["actor"] = actor
    if onbehalfof is not None:
        found["onbehalfof"] = onbehalfof
    if participant_number is not None:
        found["participantsequence"] = padded(participant_number)
    if audience is not None:
        found["audience"] = audience
    if received_at is not None:
        found["receivedat"] = received_at
    if traceparent is not None:
        found["traceparent"] = traceparent
    return found


def caused_by(
    cause: Event, *, kind: str, source: str, at: datetime, number: int
) -> dict[str, Any]:
    """Return the attributes of an event that *cause* caused, about the same subject."""
    return attributes(
        kind=kind,
        source=source,
        subject=cause.subject,
        at=at,
        cause=cause.id,
        correlation=cause.correlationid,
        number=number,
        inreplyto=cause.inreplyto,
        inreplytoid=cause.inreplytoid,
        participant=sender_of(cause),
        actor=cause.actor,
        received_at=cause.receivedat,
        traceparent=cause.traceparent,
    )


def write(found: Mapping[str, Any], data: bytes, *, order: Sequence[str] | None = None) -> bytes:
    """
    Return an event's JSON from its attributes *found* (in *order*, if given) and *data* (JSON).

    The event's model writes the same bytes, as a test shows, but takes four times as long.
    """
    if order is not None:
        found = {name: found[name] for name in order if name in found}
    return b'%b,"data":%b}' % (to_json(found)[:-1], data)
