"""The course of the year: what the office, the agencies and the providers do, and when."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deploy.participants.client import Access, Client
from shared.business_clock import BusinessClock
from tests.proofs.year.actors import OFFICE, Agency, Office, Provider, definitions
from tests.proofs.year.agenda import Agenda
from tests.proofs.year.requests import submissions

START = datetime.fromisoformat("2026-01-02T08:00:00-05:00")
FIRST = datetime.fromisoformat("2026-01-05T00:00:00-05:00")
LAST = datetime.fromisoformat("2026-12-12T00:00:00-05:00")
END = datetime.fromisoformat("2027-01-08T00:00:00-05:00")
_OPENS = {
    "critical-response": "2026-03-02T09:00:00-05:00",
    "organizational-assessment": "2026-05-04T09:00:00-04:00",
}
_ANSWER_SECONDS = 60
_GRACE_SECONDS = 1
"""Real time: half an hour of it, as in operation, would be three years of business time."""


class Year:
    """The participants of a running stack, and their year."""

    def __init__(
        self, connection: Mapping[str, Any], *, clock: BusinessClock, seed: int, count: int
    ) -> None:
        self.agenda = Agenda(clock)
        self._seed, self._count = seed, count
        self.clients = {
            each: Client(Access.of(connection, each)) for each in connection["participants"]
        }
        kinds = {name: own["kind"] for name, own in connection["participants"].items()}
        self.office = Office(self.clients[OFFICE], self.agenda, seed)
        self.providers = {
            name: Provider(client, self.agenda, seed)
            for name, client in self.clients.items()
            if kinds[name] == "provider"
        }
        self.agencies = {
            name: Agency(client, self.agenda, seed)
            for name, client in self.clients.items()
            if kinds[name] == "agency_system"
        }
        actors: list[Office | Provider | Agency] = [self.office]
        for actor in [*actors, *self.providers.values(), *self.agencies.values()]:
            actor.client.on_message = actor.take_in

    async def run(self, say: Any) -> None:
        """Play the year to its end."""
        await asyncio.gather(*(client.start() for client in self.clients.values()))
        try:
            await self._introduce()
            self._schedule(say)
            await self.agenda.run(END)
            await self._answered()
        finally:
            await asyncio.gather(*(client.stop() for client in self.clients.values()))

    def wrong(self) -> list[str]:
        """Return what the participants saw go wrong."""
        found = [
            f"{name}: {line}" for name, each in self.clients.items() for line in each.problems
        ]
        found += [
            f"no answer to {sent.what} ({sent.coordinate})"
            for client in self.clients.values()
            for sent in client.unanswered()
        ]
        accepted = sum(len(agency.status) for agency in self.agencies.values())
        if accepted != self._count:
            found.append(f"{accepted} of {self._count} submissions were accepted")
        return found

    def states(self) -> "Counter[str]":
        """Return how many requests are in each status, as their agencies know it."""
        return Counter(
            each for agency in self.agencies.values() for each in agency.status.values()
        )

    def refused(self) -> "Counter[str]":
        """Return how many messages were refused, by code."""
        return Counter(
            sent.code
            for client in self.clients.values()
            for sent in client.sent.values()
            if sent.code is not None
        )

    async def _introduce(self) -> None:
        """Register everyone, define the reference data, declare capacity, set contacts."""
        everyone = definitions("participants")
        own = [each for each in everyone if each["id"] == OFFICE]
        await self._define("participant.register", own)
        await self._define("participant.register", [e for e in everyone if e["id"] != OFFICE])
        programs = [{**each, **_opening(each["id"])} for each in definitions("programs")]
        await self._define("program.define", programs)
        await self._define("topic.define", definitions("topics"))
        await self._define("provider.list", definitions("providers"))
        await self._define("ruleset.approve", [_with_grace(r) for r in definitions("rulesets")])
        await asyncio.gather(*(provider.declare() for provider in self.providers.values()))
        await self._answered()

    async def _define(self, kind: str, entries: list[dict[str, Any]]) -> None:
        await asyncio.gather(*(self.office.send(kind, entry) for entry in entries))
        await self._answered()

    async def _answered(self) -> None:
        """Wait until every record has its answer, at most a minute."""
        for _ in range(_ANSWER_SECONDS * 20):
            if not any(client.unanswered() for client in self.clients.values()):
                return
            await asyncio.sleep(0.05)

    def _schedule(self, say: Any) -> None:
        for each in submissions(seed=self._seed, count=self._count, first=FIRST, last=LAST):
            agency = self.agencies[each.agency.participant]
            self.agenda.at(each.at, lambda agency=agency, each=each: agency.submit(each))  # type: ignore[misc]
        for month in range(2, 13):
            first = datetime(2026, month, 1, tzinfo=START.tzinfo)
            self.agenda.at(first, lambda first=first: self._report(first, say))  # type: ignore[misc]

    async def _report(self, month: datetime, say: Any) -> None:
        shown = ", ".join(f"{n} {status}" for status, n in sorted(self.states().items()))
        say(f"{month:%Y-%m-%d}: {shown}")


def _opening(program: str) -> dict[str, str]:
    return {"opens_at": _OPENS[program]} if program in _OPENS else {}


def _with_grace(rules: dict[str, Any]) -> dict[str, Any]:
    return {**rules, "calendar": {**rules["calendar"], "grace_seconds": _GRACE_SECONDS}}
