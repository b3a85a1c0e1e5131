"""One record of a participant as the door read it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.findings import Finding
from shared.contracts.inbound import (
    Amendment,
    Close,
    Direction,
    Milestone,
    OfferAnswer,
    Withdrawal,
)
from shared.contracts.tracking import is_tracking_number, tracking_number_in

_WORK = re.compile(r"-[OE][1-9][0-9]{0,5}\Z")


@dataclass(frozen=True, slots=True)
class Message:
    """
    What a record says, as far as it could be read.

    ``reasons`` hold all that is wrong with its form; without any, ``data`` is the valid model of
    ``kind`` and ``content`` the digest that recognizes the same message again. What a record with
    reasons still says (``kind``, ``source``, ``reference``) is kept as far as it is well formed.
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
