"""Everybody who takes part in the demonstration, and when all of them have come to rest."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from deploy.demo.progress import Progress, until
from deploy.participants.agencies import asking_agencies
from deploy.participants.agency_system import AgencySystem
from deploy.participants.changes import Changes
from deploy.participants.client import Access, Client
from deploy.participants.history import History
from deploy.participants.program_office import ProgramOffice
from deploy.participants.provider_system import ProviderSystem
from deploy.participants.sample import Sample, Wish

RESTING = frozenset(
    {"waiting", "referred", "assigned", "in_delivery", "delivered", "closed", "ineligible",
     "withdrawn"}
)  # fmt: skip


class Company:
    """The participants' systems with the requests that they will make."""

    def __init__(
        self,
        connection: Mapping[str, Any],
        *,
        seed: int,
        today: date,
        progress: Progress,
        histories: Path,
    ) -> None:
        self.progress = progress
        self._changes = Changes()
        participants = connection["participants"]
        self.wishes = Sample(seed=seed, today=today, agencies=asking_agencies()).wishes()
        self.clients = {
            each: Client(
                Access.of(connection, each),
                changes=self._changes,
                history=History(histories / f"{each}.jsonl"),
            )
            for each in participants
        }
        self.office = ProgramOffice(self.clients["program-office"], call=self.by_telephone)
        self.providers = {
            each: ProviderSystem(self.clients[each], seed)
            for each, own in participants.items()
            if own["kind"] == "provider"
        }
        self.systems = {
            each: AgencySystem(self.clients[each])
            for each, own in participants.items()
            if own["kind"] == "agency_system"
        }

    async def arrive(self) -> None:
        """Connect everybody."""
        await asyncio.gather(*(client.start() for client in self.clients.values()))

    async def leave(self) -> None:
        """Disconnect everybody."""
        await asyncio.gather(*(client.stop() for client in self.clients.values()))

    def by_telephone(self, number: str) -> Wish:
        """Return the request whose tracking number an agency would read out."""
        for wish in self.wishes:
            asked = self.systems[wish.participant].asked.get(wish.reference)
            if asked is not None and asked.tracking_number == number:
                return wish
        raise LookupError(f"nobody knows {number}")

    def status(self, wish: Wish) -> str:
        """Return the last status that the agency was told."""
        asked = self.systems[wish.participant].asked.get(wish.reference)
        return asked.status if asked is not None else "not answered"

    def states(self) -> str:
        """Return the counts by state, in words."""
        counts = Counter(self.status(wish) for wish in self.wishes)
        return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))

    async def answered(self, what: str, *, client: Client | None = None) -> None:
        """Wait until every record sent (by everybody, or by one) is answered."""
        clients = list(self.clients.values()) if client is None else [client]

        def missing() -> list[str]:
            return [f"{s.what} ({s.coordinate})" for c in clients for s in c.unanswered()]

        await self.until(missing, f"answers to {what}")

    async def rest(self, what: str) -> None:
        """Wait until all is answered, no offer is open and every request has come to rest."""

        def missing() -> list[str]:
            left = [f"{s.what} ({s.coordinate})" for c in self.clients.values()
                    for s in c.unanswered()]  # fmt: skip
            left += [
                f"{wish.reference}: {self.status(wish)}"
                for wish in self.wishes
                if self.status(wish) not in RESTING
            ]
            left += [f"offers to {each}" for each, p in self.providers.items() if p.busy()]
            return left + self._unheard()

        await self.until(missing, what)

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
                if status == "referred" and number in self.office.directed:
                    left.append(f"{number}: what the office directed")
        return left

    async def until(self, missing: Callable[[], Sequence[str]], what: str) -> None:
        """Wait until nothing is missing."""
        await until(missing, changes=self._changes, what=what, progress=self.progress)
