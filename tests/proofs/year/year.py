"""The course of the year: what the office, the agencies and the providers do, and when."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
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
_LOST, _LOST_AT = "nawlee", "2026-06-15T10:00:00-04:00"
_SUSPENDED = "ntoa"
_STOPPED, _CLOSED = "organizational-assessment", "critical-response"
_WORK = ("assigned", "in_delivery", "delivered")
_CHANGES: Sequence[tuple[str, str, str, dict[str, Any]]] = (
    (
        "2026-06-16T10:00:00-04:00",
        "provider.list",
        _LOST,
        {"status": "ended", "status_reason": "office_closed"},
    ),
    (
        "2026-08-03T10:00:00-04:00",
        "provider.list",
        _SUSPENDED,
        {"status": "suspended", "status_reason": "staff_on_leave"},
    ),
    ("2026-09-14T10:00:00-04:00", "provider.list", _SUSPENDED, {}),
    (
        "2026-09-01T10:00:00-04:00",
        "program.define",
        _STOPPED,
        {"status": "suspended", "on_suspension": "stop"},
    ),
    ("2026-10-01T10:00:00-04:00", "program.define", _STOPPED, {}),
    (
        "2026-11-16T10:00:00-05:00",
        "program.define",
        _CLOSED,
        {"status": "ended", "on_end": "close"},
    ),
    (
        "2026-12-23T12:00:00-05:00",
        "calendar.define",
        "federal",
        {
            "version": 2,
            "closures": [{"from": "2026-12-24", "until": "2026-12-24", "reason": "closed"}],
        },
    ),
)
"""When the office changes an entry of its reference data, and how."""
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
        self._entries: dict[str, list[dict[str, Any]]] = {}
        self.clients: dict[str, Client] = {
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
        lost = self.providers[_LOST].lost
        if not lost:
            found.append(f"{_LOST} had no open engagement when it stopped")
        found += [
            f"{number}: its provider was lost, and it is still {status}"
            for number in lost.values()
            if (status := self._status(number)) in _WORK and self._provider(number) == _LOST
        ]
        return found + self._wrong_ends()

    def _wrong_ends(self) -> list[str]:
        """Compare what the office, providers and agencies were told of work that ended."""
        found = [
            f"no engagement was given to a {to}"
            for to in ("provider", "lane")
            if to not in self.office.rehomed.values()
        ]
        for what, told in (("stops", self._stops), ("goes on again", self._resumed)):
            if not told:
                found.append(f"of no work it was told that it {what}")
            found += [f"{e}: told {n} times that it {what}" for e, n in told.items() if n > 1]
        if +self.office.stops != self._stops:
            found.append("office and providers were told of different work that stops")
        closed = self._closed_with_program
        if not closed or self.office.closed_with_program != Counter(closed):
            found.append("office and providers were told of different work that was closed")
        found += [
            f"{number}: its program has ended, and it is still {status}"
            for agency in self.agencies.values()
            for number, status in agency.status.items()
            if status in _WORK and agency.program.get(number) == _CLOSED
        ]
        return found

    @property
    def _stops(self) -> "Counter[str]":
        return sum((each.stops for each in self.providers.values()), Counter[str]())

    @property
    def _resumed(self) -> "Counter[str]":
        return sum((each.resumed for each in self.providers.values()), Counter[str]())

    @property
    def _closed_with_program(self) -> list[str]:
        return [e for each in self.providers.values() for e in each.closed_with_program]

    def ends(self) -> str:
        """Return what became of the lost provider's work, and of that in programs that closed."""
        lost = self.providers[_LOST].lost
        further = sum(self._provider(number) != _LOST for number in lost.values())
        after = Counter(self._status(number) for number in lost.values())
        states = ", ".join(f"{n} {status}" for status, n in sorted(after.items()))
        rehomed = Counter(self.office.rehomed.values())
        return (
            f"{len(lost)} engagements of a lost provider ({rehomed['provider']} rehomed to a"
            f" provider, {rehomed['lane']} to the lane), {further} went on with another:"
            f" {states or 'none'}; {len(self._stops)} stopped with their program,"
            f" {len(self._resumed)} went on again; {len(self._closed_with_program)} closed with"
            " their program"
        )

    def _status(self, number: str) -> str:
        known = (agency.status.get(number) for agency in self.agencies.values())
        return next(status for status in known if status is not None)

    def _provider(self, number: str) -> str:
        """Return the provider of the last engagement of a request."""
        found = {
            engagement: name
            for name, provider in self.providers.items()
            for engagement, about in provider.opened.items()
            if about == number
        }
        last = max(found, key=lambda each: int(each.rpartition("-E")[2]))
        return found[last]

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
        rulesets = [_for_the_year(each) for each in definitions("rulesets")]
        calendar = {"id": "federal", "version": 1, **_days(rulesets[0]["calendar"])}
        self._entries = {
            "program.define": [{**e, **_opening(e["id"])} for e in definitions("programs")],
            "topic.define": definitions("topics"),
            "provider.list": definitions("providers"),
            "calendar.define": [calendar],
            "ruleset.approve": rulesets,
        }
        for kind, entries in self._entries.items():
            await self._define(kind, entries)
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
            await asyncio.sleep(0.05)  # answers wake nobody here: look again

    def _schedule(self, say: Any) -> None:
        for each in submissions(seed=self._seed, count=self._count, first=FIRST, last=LAST):
            agency = self.agencies[each.agency.participant]
            self.agenda.at(each.at, partial(agency.submit, each))
        self.agenda.at(datetime.fromisoformat(_LOST_AT), self.providers[_LOST].stop)
        for at, kind, entry, changed in _CHANGES:
            before = next(each for each in self._entries[kind] if each["id"] == entry)
            action = partial(self.office.send, kind, {**before, **changed})
            self.agenda.at(datetime.fromisoformat(at), action)
        for month in range(2, 13):
            first = datetime(2026, month, 1, tzinfo=START.tzinfo)
            self.agenda.at(first, partial(self._report, first, say))

    async def _report(self, month: datetime, say: Any) -> None:
        shown = ", ".join(f"{n} {status}" for status, n in sorted(self.states().items()))
        say(f"{month:%Y-%m-%d}: {shown}")


def _opening(program: str) -> dict[str, str]:
    return {"opens_at": _OPENS[program]} if program in _OPENS else {}


def _for_the_year(rules: dict[str, Any]) -> dict[str, Any]:
    """Return a rule set with a short grace, whose days are those of the office's calendar."""
    calendar = {**rules["calendar"], "grace_seconds": _GRACE_SECONDS}
    return {**rules, "calendar": calendar, "calendar_id": "federal"}


def _days(calendar: dict[str, Any]) -> dict[str, Any]:
    return {name: calendar[name] for name in ("zone", "holidays")}
