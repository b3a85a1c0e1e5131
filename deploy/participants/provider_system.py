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
from shared.business_clock import REAL_TIME, BusinessClock

_MILESTONES: dict[Outcome, tuple[str, ...]] = {
    "closed": ("kick_off", "on_site", "delivered"),
    "delivered": ("kick_off", "delivered"),
    "in_delivery": ("kick_off",),
    "assigned": (),
}
_LATE_SECONDS = 0.5


@dataclass(slots=True)
class Offer:
    """An offer as its provider knows it."""

    offer_id: str
    agency: str
    topics: tuple[str, ...]
    expires_at: datetime
    answered: Literal["accept", "decline", "counter", "silent", "late"]
    state: Literal["open", "answered", "lapsed", "withdrawn"] = "open"

    @property
    def tracking_number(self) -> str:
        """The request's tracking number."""
        return self.offer_id.rpartition("-O")[0]

    @property
    def number(self) -> int:
        """Which offer of its request this is."""
        return offer_number(self.offer_id)

    @property
    def is_left(self) -> bool:
        """Whether its provider lets it lapse."""
        return self.answered in ("silent", "late")


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
    clock: BusinessClock = REAL_TIME
    offers: dict[str, Offer] = field(default_factory=dict)
    engagements: dict[str, Engagement] = field(default_factory=dict)
    late: list[Sent] = field(default_factory=list)
    _answering: "set[asyncio.Task[None]]" = field(default_factory=set)
    _waiting: "set[asyncio.Task[None]]" = field(default_factory=set)

    def __post_init__(self) -> None:
        self.client.on_message = self._on_message

    async def declare(self, entries: Sequence[dict[str, Any]]) -> Sent:
        """Declare capacity for two months."""
        until = self._now() + timedelta(days=60)
        capacity = {"valid_until": until.isoformat(), "entries": list(entries)}
        own = self.client.access.participant
        return await self.client.send("capacity.declare", capacity, subject=own)

    async def answer(self, offer_id: str, answer: str, **more: Any) -> Sent:
        """Answer an offer, its own or not."""
        data = {"offer_id": offer_id, "answer": answer, **more}
        return await self.client.send("offer.answer", data, subject=offer_id)

    async def work(self) -> None:
        """Report the milestones and the end of all engagements."""
        today = self._now().date().isoformat()
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

    async def cannot_go_on(self, engagement_id: str) -> Sent:
        """Say that it cannot go on with an engagement."""
        self.engagements[engagement_id].ended = True
        data = {
            "engagement_id": engagement_id,
            "reason": "cannot_go_on",
            "note": "Our office closes at the end of the month.",
        }
        return await self.client.send("engagement.close", data, subject=engagement_id)

    def busy(self) -> bool:
        """Return whether an answer is being sent."""
        return bool(self._answering)

    def open_offers(self) -> list[Offer]:
        """Return the offers that are open; it does not answer some of them in time."""
        return [offer for offer in self.offers.values() if offer.state == "open"]

    async def _on_message(self, message: Message) -> None:
        data = message["data"]
        match message["type"]:
            case "gov.cri.offer.made.v1":
                self._consider(data)
            case "gov.cri.offer.lapsed.v1":
                self.offers[data["offer_id"]].state = "lapsed"
            case "gov.cri.offer.withdrawn.v1":
                self.offers[data["offer_id"]].state = "withdrawn"
            case "gov.cri.clock.moved.v1":
                self.offers[data["offer_id"]].expires_at = datetime.fromisoformat(data["due_at"])
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
        expires_at = datetime.fromisoformat(data["expires_at"])
        offer = Offer(data["offer_id"], agency, topics, expires_at, answer)
        self.offers[offer.offer_id] = offer
        if answer == "late":
            self._begin(self._answer_late(offer), self._waiting)
        elif answer != "silent":
            self._begin(self._answer(offer), self._answering)

    def _open(self, data: dict[str, Any]) -> None:
        number = data["tracking_number"]
        known = next(o for o in self.offers.values() if o.tracking_number == number)
        self.engagements[data["engagement_id"]] = Engagement(
            data["engagement_id"], number, outcome(self.seed, known.agency, known.topics)
        )

    def _begin(self, work: Coroutine[Any, Any, None], running: "set[asyncio.Task[None]]") -> None:
        task = asyncio.create_task(work)
        running.add(task)
        task.add_done_callback(running.discard)

    async def _answer(self, offer: Offer) -> None:
        more: dict[str, Any] = {}
        if offer.answered == "decline":
            more["reason_code"] = decline_reason(self.seed, offer.agency, offer.topics)
        if offer.answered == "counter":
            begin = self._now().date() + timedelta(days=200)
            until = begin + timedelta(days=90)
            more["counter"] = {"from": begin.isoformat(), "until": until.isoformat()}
            more["note"] = "We can come later."
        await self.answer(offer.offer_id, offer.answered, **more)
        if offer.state == "open":
            offer.state = "answered"

    async def _answer_late(self, offer: Offer) -> None:
        """Accept half a second too late; this is refused even if the offer has not lapsed yet."""
        left = self.clock.pause(offer.expires_at - self._now())
        await asyncio.sleep(left.total_seconds() + _LATE_SECONDS)
        if offer.expires_at > self._now():  # a change of the calendar has moved it
            await self._answer_late(offer)
            return
        self.late.append(await self.answer(offer.offer_id, "accept"))

    def _now(self) -> datetime:
        return self.clock.at(datetime.now(UTC))
