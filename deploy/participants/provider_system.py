"""A provider's system: declares capacity, answers offers and reports work."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from deploy.participants.behavior import (
    Outcome,
    decline_reason,
    first_answer,
    offer_number,
    outcome,
)
from deploy.participants.client import Client, Message, Sent

_MILESTONES: dict[Outcome, tuple[str, ...]] = {
    "closed": ("kick_off", "on_site", "delivered"),
    "delivered": ("kick_off", "delivered"),
    "in_delivery": ("kick_off",),
    "assigned": (),
}


@dataclass(slots=True)
class Offer:
    """An offer as its provider knows it."""

    offer_id: str
    agency: str
    topics: tuple[str, ...]
    answered: Literal["accept", "decline", "counter", "silent", "late"]
    state: Literal["open", "answered", "lapsed", "withdrawn"] = "open"


@dataclass(slots=True)
class Engagement:
    """An engagement and the state in which it ends."""

    engagement_id: str
    tracking_number: str
    outcome: Outcome
    ended: bool = False


@dataclass(slots=True)
class ProviderSystem:
    """A connected provider that answers by itself."""

    client: Client
    seed: int
    offers: dict[str, Offer] = field(default_factory=dict)
    engagements: dict[str, Engagement] = field(default_factory=dict)
    late: list[Sent] = field(default_factory=list)
    _answering: "set[asyncio.Task[None]]" = field(default_factory=set)

    def __post_init__(self) -> None:
        self.client.on_message = self._on_message

    async def declare(self, entries: Sequence[dict[str, Any]]) -> Sent:
        """Declare capacity for one day."""
        until = datetime.now(UTC) + timedelta(days=1)
        capacity = {"valid_until": until.isoformat(), "entries": list(entries)}
        own = self.client.access.participant
        return await self.client.send("capacity.declare", capacity, subject=own)

    async def answer(self, offer_id: str, answer: str, **more: Any) -> Sent:
        """Answer an offer, its own or not."""
        data = {"offer_id": offer_id, "answer": answer, **more}
        return await self.client.send("offer.answer", data, subject=offer_id)

    async def work(self) -> None:
        """Report the milestones and the end of all engagements."""
        today = datetime.now(UTC).date().isoformat()
        for engagement in list(self.engagements.values()):
            if engagement.ended:
                continue
            about = engagement.engagement_id
            for milestone in _MILESTONES[engagement.outcome]:
                data = {"engagement_id": about, "milestone": milestone, "on": today}
                await self.client.send("milestone.report", data, subject=about)
            if engagement.outcome == "closed":
                data = {"engagement_id": about, "reason": "completed", "outcome": "plan_done"}
                await self.client.send("engagement.close", data, subject=about)

    def busy(self) -> bool:
        """Return whether an offer is open or an answer is being sent."""
        return bool(self._answering) or any(o.state == "open" for o in self.offers.values())

    async def _on_message(self, message: Message) -> None:
        data = message["data"]
        match message["type"]:
            case "gov.cri.offer.made.v1":
                self._consider(data)
            case "gov.cri.offer.lapsed.v1":
                self.offers[data["offer_id"]].state = "lapsed"
            case "gov.cri.offer.withdrawn.v1":
                self.offers[data["offer_id"]].state = "withdrawn"
            case "gov.cri.engagement.opened.v1":
                self._open(data)
            case "gov.cri.engagement.ended.v1":
                if data["engagement_id"] in self.engagements:
                    self.engagements[data["engagement_id"]].ended = True
            case _:
                pass

    def _consider(self, data: dict[str, Any]) -> None:
        agency, topics = data["agency"]["name"], tuple(data["topics"])
        first = offer_number(data["offer_id"]) == 1
        answer = first_answer(self.seed, agency, topics) if first else "accept"
        offer = self.offers[data["offer_id"]] = Offer(data["offer_id"], agency, topics, answer)
        if answer == "late":
            self._begin(self._answer_late(offer, datetime.fromisoformat(data["expires_at"])))
        elif answer != "silent":
            self._begin(self._answer(offer))

    def _open(self, data: dict[str, Any]) -> None:
        number = data["tracking_number"]
        known = next(o for o in self.offers.values() if o.offer_id.startswith(number))
        self.engagements[data["engagement_id"]] = Engagement(
            data["engagement_id"], number, outcome(self.seed, known.agency, known.topics)
        )

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, offer: Offer) -> None:
        more: dict[str, Any] = {}
        if offer.answered == "decline":
            more["reason_code"] = decline_reason(self.seed, offer.agency, offer.topics)
        if offer.answered == "counter":
            begin = datetime.now(UTC).date() + timedelta(days=200)
            until = begin + timedelta(days=90)
            more["counter"] = {"from": begin.isoformat(), "until": until.isoformat()}
            more["note"] = "We can come later."
        await self.answer(offer.offer_id, offer.answered, **more)
        if offer.state == "open":
            offer.state = "answered"

    async def _answer_late(self, offer: Offer, expires_at: datetime) -> None:
        """Accept half a second too late: refused, also while the offer has not lapsed yet."""
        await asyncio.sleep((expires_at - datetime.now(UTC)).total_seconds() + 0.5)
        self.late.append(await self.answer(offer.offer_id, "accept"))
