"""A participant's record, parsed."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.intake.findings import Finding
from shared.contracts.assessments import AboutAssessment
from shared.contracts.inbound import (
    Amendment,
    CaseQuestion,
    ClockSettlement,
    Close,
    Direction,
    EngagementEnding,
    Milestone,
    OfferAnswer,
    Rehoming,
    Withdrawal,
)
from shared.contracts.publications import AboutPublication
from shared.contracts.reference import Hold
from shared.contracts.tracking import is_tracking_number, tracking_number_in
from shared.texts.identifiers import holds_identifier

_NUMBERS = ("tracking_number", "offer_id", "engagement_id", "about")
_WORK = re.compile(r"-[OE][1-9][0-9]{0,5}\Z")


@dataclass(frozen=True, slots=True)
class Message:
    """
    A participant's record, as far as it could be parsed.

    ``participant`` is the one for which it acts: its sender, or the one for which the public desk
    acts; only then ``desk`` is the sender.
    ``reasons`` are the faults of its form, ``more`` the number of further ones. Without any,
    ``data`` is the valid model of the type ``kind``, ``text_findings`` are the faults of single
    texts, and ``content`` is the digest by which a repetition is recognized. Of a malformed record
    ``kind``, ``source``, ``id`` and ``reference`` are kept where they are well formed and hold no
    protected identifier.
    """

    coordinate: str
    participant: str
    at: datetime
    desk: str | None = None
    kind: str | None = None
    source: str | None = None
    id: str | None = None
    reference: str | None = None
    traceparent: str | None = None
    actor: str | None = None
    data: Any = None
    content: bytes = b""
    reasons: tuple[Finding, ...] = ()
    more: int = 0
    text_findings: tuple[Finding, ...] = ()

    @property
    def sender(self) -> str:
        """The participant whose topic holds the record."""
        return self.desk or self.participant

    def of_sender(self) -> "Message":
        """Return the message as the sender's own, so that the answer goes to the sender."""
        return replace(self, participant=self.sender, desk=None)

    def safe_reference(self) -> str | None:
        """Return the reference, or None if it holds a protected identifier."""
        return None if self._is_protected(self.reference) else self.reference

    def safe_id(self) -> str | None:
        """Return the id, or None if it holds a protected identifier."""
        return None if self._is_protected(self.id) else self.id

    def safe_actor(self) -> str | None:
        """Return the actor, or None if it holds a protected identifier."""
        return None if self._is_protected(self.actor) else self.actor

    def _is_protected(self, text: str | None) -> bool:
        return bool(self.text_findings) and text is not None and holds_identifier(text)


def with_uppercase_numbers(data: Any) -> Any:
    """Return *data* with its number or id in capitals: people type small letters."""
    for name in _NUMBERS:
        text = getattr(data, name, None)
        if text is not None and not text.isupper() and tracking_number_in(text.upper()):
            return data.model_copy(update={name: text.upper()})
    return data


def tracking_number_of(message: Message) -> str | None:
    """Return the tracking number of the request that *message* is about, if it is valid."""
    match message.data:
        case Amendment() | Withdrawal() | Direction() | ClockSettlement() | CaseQuestion():
            text: str = message.data.tracking_number
            return text if is_tracking_number(text) else None
        case Hold(tracking_number=str(text)):
            return text if is_tracking_number(text) else None
        case OfferAnswer():
            return _tracking_number_in(message.data.offer_id)
        case Milestone() | Close() | EngagementEnding() | Rehoming():
            return _tracking_number_in(message.data.engagement_id)
        case data if isinstance(data, AboutAssessment | AboutPublication):
            return _tracking_number_in(data.engagement_id)
        case _:
            return None


def _tracking_number_in(identifier: str) -> str | None:
    number = tracking_number_in(identifier)
    return number if number and _WORK.fullmatch(identifier, len(number)) else None
