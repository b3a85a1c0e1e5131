"""The course of the demonstration: phases, each waiting until everything has come to rest."""

import asyncio
import random
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

from deploy.demo.bad_input import BadRecord, bad_records, garbage
from deploy.demo.company import Company
from deploy.demo.mischief import Judged, late_answers, mischief
from deploy.participants.agencies import reference
from deploy.participants.behavior import SCARCE_TOPIC
from deploy.participants.client import Client, Sent
from deploy.participants.sample import SCARCE_PLACES, SCARCE_PLACES_LATER, Wish

_TRIAL, _SCARCE_PROVIDER = "trial-connection", "noble"
_OPENS_AFTER, _GARBAGE, _PLENTY, _CHUNK = 25, 40, 1000, 4


class Play:
    """What the company does, phase by phase."""

    def __init__(self, company: Company, *, seed: int, today: date) -> None:
        self.company, self._seed = company, seed
        self.half_way = threading.Event()
        self.bad = bad_records(company.wishes, today=today)
        self.asking = sorted({wish.participant for wish in company.wishes})
        self.submissions: list[Sent] = []
        self.judged: list[Judged] = []

    async def run(self) -> None:
        """Play all phases in order."""
        await self.company.arrive()
        try:
            await self._introductions()
            await self._submissions()
            await self._second_thoughts()
            await self._opening()
            await self._directions()
            await self._more_capacity()
            await self._work()
        finally:
            await self.company.leave()

    async def _introductions(self) -> None:
        """Register everybody, define everything; declare capacity; say whom to call."""
        say = self.company.progress.say
        opens_at = datetime.now(UTC) + timedelta(seconds=_OPENS_AFTER)
        await self.company.office.register_itself()
        await self.company.answered("the program office's registration")
        await self.company.office.register_others()
        await self.company.answered("the registrations")
        await self.company.office.define(opens_at=opens_at)
        await self.company.answered("the reference data")
        said = len(self.company.office.client.sent)
        say(f"introduced: {said} messages of the program office applied")
        await asyncio.gather(
            *(self._declare(each, scarce=SCARCE_PLACES) for each in self.company.providers),
            *(self.company.systems[each].set_contact() for each in self.asking),
        )
        await self.company.answered("capacity and contacts")
        say(f"capacity declared by {len(self.company.providers)} providers")

    async def _declare(self, provider: str, *, scarce: int) -> Sent:
        """All but one have room for everything except the one scarce topic."""
        plenty = [t["id"] for t in reference("topics") if t["id"] != SCARCE_TOPIC] + ["other"]
        entries: list[dict[str, Any]] = [{"topics": plenty, "can_take": _PLENTY}]
        if provider == _SCARCE_PROVIDER:
            entries.append({"topics": [SCARCE_TOPIC], "can_take": scarce})
        return await self.company.providers[provider].declare(entries)

    async def _submissions(self) -> None:
        """Everybody submits at once, good and bad side by side."""
        await asyncio.gather(
            *(self._submit(participant) for participant in self.company.clients),
            self._send_garbage(self.company.clients[_TRIAL]),
        )
        self.half_way.set()
        self.company.progress.say(f"submitted: {len(self.submissions)} requests, good and bad")
        await self.company.rest("what became of the submissions")
        self.company.progress.say(f"at rest: {self.company.states()}")

    async def _submit(self, participant: str) -> None:
        """Send a few at a time; the next when all of them are answered."""
        wishes = [wish for wish in self.company.wishes if wish.participant == participant]
        bad = [record for record in self.bad if record.participant == participant]
        items: list[Wish | BadRecord] = [*wishes, *(b for b in bad if not b.after)]
        random.Random(f"{self._seed}/{participant}").shuffle(items)
        items += [record for record in bad if record.after]
        for start in range(0, len(items), _CHUNK):
            chunk = items[start : start + _CHUNK]
            await asyncio.gather(*(self._send(participant, item) for item in chunk))
            if len(self.submissions) * 2 > len(self.company.wishes):
                self.half_way.set()
            await self.company.answered("submissions", client=self.company.clients[participant])

    async def _send(self, participant: str, item: Wish | BadRecord) -> None:
        if isinstance(item, Wish):
            self.submissions.append(await self.company.systems[participant].submit(item))
            return
        sent = await self.company.clients[participant].send_bytes(
            item.value, what=item.kind, headers=item.headers
        )
        self.judged.append((item.kind, sent, item.codes))
        if item.submission:
            self.submissions.append(sent)

    async def _send_garbage(self, client: Client) -> None:
        pieces = garbage(self._seed, _TRIAL, _GARBAGE)
        await asyncio.gather(*(client.send_bytes(piece, what="garbage") for piece in pieces))

    async def _second_thoughts(self) -> None:
        """Agencies amend and withdraw; some say what must be refused; all ask how it stands."""
        amended = [wish for wish in self.company.wishes if wish.amended and not wish.withdrawn]
        withdrawn = [wish for wish in self.company.wishes if wish.withdrawn]
        await asyncio.gather(*(self.company.systems[w.participant].amend(w) for w in amended))
        await asyncio.gather(*(self.company.systems[w.participant].withdraw(w) for w in withdrawn))
        await self.company.answered("amendments and withdrawals")
        self.judged += await mischief(
            self.company.wishes, self.company.systems, self.company.providers
        )
        await asyncio.gather(*(self.company.systems[each].ask("all") for each in self.asking))
        await asyncio.gather(*(p.client.send("status.ask", {"about": "open_offers"}, subject="x")
                               for p in self.company.providers.values()))  # fmt: skip
        await self.company.rest("what became of second thoughts")
        self.company.progress.say(
            f"amended {len(amended)}, withdrawn {len(withdrawn)}; at rest: {self.company.states()}"
        )

    async def _opening(self) -> None:
        """The two announced programs open; those who waited for it are released in order."""

        def missing() -> list[str]:
            return [
                f"{wish.reference}: waiting for {wish.program}"
                for wish in self.company.wishes
                if wish.program != "cri-tac"
                and self.company.status(wish) in ("accepted", "waiting")
            ]

        waiting = len(missing())
        if waiting:
            self.company.progress.say(f"{waiting} wait for the two announced programs to open")
        await self.company.until(missing, "the opening of the programs")
        await self.company.rest("what became of the released")
        self.company.progress.say(f"both programs are open; at rest: {self.company.states()}")

    async def _directions(self) -> None:
        """The program office decides what was referred to it."""

        def missing() -> list[str]:
            return [
                w.reference for w in self.company.wishes if self.company.status(w) == "referred"
            ]

        referred = missing()
        while missing():
            await self.company.office.direct()
            await self.company.answered("directions", client=self.company.office.client)
            await self.company.rest("what became of the directed")
        self.company.progress.say(
            f"the program office decided {len(referred)} that were referred to it"
        )

    async def _more_capacity(self) -> None:
        """The provider of the scarce topic can take a few more: that many stop waiting."""
        scarce = [wish for wish in self.company.wishes if SCARCE_TOPIC in wish.data["topics"]]
        still = len(scarce) - SCARCE_PLACES - SCARCE_PLACES_LATER
        await self._declare(_SCARCE_PROVIDER, scarce=SCARCE_PLACES_LATER)

        def missing() -> list[str]:
            waiting = [w.reference for w in scarce if self.company.status(w) == "waiting"]
            return waiting[still:]

        await self.company.until(missing, "the release of waiting requests by capacity")
        await self.company.rest("what became of those released by capacity")
        self.company.progress.say(
            f"capacity came for {SCARCE_PLACES_LATER}; {still} go on waiting"
        )

    async def _work(self) -> None:
        """Providers report their work; each request must end where the sample says."""
        await asyncio.gather(*(provider.work() for provider in self.company.providers.values()))
        await self.company.answered("reports of work")
        self.judged += late_answers(self.company.providers)

        def missing() -> list[str]:
            return [
                f"{wish.reference}: {self.company.status(wish)} instead of {wish.ends}"
                for wish in self.company.wishes
                if self.company.status(wish) not in wish.ends.split(" or ")
            ]

        await self.company.until(missing, "the end of the work")
        self.company.progress.say(f"work reported; at the end: {self.company.states()}")
