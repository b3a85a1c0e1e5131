"""All participants of the demonstration, and waiting until all of them are idle."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.demo.business_days import START, BusinessDays
from deploy.demo.progress import Progress, until
from deploy.participants.agencies import asking_agencies
from deploy.participants.agency_system import AgencySystem, KnownRequest
from deploy.participants.changes import Changes
from deploy.participants.client import Access, Client, Message, Sent
from deploy.participants.history import History
from deploy.participants.program_office import ProgramOffice
from deploy.participants.provider_system import ProviderSystem
from deploy.participants.sample import PlannedRequest, Sample
from services.desk.acts import OFFICE as DESK
from services.notifications.mail.obligations import is_for_requester
from shared.contracts.services import WEB_DESK

RESTING = frozenset(
    {"waiting", "assigned", "in_delivery", "delivered", "closed", "ineligible",
     "withdrawn"}
)  # fmt: skip


class Participants:
    """The participants' systems and the requests that they will submit."""

    def __init__(
        self,
        connection: Mapping[str, Any],
        *,
        desk: Access,
        web_desk: Access,
        seed: int,
        days: BusinessDays,
        progress: Progress,
        histories: Path,
    ) -> None:
        self.progress = progress
        self.days = days
        self.changes = Changes()
        participants = connection["participants"]
        planned_requests = Sample(
            seed=seed, today=START.date(), agencies=asking_agencies()
        ).planned_requests()
        self.planned_requests = [each for each in planned_requests if not each.later]
        self.later = [each for each in planned_requests if each.later]
        self.clients = {
            each: Client(
                Access.of(connection, each),
                changes=self.changes,
                history=History(histories / f"{each}.jsonl"),
                received=[],
            )
            for each in participants
        }
        for name, access in ((DESK, desk), (WEB_DESK, web_desk)):
            self.clients[name] = Client(access, changes=self.changes, received=[])
        self.callers = AgencySystem(self.clients[DESK])
        """The requests that people at the office's desk have entered."""
        self.visitors = AgencySystem(self.clients[WEB_DESK])
        """The requests that people have made on the public pages."""
        self.office = ProgramOffice(
            self.clients["program-office"],
            call=self.by_telephone,
            has_no_system=self.has_no_system,
        )
        self.providers = {
            each: ProviderSystem(self.clients[each], seed, days.clock)
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

    def received(self) -> dict[str, list[Message]]:
        """
        Return the messages that each participant has received so far.

        The office's desk also receives the program office's messages; these are left out.
        """
        found = {name: client.received or [] for name, client in self.clients.items()}
        numbers = _numbers(self.callers)
        found[DESK] = [
            each
            for each in found[DESK]
            if "inreplyto" in each
            or (each["data"].get("tracking_number") in numbers and is_for_requester(each["type"]))
        ]
        return found

    async def submit_later(self) -> list[Sent]:
        """Submit the requests that come later."""
        self.planned_requests += self.later
        sent = [self.systems[each.participant].submit(each) for each in self.later]
        return await asyncio.gather(*sent)

    def by_telephone(self, number: str) -> PlannedRequest | None:
        """Return the planned request with this tracking number; None if nobody knows it yet."""
        for planned in self.planned_requests:
            request = self.known(planned)
            if request is not None and request.tracking_number == number:
                return planned
        return None

    def has_no_system(self, number: str) -> bool:
        """Return whether the office entered a request for a caller, or the public desk made it."""
        return number in _numbers(self.callers) | _numbers(self.visitors)

    def known(self, planned: PlannedRequest) -> KnownRequest | None:
        """Return the request as its agency knows it."""
        return self.systems[planned.participant].requests.get(planned.reference)

    def number(self, planned: PlannedRequest) -> str | None:
        """Return the tracking number that the agency received."""
        request = self.known(planned)
        return None if request is None else request.tracking_number

    def statuses(self) -> dict[str, str]:
        """Return the status of each tracking number, as its agency received it."""
        return {
            request.tracking_number: request.status
            for system in (*self.systems.values(), self.callers, self.visitors)
            for request in system.requests.values()
        }

    def all_states(self) -> "Counter[str]":
        """Return the number of requests in each state, with those of agencies without a system."""
        return Counter(self.statuses().values())

    def status(self, planned: PlannedRequest) -> str:
        """Return the last status that the agency received."""
        request = self.known(planned)
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

    async def rest(self, what: str, *, until_lapsed: bool = False) -> None:
        """
        Wait until all records are answered, and every request is at rest.

        A request whose offer or referral is left until it is late is also at rest. With
        *until_lapsed*, wait until no offer is open.
        """

        def missing() -> list[str]:
            left = [f"{s.what} ({s.coordinate})" for c in self.clients.values()
                    for s in c.unanswered()]  # fmt: skip
            lapsing = set() if until_lapsed else self._lapsing()
            left += [
                f"{planned.reference}: {status}"
                for planned in self.planned_requests
                if (status := self.status(planned)) not in RESTING
                and not (status == "offered" and self.number(planned) in lapsing)
                and not (status == "referred" and self.is_left(planned))
            ]
            left += [f"answers of {each}" for each, p in self.providers.items() if p.busy()]
            return left + self._not_yet_received()

        await self.until(missing, what)

    def is_left(self, planned: PlannedRequest) -> bool:
        """Return whether the program office leaves a referred request undecided for now."""
        number = self.number(planned)
        office = self.office
        is_theirs = number is not None and office.is_for_people(number)
        return number is None or is_theirs or not office.is_time(planned, number)

    def _lapsing(self) -> set[str]:
        """Return the tracking numbers of open offers that get no answer in time."""
        return {
            offer.tracking_number
            for provider in self.providers.values()
            for offer in provider.open_offers()
            if offer.is_left
        }

    def _not_yet_received(self) -> list[str]:
        """Return events that an agency has received and the provider has not."""
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
        return left

    async def until(self, missing: Callable[[], Sequence[str]], what: str) -> None:
        """Wait until nothing is missing."""
        await until(missing, changes=self.changes, what=what, progress=self.progress)


def _numbers(system: AgencySystem) -> set[str]:
    return {request.tracking_number for request in system.requests.values()}
