"""The envelope of every message (flat CloudEvents 1.0), and its derived ids."""

from datetime import datetime
from hashlib import sha1, sha256
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.contracts.published import (
    ActorName,
    Coordinate,
    DerivedId,
    Name,
    ParticipantName,
    SenderId,
    Sequence,
    Source,
    Subject,
)

Classification = Literal["public", "internal", "confidential", "restricted"]
Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""A derived id; checked here, because otherwise only a table's column would reject it."""


class Facts(BaseModel):
    """Part of a message's data. Readers ignore unknown fields."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True
    )

    def encode(self) -> bytes:
        """Return this as JSON (UTF-8), without nulls."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)


class Event(Facts):
    """
    Something that happened; immutable once published.

    ``id`` is derived (`derived_id`), so that deciding twice gives the same id. ``sequence`` counts
    1..n per ``subject`` and topic, zero-padded to 20 digits. ``causationid`` is the id of the
    causing event, or the coordinate ``topic/partition/offset`` of the causing inbound record.
    If an inbound record is the origin, ``inreplyto`` is its coordinate, ``inreplytoid`` the
    sender's ``id`` in it (if readable), ``participant`` its sender (see `sender_of`), ``actor``
    the person who acted for it, and ``receivedat`` its append time at the broker.
    """

    specversion: Literal["1.0"] = "1.0"
    """The version of CloudEvents."""
    id: DerivedId
    """The id of this event. A copy of it has the same id."""
    source: Source
    """The service that wrote it."""
    type: str
    """The type of the event."""
    subject: Subject
    """What the event is about."""
    time: AwareDatetime
    """When it was decided."""
    datacontenttype: Literal["application/json"] = "application/json"
    """The form of `data`: JSON."""
    dataclassification: Classification = "internal"
    """Who may read it."""
    correlationid: Name
    """What all events that follow from one message have in common."""
    causationid: Name
    """The id of the event that caused it, or the record of a participant that did."""
    sequence: Sequence
    """The number of the event among all of its subject on the topic: 1, 2, 3 and so on."""
    inreplyto: Coordinate | None = None
    """The participant's record that led to it, as topic, partition and offset."""
    inreplytoid: SenderId | None = None
    """The id that the sender gave that record's message, if it could be read."""
    participant: ParticipantName | None = None
    """The participant that sent that record."""
    actor: ActorName | None = None
    """The person who acted, if the sender of that record named one: a pseudonym."""
    receivedat: AwareDatetime | None = None
    """When the broker appended that record."""
    traceparent: Name | None = None
    """The W3C traceparent of that record's message, if it had one."""

    @property
    def arrived_at(self) -> datetime:
        """The broker's time of that record, if known, so that our outages make no message late."""
        return self.receivedat or self.time

    @property
    def number(self) -> int:
        """``sequence`` as a number: 1 for the subject's first event on the topic."""
        return int(self.sequence)


def derived_id(cause: str, kind: str, subject: str, ordinal: int = 0) -> str:
    """Return the id of the *ordinal*-th event of *kind* about *subject* caused by *cause*."""
    named = f"{cause}\n{kind}\n{subject}\n{ordinal}".encode()
    text = sha1(named, usedforsecurity=False).hexdigest()
    variant = "89ab"[int(text[16], 16) & 3]  # RFC 9562 variant bits; the version is 5
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


def request_id(cause: str, received_at: datetime) -> str:
    """
    Return a UUIDv7 with the time *received_at*; its other bits are a hash of *cause*.

    Reading the same record again gives the same id.
    """
    milliseconds = int(received_at.timestamp() * 1000)
    rest = int.from_bytes(sha256(cause.encode()).digest()[:10], "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | rest
    value = value & ~(0xF << 76) | 7 << 76
    return str(UUID(int=value & ~(0b11 << 62) | 0b10 << 62))


def coordinate(topic: str, partition: int, offset: int) -> str:
    """Return the coordinate of a record: ``topic/partition/offset``."""
    return f"{topic}/{partition}/{offset}"


def participant_of(inreplyto: str) -> str:
    """Return the sender of the record with the coordinate *inreplyto*, from its topic's name."""
    return inreplyto.split("/", 1)[0].split(".")[2]


def sender_of(event: Event) -> str | None:
    """
    Return the participant whose record led to *event*; None if no record did.

    Events of releases before 0.4.0 name only the record.
    """
    if event.participant is not None or event.inreplyto is None:
        return event.participant
    return participant_of(event.inreplyto)


def padded(number: int) -> str:
    """Return *number* as the envelope writes a sequence: 20 digits."""
    return f"{number:020d}"
