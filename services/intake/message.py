"""One record of a participant as the door read it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.findings import Finding
from services.intake.identifiers import holds_identifier
from shared.contracts.inbound import (
    Amendment,
    Close,
    Direction,
    Milestone,
    OfferAnswer,
    Withdrawal,
)
from shared.contracts.tracking import is_tracking_number, tracking_number_in

_NUMBERS = ("tracking_number", "offer_id", "engagement_id", "about")
_WORK = re.compile(r"-[OE][1-9][0-9]{0,5}\Z")


@dataclass(frozen=True, slots=True)
class Message:
    """
    What a record says, as far as it could be read.

    ``reasons`` hold all that is wrong with its form; without any, ``data`` is the valid model of
    ``kind``, ``texts`` what is wrong with single texts, and ``content`` the digest that recognizes
    the same message again. What a record with reasons still says (``kind``, ``source``,
    ``reference``) is kept as far as it is well formed and holds no identifier of a person.
    """

    coordinate: str
    participant: str
    at: datetime
    kind: str | None = None
    source: str | None = None
    id: str | None = None
    reference: str | None = None
    traceparent: str | None = None
    data: Any = None
    content: bytes = b""
    reasons: tuple[Finding, ...] = ()
    more: int = 0
    texts: tuple[Finding, ...] = ()

    def safe_reference(self) -> str | None:
        """Return the reference as an answer may repeat it: not if it holds an identifier."""
        return None if self._must_not_tell(self.reference) else self.reference

    def safe_id(self) -> str | None:
        """Return the id as an answer may repeat it: not if it holds an identifier."""
        return None if self._must_not_tell(self.id) else self.id

    def _must_not_tell(self, text: str | None) -> bool:
        return bool(self.texts) and text is not None and holds_identifier(text)


def with_uppercase_numbers(data: Any) -> Any:
    """Return *data* with the number it is about in capitals: people read it out and write it."""
    for name in _NUMBERS:
        text = getattr(data, name, None)
        if text is not None and not text.isupper() and tracking_number_in(text.upper()):
            return data.model_copy(update={name: text.upper()})
    return data


def tracking_number_of(message: Message) -> str | None:
    """Return the tracking number of the request that *message* is about, if it names one."""
    match message.data:
        case Amendment() | Withdrawal() | Direction():
            text: str = message.data.tracking_number
            return text if is_tracking_number(text) else None
        case OfferAnswer():
            return _tracking_number_in(message.data.offer_id)
        case Milestone() | Close():
            return _tracking_number_in(message.data.engagement_id)
        case _:
            return None


def _tracking_number_in(identifier: str) -> str | None:
    number = tracking_number_in(identifier)
    return number if number and _WORK.fullmatch(identifier, len(number)) else None
