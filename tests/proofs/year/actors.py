"""The participants of the year: what each does about a message, and when."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from deploy.participants.agencies import reference
from deploy.participants.client import Client, Message
from tests.proofs.year.agenda import Agenda
from tests.proofs.year.requests import Submission

_CAN_TAKE = 14
_DECLINES = ("no_capacity", "conflict_of_interest", "outside_expertise", "timing", "region")
_LOOK_AGAIN_DAYS = 3.0
_MILESTONES = ("kick_off", "on_site", "delivered")
_LAST_RESORT = {"critical-response": "cna", "organizational-assessment": "cna"}
OFFICE = "program-office"


def drawn(seed: int, purpose: str, subject: str) -> random.Random:
    """Return a generator that depends on its arguments only."""
    return random.Random(crc32(f"{seed}/{purpose}/{subject}".encode()))


@dataclass(slots=True)
class Agency:
    """An agency's system: submits, amends and withdraws."""

    client: Client
    agenda: Agenda
    seed: int
    status: dict[str, str] = field(default_factory=dict)
    program: dict[str, str] = field(default_factory=dict)
    seen: "Counter[str]" = field(default_factory=Counter)

    async def submit(self, submission: Submission) -> None:
        """Send a request."""
        data = submission.data
        await self.client.send("request.submit", data, subject=data["reference"])

    async def take_in(self, message: Message) -> None:
        """Note the status of a request, and plan what its agency does next."""
        data = message["data"]
        match message["type"]:
            case "gov.cri.submission.accepted.v1" if not data.get("repeat"):
                number = data["tracking_number"]
                self.status[number] = "accepted"
                self._plan(number)
            case "gov.cri.request.status_changed.v1":
                self.status[data["tracking_number"]] = data["status"]
                self.program[data["tracking_number"]] = data.get("program", "")
                self.seen[data["status"]] += 1
            case _:
                pass

    def _plan(self, number: str) -> None:
        draw = drawn(self.seed, "agency", number)
        kind, days = draw.random(), draw.uniform(0.5, 60)
        about: dict[str, Any] = {"tracking_number": number}
        if kind < 0.04:
            self._later(days, "request.withdraw", {**about, "reason": "solved_otherwise"}, number)
        elif kind < 0.10:
            self._later(days, "request.amend", {**about, "goals": ["wellness"]}, number)
        elif kind < 0.14:
            self._later(days, "status.ask", {"about": number}, number)

    def _later(self, days: float, kind: str, data: dict[str, Any], subject: str) -> None:
        async def act() -> None:
            await self.client.send(kind, data, subject=subject)

        self.agenda.after(days, act)


@dataclass(slots=True)
class Provider:
    """
    A provider's system: declares capacity each month, answers, works and reports.

    While a program says that work stops, it reports nothing about it.
    """

    client: Client
    agenda: Agenda
    seed: int
    ended: set[str] = field(default_factory=set)
    opened: dict[str, str] = field(default_factory=dict)
    """Engagement → its tracking number."""
    lost: dict[str, str] = field(default_factory=dict)
    """Those of ``opened`` with which it could not go on."""
    stops: "Counter[str]" = field(default_factory=Counter)
    """How often it was told that an engagement stops with its program."""
    resumed: "Counter[str]" = field(default_factory=Counter)
    """How often it was told that such an engagement goes on."""
    closed_with_program: set[str] = field(default_factory=set)
    seen: "Counter[str]" = field(default_factory=Counter)
    is_lost: bool = False
    """Whether it has stopped for good: it declares and answers nothing any more."""

    async def declare(self) -> None:
        """Declare capacity for a month, and again before that ends."""
        if self.is_lost:
            return
        until = self.agenda.now() + timedelta(days=33)
        capacity = {"valid_until": until.isoformat(), "entries": [{"can_take": _CAN_TAKE}]}
        own = self.client.access.participant
        await self.client.send("capacity.declare", capacity, subject=own)
        self.agenda.after(30, self.declare)

    async def take_in(self, message: Message) -> None:
        """Plan the answer to an offer, and the work of an engagement."""
        data = message["data"]
        self.seen[message["type"]] += 1
        match message["type"]:
            case "gov.cri.offer.made.v1":
                self._consider(data["offer_id"], datetime.fromisoformat(data["expires_at"]))
            case "gov.cri.engagement.opened.v1":
                self.opened[data["engagement_id"]] = data["tracking_number"]
                self._work(data["engagement_id"])
            case "gov.cri.engagement.ended.v1":
                self.ended.add(data["engagement_id"])
                if (data["status"], data.get("reason")) == ("closed", "ended_by_program"):
                    self.closed_with_program.add(data["engagement_id"])
            case "gov.cri.engagement.affected.v1":
                self._affected(data["engagement_id"], is_stopped=data.get("stopped", False))
            case _:
                pass

    def _affected(self, engagement: str, *, is_stopped: bool) -> None:
        if is_stopped:
            self.stops[engagement] += 1
        elif self._is_stopped(engagement):
            self.resumed[engagement] += 1

    def _is_stopped(self, engagement: str) -> bool:
        return self.stops[engagement] > self.resumed[engagement]

    async def stop(self) -> None:
        """Stop for good; say of a third of the open engagements that they cannot go on."""
        self.is_lost = True
        self.lost = {e: n for e, n in self.opened.items() if e not in self.ended}
        for engagement in sorted(self.lost)[::3]:
            data = {
                "engagement_id": engagement,
                "reason": "cannot_go_on",
                "note": "Our office closes at the end of the month.",
            }
            await self.client.send("engagement.close", data, subject=engagement)

    def _consider(self, offer: str, expires_at: datetime) -> None:
        """Answer some time before the offer expires; one of fifty a little too late."""
        draw = drawn(self.seed, "offer", offer)
        kind = draw.random()
        answer: dict[str, Any] = {"offer_id": offer, "answer": "accept"}
        if kind < 0.05 or self.is_lost:
            return  # it lapses
        if kind < 0.14:
            answer |= {"answer": "decline", "reason_code": draw.choice(_DECLINES)}
        elif kind < 0.17:
            begin = self.agenda.now().date() + timedelta(days=120)
            until = begin + timedelta(days=90)
            terms = {"from": begin.isoformat(), "until": until.isoformat()}
            answer |= {"answer": "counter", "counter": terms}
        days = (expires_at - self.agenda.now()) / timedelta(days=1)
        share = 1.2 if kind > 0.98 else draw.uniform(0.05, 0.8)
        self._later(days * share, "offer.answer", answer, offer)

    def _work(self, engagement: str) -> None:
        """Report three milestones and the end; one engagement of twenty is never reported on."""
        draw = drawn(self.seed, "work", engagement)
        if draw.random() < 0.05:
            return
        days = 0.0
        about: dict[str, Any] = {"engagement_id": engagement}
        for milestone in _MILESTONES:
            days += draw.uniform(5, 35)
            on = (self.agenda.now() + timedelta(days=days - 1)).date().isoformat()
            report = {**about, "milestone": milestone, "on": on}
            self._report(days, "milestone.report", report, engagement)
        close = {**about, "reason": "completed", "outcome": "plan_done"}
        self._report(days + draw.uniform(1, 15), "engagement.close", close, engagement)

    def _report(self, days: float, kind: str, data: dict[str, Any], engagement: str) -> None:
        async def act() -> None:
            if engagement in self.ended or self.is_lost:
                return
            if self._is_stopped(engagement):
                self.agenda.after(_LOOK_AGAIN_DAYS, act)
                return
            await self.client.send(kind, data, subject=engagement)
            if kind == "engagement.close":
                self.ended.add(engagement)

        self.agenda.after(days, act)

    def _later(self, days: float, kind: str, data: dict[str, Any], subject: str) -> None:
        async def act() -> None:
            if not self.is_lost:
                await self.client.send(kind, data, subject=subject)

        self.agenda.after(days, act)


@dataclass(slots=True)
class Office:
    """
    The program office: defines everything, and directs what is referred to it.

    It lets the work of a provider that has ended go on with the one that is proposed, or, every
    other time, with the next one of the lane.
    """

    client: Client
    agenda: Agenda
    seed: int
    referred: "Counter[str]" = field(default_factory=Counter)
    rehomed: dict[str, str] = field(default_factory=dict)
    """Engagement → to whom it was given: provider or lane."""
    stops: "Counter[str]" = field(default_factory=Counter)
    closed_with_program: "Counter[str]" = field(default_factory=Counter)

    async def send(self, kind: str, entry: dict[str, Any]) -> None:
        """Send a definition."""
        await self.client.send(kind, entry, subject=entry["id"])

    async def take_in(self, message: Message) -> None:
        """Plan the direction of a referred request, and who goes on with lost work."""
        data = message["data"]
        match message["type"]:
            case "gov.cri.referral.made.v1":
                self.referred[data["reason"]] += 1
                self._direct(data)
            case "gov.cri.engagement.affected.v1":
                self.stops[data["engagement_id"]] += data.get("stopped", False)
                if data["cause"] == "provider_ended":
                    self._rehome(data)
            case "gov.cri.engagement.ended.v1" if data.get("reason") == "ended_by_program":
                self.closed_with_program[data["engagement_id"]] += 1
            case _:
                pass

    def _rehome(self, affected: dict[str, Any]) -> None:
        engagement, proposed = affected["engagement_id"], affected.get("proposed_provider")
        if engagement in self.rehomed:
            return
        to = "lane" if proposed is None or len(self.rehomed) % 2 else "provider"
        self.rehomed[engagement] = to
        data = {"engagement_id": engagement, "reason": "provider_lost", "to": to}
        if to == "provider":
            data |= {"provider": proposed, "words_for_requester": "Another one is asked."}

        async def act() -> None:
            await self.client.send("engagement.rehome", data, subject=engagement)

        self.agenda.after(drawn(self.seed, "rehome", engagement).uniform(0.2, 5), act)

    def _direct(self, referral: dict[str, Any]) -> None:
        number = referral["tracking_number"]
        draw = drawn(self.seed, "direct", f"{number}/{sum(self.referred.values())}")
        action: dict[str, Any] = {"action": "assign", "reason": "nobody_else"}
        if referral["reason"] == "countered":
            action |= {"provider": referral["provider"], "reason": "terms_agreed"}
        else:
            action["provider"] = _LAST_RESORT.get(referral.get("program") or "", "iacp")

        async def act() -> None:
            data = {"tracking_number": number, **action}
            await self.client.send("request.direct", data, subject=number)

        self.agenda.after(draw.uniform(0.2, 5), act)


def definitions(kind: str) -> list[dict[str, Any]]:
    """Return the entries of one kind of reference data, as JSON would hold them."""
    return [dict(each) for each in reference(kind)]
