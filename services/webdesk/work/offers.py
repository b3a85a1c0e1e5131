"""Folds the messages about an offer, and its provider's own answer, into a row. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from shared.contracts.outbound import (
    DATA,
    TYPES,
    ClockMoved,
    Message,
    OfferChanged,
    OfferEnd,
    OfferMessage,
)

OPEN, ACCEPTED, DECLINED, COUNTERED = "open", "accepted", "declined", "countered"
LAPSED, WITHDRAWN = "lapsed", "withdrawn"
AFTER_ANSWER: Mapping[str, str] = {
    "accept": ACCEPTED, "decline": DECLINED, "counter": COUNTERED,
}  # fmt: skip
"""The answer to an offer → its state from then on."""
_ENDED = {TYPES["offer_lapsed"]: LAPSED, TYPES["offer_withdrawn"]: WITHDRAWN}
ASKED = {"topics", "service_forms", "wished"}
"""The fields of a request for help."""
_MADE = {*ASKED, "program", "agency", "continues"}


@dataclass(frozen=True, slots=True)
class Offer:
    """
    A row of ``offers``: what ``provider`` was told last.

    ``told`` has the fields of ``offer.made`` about the request, as changed since. ``number`` is
    that of the last message about the offer.
    """

    offer_id: str
    provider: str
    tracking_number: str
    state: str = OPEN
    expires_at: datetime | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
    sentence: str = ""
    number: int = 0

    @property
    def is_known(self) -> bool:
        """Whether ``offer.made`` has been read."""
        return "program" in self.told


def offer_of(message: Message) -> tuple[str, str] | None:
    """Return the id and the tracking number of the offer that *message* is about, if any."""
    offer_id, tracking_number = message.data.get("offer_id"), message.data.get("tracking_number")
    return None if offer_id is None or tracking_number is None else (offer_id, tracking_number)


def told(before: Offer, message: Message) -> Offer:
    """
    Return the offer after *message*, which is about it.

    A message that is older than the last one overwrites nothing; a late ``offer.made`` only fills
    in what is missing.
    """
    number, data = int(message.participantsequence or "0"), data_of(message)
    if isinstance(data, OfferMessage) and not before.is_known:
        made = {**fields_of(data, _MADE), **before.told}
        after = replace(before, told=made, expires_at=before.expires_at or data.expires_at)
        is_last = number > before.number
        return replace(after, sentence=data.sentence, number=number) if is_last else after
    if number <= before.number:
        return before
    after = replace(before, number=number)
    match data:
        case OfferChanged():
            asked = {**before.told, **fields_of(data, ASKED)}
            return replace(after, told=asked, sentence=data.sentence)
        case OfferEnd() if before.state == OPEN:
            return replace(after, state=_ENDED[message.type], sentence=data.sentence)
        case ClockMoved():
            return replace(after, expires_at=data.due_at, sentence=data.sentence)
        case _:
            return after


def answered(before: Offer, answer: str) -> Offer:
    """Return the offer after its provider's accepted answer; one that has ended stays ended."""
    return replace(before, state=AFTER_ANSWER[answer]) if before.state == OPEN else before


def taken_up(before: Offer) -> Offer:
    """Return the offer as accepted, because its engagement has begun."""
    return replace(before, state=ACCEPTED)


def data_of(message: Message) -> Any:
    """Return the data of *message*. Raises KeyError and ValidationError."""
    # Nulls are not written, and messages to the desk have no need; its models require the field.
    return DATA[message.type].model_validate({"need": None, **message.data})


def fields_of(data: BaseModel, names: set[str]) -> dict[str, Any]:
    """Return the fields of *data* with these *names* as JSON values, without nulls."""
    return data.model_dump(mode="json", include=names, exclude_none=True, by_alias=True)
