"""The one envelope (flat CloudEvents 1.0) of every message, and the ids that go into it."""

from datetime import datetime
from hashlib import sha1, sha256
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Classification = Literal["public", "internal", "confidential", "restricted"]
Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""An id that is derived: what is none would be met only by the table that cannot hold it."""


class Facts(BaseModel):
    """A part of a message's data. Readers ignore fields they do not know."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True
    )

    def encode(self) -> bytes:
        """Return this as JSON (UTF-8), without nulls."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)


class Event(Facts):
    """
    Something that happened; never changed once published.

    ``id`` is derived (`derived_id`), so deciding twice publishes once. ``sequence`` counts 1..n
    per ``subject`` and topic, zero-padded to 20 digits. ``causationid`` is the id of the event
    that led here, or the coordinate ``topic/partition/offset`` of an inbound record.
    ``inreplyto`` is that coordinate when the event answers, or goes back to, an inbound record;
    ``inreplytoid`` is the sender's own ``id`` of the message in it, as far as it could be read;
    ``receivedat`` is the broker's append time of that record.
    """

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataclassification: Classification = "internal"
    correlationid: str
    causationid: str
    sequence: str
    inreplyto: str | None = None
    inreplytoid: str | None = None
    receivedat: AwareDatetime | None = None
    traceparent: str | None = None

    @property
    def number(self) -> int:
        """The place of this event among those of its subject on its topic, from 1."""
        return int(self.sequence)


def derived_id(cause: str, kind: str, subject: str, ordinal: int = 0) -> str:
    """Return the id of the *ordinal*-th event of *kind* about *subject* that *cause* leads to."""
    named = f"{cause}\n{kind}\n{subject}\n{ordinal}".encode()
    text = sha1(named, usedforsecurity=False).hexdigest()
    variant = "89ab"[int(text[16], 16) & 3]  # of a UUID, as version 5 is
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


def request_id(cause: str, received_at: datetime) -> str:
    """
    Return a UUIDv7 whose time is *received_at* and whose other bits come from *cause*.

    The same record gives the same id however often it is read.
    """
    milliseconds = int(received_at.timestamp() * 1000)
    rest = int.from_bytes(sha256(cause.encode()).digest()[:10], "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | rest
    value = value & ~(0xF << 76) | 7 << 76
    return str(UUID(int=value & ~(0b11 << 62) | 0b10 << 62))


def coordinate(topic: str, partition: int, offset: int) -> str:
    """Return how an inbound record is named: ``topic/partition/offset``."""
    return f"{topic}/{partition}/{offset}"


def participant_of(inreplyto: str) -> str:
    """Return the participant on whose ``cri.in.<participant>.v1`` the record arrived."""
    return inreplyto.split("/", 1)[0].split(".")[2]


def padded(number: int) -> str:
    """Return *number* as the envelope writes sequences: 20 digits."""
    return f"{number:020d}"
