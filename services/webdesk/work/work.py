"""The offers, engagements and acts of a batch, as they are stored and as it changes them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.webdesk.work import engagements, offers
from services.webdesk.work.engagements import Engagement
from services.webdesk.work.offers import Offer
from shared.contracts.outbound import TYPES, Message

ANSWER, REPORT, CLOSE, DECLARE = (
    "offer.answer", "milestone.report", "engagement.close", "capacity.declare",
)  # fmt: skip
"""The kinds of acts: types of messages that a provider may send."""
SENT, APPLIED, REFUSED = "sent", "applied", "refused"
_OF_OFFERS = frozenset(
    TYPES[name]
    for name in ("offer_made", "offer_changed", "offer_lapsed", "offer_withdrawn", "clock_moved")
)
_OPENED = TYPES["engagement_opened"]
_OF_ENGAGEMENTS = frozenset(
    {_OPENED, *(TYPES[f"engagement_{name}"] for name in ("changed", "ended", "affected"))}
)


@dataclass(frozen=True, slots=True)
class SentAct:
    """An act without an answer; ``said`` is the data of its message, without words."""

    message_id: str
    kind: str
    about: str
    said: Mapping[str, Any]


@dataclass(slots=True)
class Work:
    """The rows that a batch may change; ``changed_*`` are the ids of those that it changes."""

    offers: dict[str, Offer] = field(default_factory=dict)
    engagements: dict[str, Engagement] = field(default_factory=dict)
    acts: dict[str, SentAct] = field(default_factory=dict)
    changed_offers: set[str] = field(default_factory=set)
    changed_engagements: set[str] = field(default_factory=set)

    def tell(self, message: Message) -> bool:
        """Apply a message to a provider; return False if no page of a provider shows it."""
        provider = message.audience
        if provider is None:
            return False
        if message.type in _OF_OFFERS and (named := offers.offer_of(message)) is not None:
            offer_id, tracking_number = named
            before = self.offers.get(offer_id) or Offer(offer_id, provider, tracking_number)
            self._put_offer(offers.told(before, message))
            return True
        if message.type in _OF_ENGAGEMENTS:
            self._tell_engagement(message, provider)
            return True
        return False

    def answer(self, message_id: str, *, is_refused: bool) -> None:
        """Apply the first answer to an act; an answer to another message changes nothing."""
        act = self.acts.pop(message_id, None)
        if act is None or is_refused:
            return
        said = act.said
        if act.kind == ANSWER and (offer := self.offers.get(act.about)) is not None:
            self._put_offer(offers.answered(offer, said["answer"]))
        elif (engagement := self.engagements.get(act.about)) is None:
            return
        elif act.kind == REPORT:
            self._put(engagements.reported(engagement, said["milestone"], said["on"]))
        elif act.kind == CLOSE:
            self._put(engagements.closed(engagement, said["reason"]))

    def _tell_engagement(self, message: Message, provider: str) -> None:
        engagement_id = str(message.data["engagement_id"])
        tracking_number = str(message.data["tracking_number"])
        before = self.engagements.get(engagement_id) or Engagement(
            engagement_id, provider, tracking_number
        )
        self._put(engagements.told(before, message))
        if message.type != _OPENED:
            return
        for offer in list(self.offers.values()):
            is_its = (offer.provider, offer.tracking_number) == (provider, tracking_number)
            if is_its and offer.state == offers.OPEN:
                self._put_offer(offers.taken_up(offer))

    def _put_offer(self, offer: Offer) -> None:
        if self.offers.get(offer.offer_id) != offer:
            self.offers[offer.offer_id] = offer
            self.changed_offers.add(offer.offer_id)

    def _put(self, engagement: Engagement) -> None:
        if self.engagements.get(engagement.engagement_id) != engagement:
            self.engagements[engagement.engagement_id] = engagement
            self.changed_engagements.add(engagement.engagement_id)
