"""The course of the demonstration: phases, each waiting until everything has come to rest."""

import asyncio
import random
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.local.demo.agencies import asking_agencies, reference
from deploy.local.demo.agency_system import AgencySystem
from deploy.local.demo.bad_input import BadRecord, bad_records, garbage
from deploy.local.demo.behavior import SCARCE_TOPIC
from deploy.local.demo.client import Access, Client, Sent
from deploy.local.demo.mischief import Judged, late_answers, mischief
from deploy.local.demo.program_office import ProgramOffice
from deploy.local.demo.progress import Changes, Progress, until
from deploy.local.demo.provider_system import ProviderSystem
from deploy.local.demo.sample import SCARCE_PLACES, SCARCE_PLACES_LATER, Sample, Wish

RESTING = frozenset(
    {"waiting", "referred", "assigned", "in_delivery", "delivered", "closed", "ineligible",
     "withdrawn"}
)  # fmt: skip
_TRIAL, _SCARCE_PROVIDER, _OPENS_AFTER, _GARBAGE, _PLENTY = (
    "trial-connection", "noble", 25, 40, 1000,
)  # fmt: skip
_CHUNK = 4


class Play:
    """Everybody who takes part, and what they do, phase by phase."""

    def __init__(self, connection: Mapping[str, Any], *, seed: int, progress: Progress) -> None:
        self.seed, self.progress = seed, progress
        self.changes = Changes()
        self.half_way = threading.Event()
        today = datetime.now(UTC).date()
        sample = Sample(seed=seed, today=today, agencies=asking_agencies())
        self.wishes = sample.wishes()
        self.bad = bad_records(self.wishes, today=today)
        self.clients = {
            each: Client(Access.of(connection, each), changes=self.changes)
            for each in connection["participants"]
        }
        kinds = {each: own["kind"] for each, own in connection["participants"].items()}
        self.office = ProgramOffice(self.clients["program-office"], call=self.by_telephone)
        self.providers = {
            each: ProviderSystem(self.clients[each], seed)
            for each, kind in kinds.items()
            if kind == "provider"
        }
        self.systems = {
            each: AgencySystem(
                self.clients[each], [w for w in self.wishes if w.participant == each]
            )
            for each, kind in kinds.items()
            if kind == "agency_system"
        }
        self.submissions: list[Sent] = []
        self.judged: list[Judged] = []

    def by_telephone(self, number: str) -> Wish:
        """Return the request whose tracking number an agency would read out."""
        for wish in self.wishes:
            asked = self.systems[wish.participant].asked.get(wish.reference)
            if asked is not None and asked.tracking_number == number:
                return wish
        raise LookupError(f"nobody knows {number}")

    async def run(self) -> None:
        """Play all phases in order."""
        await asyncio.gather(*(client.start() for client in self.clients.values()))
        try:
            await self._introductions()
            await self._submissions()
            await self._second_thoughts()
            await self._opening()
            await self._directions()
            await self._more_capacity()
            await self._work()
        finally:
            await asyncio.gather(*(client.stop() for client in self.clients.values()))

    async def _introductions(self) -> None:
        """Register everybody, define everything; declare capacity; say whom to call."""
        say = self.progress.say
        self.opens_at = datetime.now(UTC) + timedelta(seconds=_OPENS_AFTER)
        await self.office.register_itself()
        await self._answered("the program office's registration")
        await self.office.register_others()
        await self._answered("the registrations")
        await self.office.define(opens_at=self.opens_at)
        await self._answered("the reference data")
        say(f"introduced: {len(self.office.client.sent)} messages of the program office applied")
        await asyncio.gather(
            *(self._declare(each, scarce=SCARCE_PLACES) for each in self.providers),
            *(s.set_contact() for each, s in self.systems.items() if s.wishes),
        )
        await self._answered("capacity and contacts")
        say(f"capacity declared by {len(self.providers)} providers")

    async def _declare(self, provider: str, *, scarce: int) -> Sent:
        """All but one have room for everything except the one scarce topic."""
        plenty = [t["id"] for t in reference("topics") if t["id"] != SCARCE_TOPIC] + ["other"]
        entries: list[dict[str, Any]] = [{"topics": plenty, "can_take": _PLENTY}]
        if provider == _SCARCE_PROVIDER:
            entries.append({"topics": [SCARCE_TOPIC], "can_take": scarce})
        return await self.providers[provider].declare(entries)

    async def _submissions(self) -> None:
        """Everybody submits at once, good and bad side by side."""
        await asyncio.gather(
            *(self._submit(participant) for participant in self.clients),
            self._send_garbage(self.clients[_TRIAL]),
        )
        self.half_way.set()
        self.progress.say(f"submitted: {len(self.submissions)} requests, good and bad")
        await self._rest("what became of the submissions")
        self.progress.say(f"at rest: {self.states()}")

    async def _submit(self, participant: str) -> None:
        """Send a few at a time; the next when all of them are answered."""
        wishes = [wish for wish in self.wishes if wish.participant == participant]
        bad = [record for record in self.bad if record.participant == participant]
        items: list[Wish | BadRecord] = [*wishes, *(b for b in bad if not b.after)]
        random.Random(f"{self.seed}/{participant}").shuffle(items)
        items += [record for record in bad if record.after]
        for start in range(0, len(items), _CHUNK):
            chunk = items[start : start + _CHUNK]
            await asyncio.gather(*(self._send(participant, item) for item in chunk))
            if len(self.submissions) * 2 > len(self.wishes):
                self.half_way.set()
            await self._answered("submissions", client=self.clients[participant])

    async def _send(self, participant: str, item: Wish | BadRecord) -> None:
        if isinstance(item, Wish):
            self.submissions.append(await self.systems[participant].submit(item))
            return
        sent = await self.clients[participant].send_bytes(
            item.value, what=item.kind, headers=item.headers
        )
        self.judged.append((item.kind, sent, item.codes))
        if item.submission:
            self.submissions.append(sent)

    async def _send_garbage(self, client: Client) -> None:
        pieces = garbage(self.seed, _TRIAL, _GARBAGE)
        await asyncio.gather(*(client.send_bytes(piece, what="garbage") for piece in pieces))

    async def _second_thoughts(self) -> None:
        """Agencies amend and withdraw; some say what must be refused; all ask how it stands."""
        amended = [wish for wish in self.wishes if wish.amended and not wish.withdrawn]
        withdrawn = [wish for wish in self.wishes if wish.withdrawn]
        await asyncio.gather(*(self.systems[w.participant].amend(w) for w in amended))
        await asyncio.gather(*(self.systems[w.participant].withdraw(w) for w in withdrawn))
        await self._answered("amendments and withdrawals")
        self.judged += await mischief(self.wishes, self.systems, self.providers)
        await asyncio.gather(*(s.ask("all") for s in self.systems.values() if s.wishes))
        await asyncio.gather(*(p.client.send("status.ask", {"about": "open_offers"}, subject="x")
                               for p in self.providers.values()))  # fmt: skip
        await self._rest("what became of second thoughts")
        self.progress.say(
            f"amended {len(amended)}, withdrawn {len(withdrawn)}; at rest: {self.states()}"
        )

    async def _opening(self) -> None:
        """The two announced programs open; those who waited for it are released in order."""

        def missing() -> list[str]:
            return [
                f"{wish.reference}: waiting for {wish.program}"
                for wish in self.wishes
                if wish.program != "cri-tac" and self.status(wish) in ("accepted", "waiting")
            ]

        waiting = len(missing())
        if waiting:
            self.progress.say(f"{waiting} wait for the two announced programs to open")
        await self._until(missing, "the opening of the programs")
        await self._rest("what became of the released")
        self.progress.say(f"both programs are open; at rest: {self.states()}")

    async def _directions(self) -> None:
        """The program office decides what was referred to it."""

        def missing() -> list[str]:
            return [w.reference for w in self.wishes if self.status(w) == "referred"]

        referred = missing()
        while missing():
            await self.office.direct()
            await self._answered("directions", client=self.office.client)
            await self._rest("what became of the directed", but_for="referred")
        self.progress.say(f"the program office decided {len(referred)} that were referred to it")

    async def _more_capacity(self) -> None:
        """The provider of the scarce topic can take a few more: that many stop waiting."""
        scarce = [wish for wish in self.wishes if SCARCE_TOPIC in wish.data["topics"]]
        still = len(scarce) - SCARCE_PLACES - SCARCE_PLACES_LATER
        await self._declare(_SCARCE_PROVIDER, scarce=SCARCE_PLACES_LATER)

        def missing() -> list[str]:
            waiting = [w.reference for w in scarce if self.status(w) == "waiting"]
            return waiting[still:]

        await self._until(missing, "the release of waiting requests by capacity")
        await self._rest("what became of those released by capacity")
        self.progress.say(f"capacity came for {SCARCE_PLACES_LATER}; {still} go on waiting")

    async def _work(self) -> None:
        """Providers report their work; each request must end where the sample says."""
        await asyncio.gather(*(provider.work() for provider in self.providers.values()))
        await self._answered("reports of work")
        self.judged += late_answers(self.providers)

        def missing() -> list[str]:
            return [
                f"{wish.reference}: {self.status(wish)} instead of {wish.ends}"
                for wish in self.wishes
                if self.status(wish) not in wish.ends.split(" or ")
            ]

        await self._until(missing, "the end of the work")
        self.progress.say(f"work reported; at the end: {self.states()}")

    def status(self, wish: Wish) -> str:
        """Return the last status that the agency was told."""
        asked = self.systems[wish.participant].asked.get(wish.reference)
        return asked.status if asked is not None else "not answered"

    def states(self) -> str:
        """Return the counts by state, in words."""
        counts: dict[str, int] = {}
        for wish in self.wishes:
            counts[self.status(wish)] = counts.get(self.status(wish), 0) + 1
        return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))

    async def _answered(self, what: str, *, client: Client | None = None) -> None:
        clients = list(self.clients.values()) if client is None else [client]

        def missing() -> list[str]:
            return [f"{s.what} ({s.coordinate})" for c in clients for s in c.unanswered()]

        await self._until(missing, f"answers to {what}")

    async def _rest(self, what: str, *, but_for: str = "") -> None:
        """Wait until all is answered, no offer is open and every request has come to rest."""

        def missing() -> list[str]:
            left = [f"{s.what} ({s.coordinate})" for c in self.clients.values()
                    for s in c.unanswered()]  # fmt: skip
            left += [
                f"{wish.reference}: {self.status(wish)}"
                for wish in self.wishes
                if self.status(wish) not in RESTING - {but_for}
            ]
            left += [f"offers to {each}" for each, p in self.providers.items() if p.busy()]
            return left + self._unheard()

        await self._until(missing, what)

    def _unheard(self) -> list[str]:
        """Return what an agency knows already and the provider or the office do not."""
        open_engagements = {
            engagement.tracking_number
            for provider in self.providers.values()
            for engagement in provider.engagements.values()
            if not engagement.ended
        }
        left = []
        for system in self.systems.values():
            for asked in system.asked.values():
                number, status = asked.tracking_number, asked.status
                if status == "assigned" and number not in open_engagements:
                    left.append(f"{number}: engagement.opened")
                if status == "withdrawn" and number in open_engagements:
                    left.append(f"{number}: engagement.ended")
                if status == "referred" and number not in self.office.referred:
                    left.append(f"{number}: referral.made")
        return left

    async def _until(self, missing: Any, what: str) -> None:
        await until(missing, changes=self.changes, what=what, progress=self.progress)
