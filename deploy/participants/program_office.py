"""The program office's system: sends reference data and decides referred requests."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from deploy.participants.agencies import reference
from deploy.participants.client import Client, Message, Sent
from deploy.participants.sample import TIMES_LATE, PlannedRequest

CALENDAR, _DESK = "federal", "office-desk"
# Eight hours are one second in the demonstration, which would leave no time to answer.
_URGENT = {"amount": 2, "unit": "working_days"}
_ROUTE = {"action": "route", "reason": "agency_called"}
_CRI_TAC, _OTHERS = "iacp", "cna"
LAST_RESORTS = frozenset({_CRI_TAC, _OTHERS})
"""The providers that get what no other provider can take."""
_GRACE_SECONDS = 3
"""Real time: half an hour of it, as in operation, would be longer than the demonstration."""


@dataclass(slots=True)
class ProgramOffice:
    """
    The connected program office; ``call`` returns the planned request of a tracking number.

    It returns None until the agency knows the number, and always if the agency ``has_no_system``.
    """

    client: Client
    call: Callable[[str], PlannedRequest | None]
    has_no_system: Callable[[str], bool] = lambda _: False
    referred: dict[str, Message] = field(default_factory=dict)
    directed: dict[str, Sent] = field(default_factory=dict)
    late: "Counter[str]" = field(default_factory=Counter)
    """How often it was told that a request is late."""
    away: set[str] = field(default_factory=set)
    """The providers that are suspended or have left: they can be given nothing."""
    named: str | None = None
    """The provider that gets the requests which the office left until they were late."""

    def __post_init__(self) -> None:
        self.client.on_message = self._on_message

    async def register_itself(self) -> None:
        """Register the program office, which must be the first participant."""
        own = self.client.access.participant
        await self._send_all("participant.register", [_entry("participants", own)])

    async def register_others(self) -> None:
        """Register all other participants."""
        own = self.client.access.participant
        others = [entry for entry in reference("participants") if entry["id"] != own]
        await self._send_all("participant.register", others)

    async def register_desks(self) -> None:
        """Register both desks, and the person who gives the office's people their roles."""
        await self._send_all("participant.register", reference("desks"))
        administrator = {
            "id": "staff:first-administrator",
            "participant": _DESK,
            "roles": ["administrator"],
        }
        await self._send_all("staff.set", [administrator])

    async def define(self, *, opens_at: datetime) -> None:
        """Send programs, topics, providers, calendar and rules; announced programs open then."""
        programs = reference("programs")
        for program in programs:
            if program["status"] == "announced":
                program["opens_at"] = opens_at.isoformat()
        await self._send_all("program.define", programs)
        await self._send_all("topic.define", reference("topics"))
        await self._send_all("provider.list", reference("providers"))
        await self._send_all("calendar.define", [calendar()])
        rules = [for_business_days(rules) for rules in reference("rulesets")]
        await self._send_all("ruleset.approve", rules)

    async def direct(self) -> None:
        """Decide all referred requests that are undecided, and not left to people at a desk."""
        for number in list(self.referred):
            if number not in self.directed and not self.is_for_people(number):
                decision = self.decision(number)
                if decision is not None:
                    data = {"tracking_number": number, **decision}
                    self.directed[number] = await self.client.send(
                        "request.direct", data, subject=number
                    )

    def decision(self, number: str) -> Mapping[str, str] | None:
        """Return what is decided now about a referred request; None: nothing yet."""
        decision = self._decision(number)
        return None if decision and decision.get("provider") in self.away else decision

    def _decision(self, number: str) -> Mapping[str, str] | None:
        planned, referral = self.call(number), self.referred.get(number)
        if referral is None or (planned is None and not self.has_no_system(number)):
            return None
        if planned is not None and not self.is_time(planned, number):
            return None
        if referral["reason"] == "countered":
            provider = referral["provider"]
            return {"action": "assign", "provider": provider, "reason": "terms_agreed"}
        if "proposed_program" in referral:
            program = referral["proposed_program"]
            return {"action": "route", "program": program, "reason": "program_ended"}
        if planned is not None and planned.left_until_late and self.named is not None:
            return {"action": "assign", "provider": self.named, "reason": "agency_called"}
        if referral["reason"] != "no_candidate":
            if planned is None:
                return _ROUTE
            if planned.direction is not None:
                return {**planned.direction, "reason": "agency_called"}
        provider = _CRI_TAC if planned is None or planned.program == "cri-tac" else _OTHERS
        return {"action": "assign", "provider": provider, "reason": "nobody_else"}

    def is_for_people(self, number: str) -> bool:
        """
        Return whether people at the office's desk decide a referred request.

        They decide counteroffers, and requests of agencies in no list or without a system.
        """
        planned, referral = self.call(number), self.referred.get(number)
        if referral is None:
            return False
        is_unlisted = planned is None or planned.direction is not None
        return is_unlisted or bool(referral["reason"] == "countered")

    def is_time(self, planned: PlannedRequest, number: str) -> bool:
        """Return whether it decides a referred request now, or leaves it."""
        return not planned.left_until_late or self.late[number] >= TIMES_LATE

    async def close(self, day: date) -> Sent:
        """Say that the office is closed on *day*."""
        closure = {"from": day.isoformat(), "until": day.isoformat(), "reason": "a storm"}
        version = {**calendar(), "version": 2, "closures": [closure]}
        return await self.client.send("calendar.define", version, subject=CALENDAR)

    async def announce(self, solicitation: str, *, today: date) -> Sent:
        """Announce a solicitation for providers of CRI-TAC."""
        closes = datetime.combine(today + timedelta(days=60), time(17), UTC)
        data = {
            "id": solicitation,
            "version": 1,
            "program": "cri-tac",
            "title": "Partners for technical assistance",
            "for": "providers",
            "opens_on": today.isoformat(),
            "closes_at": closes.isoformat(),
            "url": f"https://grants.example/{solicitation}",
            "summary": "Organizations that would help agencies.",
            "status": "open",
        }
        return await self.client.send("solicitation.announce", data, subject=solicitation)

    async def define_program(self, program: str, **changed: str) -> Sent:
        """Send a program that has *changed*."""
        entry = {**_entry("programs", program), **changed}
        return await self.client.send("program.define", entry, subject=program)

    async def list_provider(self, provider: str, **changed: str) -> Sent:
        """Send a provider that has *changed*."""
        entry = {**_entry("providers", provider), **changed}
        if changed.get("status", "active") == "active":
            self.away.discard(provider)
        else:
            self.away.add(provider)
        return await self.client.send("provider.list", entry, subject=provider)

    async def end(self, engagement_id: str) -> Sent:
        """End an engagement; its request goes back to its place."""
        data = {"engagement_id": engagement_id, "reason": "provider_lost", "then": "back_to_lane"}
        return await self.client.send("engagement.end", data, subject=engagement_id)

    async def rehome(self, engagement_id: str, *, provider: str) -> Sent:
        """End an engagement; *provider* is asked to go on with it."""
        data = {
            "engagement_id": engagement_id,
            "reason": "provider_lost",
            "to": "provider",
            "provider": provider,
        }
        return await self.client.send("engagement.rehome", data, subject=engagement_id)

    async def _send_all(self, kind: str, entries: Sequence[dict[str, Any]]) -> None:
        await asyncio.gather(*(self.client.send(kind, e, subject=e["id"]) for e in entries))

    async def _on_message(self, message: Message) -> None:
        if message["type"] == "gov.cri.referral.made.v1":
            number = message["data"]["tracking_number"]
            self.referred[number] = message["data"]
            self.directed.pop(number, None)
        if message["type"] == "gov.cri.clock.late.v1":
            self.late[message["data"]["tracking_number"]] = message["data"]["times"]


def _entry(kind: str, name: str) -> dict[str, Any]:
    return next(entry for entry in reference(kind) if entry["id"] == name)


def calendar() -> dict[str, Any]:
    """Return the first version of the office's calendar, with the days of the rule sets."""
    days = reference("rulesets")[-1]["calendar"]
    return {"id": CALENDAR, "version": 1, "zone": days["zone"], "holidays": days["holidays"]}


def for_business_days(rules: dict[str, Any]) -> dict[str, Any]:
    """Return a rule set for days of seconds, whose working days are those of the calendar."""
    return {
        **rules,
        "clocks": {**rules["clocks"], "offer_answer.urgent": _URGENT},
        "calendar": {**rules["calendar"], "grace_seconds": _GRACE_SECONDS},
        "calendar_id": CALENDAR,
    }
