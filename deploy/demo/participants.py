"""All participants of the demonstration, and waiting until all of them are idle."""

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
from deploy.participants.sample import PlannedRequest, Sample

RESTING = frozenset(
    {"waiting", "referred", "assigned", "in_delivery", "delivered", "closed", "ineligible",
     "withdrawn"}
)  # fmt: skip


class Participants:
    """The participants' systems and the requests that they will submit."""

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
        self.planned_requests = Sample(
            seed=seed, today=today, agencies=asking_agencies()
        ).planned_requests()
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

    async def connect(self) -> None:
        """Connect all systems."""
        await asyncio.gather(*(client.start() for client in self.clients.values()))

    async def disconnect(self) -> None:
        """Disconnect all systems."""
        await asyncio.gather(*(client.stop() for client in self.clients.values()))

    def by_telephone(self, number: str) -> PlannedRequest:
        """Return the planned request with this tracking number."""
        for planned in self.planned_requests:
            request = self.systems[planned.participant].requests.get(planned.reference)
            if request is not None and request.tracking_number == number:
                return planned
        raise LookupError(f"no request has the tracking number {number}")

    def status(self, planned: PlannedRequest) -> str:
        """Return the last status that the agency received."""
        request = self.systems[planned.participant].requests.get(planned.reference)
        return request.status if request is not None else "not answered"

    def states(self) -> str:
        """Return the number of requests in each state, as text."""
        counts = Counter(self.status(planned) for planned in self.planned_requests)
        return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))

    async def answered(self, what: str, *, client: Client | None = None) -> None:
        """Wait until every record sent (by all clients, or by one) is answered."""
        clients = list(self.clients.values()) if client is None else [client]

        def missing() -> list[str]:
            return [f"{s.what} ({s.coordinate})" for c in clients for s in c.unanswered()]

        await self.until(missing, f"answers to {what}")

    async def rest(self, what: str) -> None:
        """Wait until all records are answered, no offer is open and every request is at rest."""

        def missing() -> list[str]:
            left = [f"{s.what} ({s.coordinate})" for c in self.clients.values()
                    for s in c.unanswered()]  # fmt: skip
            left += [
                f"{planned.reference}: {self.status(planned)}"
                for planned in self.planned_requests
                if self.status(planned) not in RESTING
            ]
            left += [f"offers to {each}" for each, p in self.providers.items() if p.busy()]
            return left + self._not_yet_received()

        await self.until(missing, what)

    def _not_yet_received(self) -> list[str]:
        """Return events that an agency has received and the provider or office has not."""
        open_engagements = {
            engagement.tracking_number
            for provider in self.providers.values()
            for engagement in provider.engagements.values()
            if not engagement.ended
        }
        left = []
        for system in self.systems.values():
            for request in system.requests.values():
                number, status = request.tracking_number, request.status
                if status == "assigned" and number not in open_engagements:
                    left.append(f"{number}: engagement.opened")
                if status == "withdrawn" and number in open_engagements:
                    left.append(f"{number}: engagement.ended")
                if status == "referred" and number not in self.office.referred:
                    left.append(f"{number}: referral.made")
                if status == "referred" and number in self.office.directed:
                    left.append(f"{number}: the office's direction")
        return left

    async def until(self, missing: Callable[[], Sequence[str]], what: str) -> None:
        """Wait until nothing is missing."""
        await until(missing, changes=self._changes, what=what, progress=self.progress)
