"""The program office's system: sends reference data and decides referred requests."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deploy.participants.agencies import reference
from deploy.participants.client import Client, Message, Sent
from deploy.participants.sample import PlannedRequest

# A day lasts one second in the demonstration: eight hours would leave no time to answer.
_QUICK = {"amount": 5, "unit": "seconds"}
_SECONDS_PER_DAY, _GRACE_SECONDS = 1, 3


@dataclass(slots=True)
class ProgramOffice:
    """The connected program office; ``call`` returns the planned request of a tracking number."""

    client: Client
    call: Callable[[str], PlannedRequest]
    referred: dict[str, Message] = field(default_factory=dict)
    directed: dict[str, Sent] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client.on_message = self._on_message

    async def register_itself(self) -> None:
        """Register the program office, which must be the first participant."""
        own = self.client.access.participant
        await self._send_all("participant.register", [_entry(own)])

    async def register_others(self) -> None:
        """Register all other participants."""
        own = self.client.access.participant
        others = [entry for entry in reference("participants") if entry["id"] != own]
        await self._send_all("participant.register", others)

    async def define(self, *, opens_at: datetime) -> None:
        """Send programs, topics, providers and the rules; announced programs open then."""
        programs = reference("programs")
        for program in programs:
            if program["status"] == "announced":
                program["opens_at"] = opens_at.isoformat()
        await self._send_all("program.define", programs)
        await self._send_all("topic.define", reference("topics"))
        await self._send_all("provider.list", reference("providers"))
        rules = [with_quick_clocks(rules) for rules in reference("rulesets")]
        await self._send_all("ruleset.approve", rules)

    async def direct(self) -> None:
        """Decide all referred requests that are undecided."""
        for number, referral in list(self.referred.items()):
            if number not in self.directed:
                data = {"tracking_number": number, **self._decision(number, referral)}
                sent = await self.client.send("request.direct", data, subject=number)
                self.directed[number] = sent

    def _decision(self, number: str, referral: Message) -> dict[str, str]:
        if referral["reason"] == "countered":
            provider = referral["provider"]
            return {"action": "assign", "provider": provider, "reason": "terms_agreed"}
        planned = self.call(number)
        if planned.direction is not None and referral["reason"] != "no_candidate":
            return {**planned.direction, "reason": "agency_called"}
        provider = "iacp" if planned.program == "cri-tac" else "cna"
        return {"action": "assign", "provider": provider, "reason": "nobody_else"}

    async def _send_all(self, kind: str, entries: Sequence[dict[str, Any]]) -> None:
        await asyncio.gather(*(self.client.send(kind, e, subject=e["id"]) for e in entries))

    async def _on_message(self, message: Message) -> None:
        if message["type"] == "gov.cri.referral.made.v1":
            number = message["data"]["tracking_number"]
            self.referred[number] = message["data"]
            self.directed.pop(number, None)


def _entry(participant: str) -> dict[str, Any]:
    return next(entry for entry in reference("participants") if entry["id"] == participant)


def with_quick_clocks(rules: dict[str, Any]) -> dict[str, Any]:
    """Return a rule set whose days are seconds, so that a silent provider lapses in seconds."""
    clocks = {**rules["clocks"], "offer_answer.urgent": _QUICK}
    calendar = {
        **rules["calendar"],
        "seconds_per_day": _SECONDS_PER_DAY,
        "grace_seconds": _GRACE_SECONDS,
    }
    return {**rules, "clocks": clocks, "calendar": calendar}
