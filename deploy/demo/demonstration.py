"""The phases of the demonstration; each waits until every request is at rest."""

import asyncio
import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.demo.assessments.play import Assessments
from deploy.demo.bad_input import BadRecord, bad_records, garbage
from deploy.demo.business_days import START
from deploy.demo.ends import Ends
from deploy.demo.misuse import Judged, late_answers, send_misuse
from deploy.demo.office.staff import Staff
from deploy.demo.participants import Participants
from deploy.demo.people.public import Public
from deploy.demo.releases import wait_for_release
from deploy.participants.agencies import reference
from deploy.participants.behavior import LOST_PROVIDER, LOST_TOPIC, SCARCE_TOPIC, SUCCESSOR
from deploy.participants.client import Client, Sent
from deploy.participants.contacts import set_contacts
from deploy.participants.sample import LOST, SCARCE_PLACES, SCARCE_PLACES_LATER, PlannedRequest
from services.reporting.months import Month

_TRIAL, _SCARCE_PROVIDER = "trial-connection", "noble"
_LITTLE = frozenset({SCARCE_TOPIC, LOST_TOPIC})
_OPENS_AFTER, _GARBAGE, _PLENTY, _CHUNK = 7, 40, 1000, 4
_AMENDED_LATE = 20
"""Twice as many as it takes to change a count that is rounded to tens."""


class Demonstration:
    """Drives the participants through the phases."""

    def __init__(
        self, participants: Participants, *, seed: int, desk: str, public: Public, figures: str
    ) -> None:
        self.participants, self._seed = participants, seed
        self._figures = figures
        self.staff = Staff(desk, decide=participants.office.decision)
        self.public = public
        self._days = participants.days
        self._opens_at = self._days.now()
        self.ends = Ends(participants)
        self.assessments = Assessments(participants)
        self.half_way = threading.Event()
        self.bad = bad_records(participants.planned_requests, today=START.date())
        self.asking = sorted({planned.participant for planned in participants.planned_requests})
        office = participants.office.client.access.participant
        self.addressed = [office, *self.asking, *participants.providers]
        """The participants that also get mail."""
        self.submissions: list[Sent] = []
        self.judged: list[Judged] = []
        self.moved: set[str] = set()
        """The offers that end later because a closure was announced after they were made."""
        self.corrected: Month | None = None
        """The month whose requests were amended after its figures were published, if any."""

    async def run(self) -> None:
        """Run all phases in order."""
        await self.participants.connect()
        say = self.participants.progress.say
        directing = asyncio.create_task(self._direct())
        try:
            await self._introductions()
            await self._days.begin()
            self.staff.work()
            self.public.come()
            await self._submissions()
            say(await self.ends.postpone(self._opens_at))
            await self._amendments()
            await self._closure()
            say(await self.ends.suspend())
            await self._declare(SUCCESSOR, lost=LOST)
            say(await self.ends.lose())
            say(await self.ends.take_up_again())
            await self._opening()
            await self._directions()
            say(await self._amend_late())
            say(await self.assessments.assess())
            await self._more_capacity()
            await self._lapses()
            say(await self.ends.end_program())
            self.submissions += self.ends.submissions
            say(await self._news())
            say(await self._visits())
            await self._work()
            await self._days.wait_until(self._days.end)
        finally:
            directing.cancel()
            try:
                await asyncio.gather(self.staff.go_home(), self.public.leave())
            finally:
                await self.participants.disconnect()

    async def _direct(self) -> None:
        """The program office decides what is referred to it, as soon as it can."""
        with self.participants.changes.watched() as changed:
            while True:
                changed.clear()
                await self.participants.office.direct()
                await changed.wait()

    async def _introductions(self) -> None:
        """Register participants, define reference data, declare capacity, set contacts."""
        say = self.participants.progress.say
        self._opens_at = self._days.after(_OPENS_AFTER)
        await self.participants.office.register_itself()
        await self.participants.answered("the program office's registration")
        await self.participants.office.register_others()
        await self.participants.office.register_desks()
        await self.participants.answered("the registrations")
        await self.participants.office.define(opens_at=self._opens_at)
        await self.participants.answered("the reference data")
        sent = len(self.participants.office.client.sent)
        say(f"introduced: {sent} messages of the program office applied")
        await asyncio.gather(
            *(
                self._declare(
                    each,
                    scarce=SCARCE_PLACES if each == _SCARCE_PROVIDER else 0,
                    lost=LOST if each == LOST_PROVIDER else 0,
                )
                for each in self.participants.providers
            ),
            *(set_contacts(self.participants.clients[each]) for each in self.addressed),
            self.staff.begin(),
        )
        await self.participants.answered("capacity and contacts")
        say(f"capacity declared by {len(self.participants.providers)} providers")

    async def _declare(self, provider: str, *, scarce: int = 0, lost: int = 0) -> Sent:
        """Declare ample capacity; for two topics only some providers have any, and little."""
        plenty = [t["id"] for t in reference("topics") if t["id"] not in _LITTLE] + ["other"]
        entries: list[dict[str, Any]] = []
        if provider != LOST_PROVIDER:
            entries.append({"topics": plenty, "can_take": _PLENTY})
        if scarce:
            entries.append({"topics": [SCARCE_TOPIC], "can_take": scarce})
        if lost:
            entries.append({"topics": [LOST_TOPIC], "can_take": lost})
        return await self.participants.providers[provider].declare(entries)

    async def _submissions(self) -> None:
        """All participants submit at once, valid and invalid requests together."""
        await asyncio.gather(
            *(self._submit(participant) for participant in self.participants.clients),
            self._send_garbage(self.participants.clients[_TRIAL]),
        )
        self.half_way.set()
        self.participants.progress.say(
            f"submitted: {len(self.submissions)} requests, valid and invalid"
        )
        await self.participants.rest("the outcome of the submissions")
        self.participants.progress.say(f"at rest: {self.participants.states()}")

    async def _submit(self, participant: str) -> None:
        """Send a few at a time; wait for their answers before the next ones."""
        planned_requests = [
            planned
            for planned in self.participants.planned_requests
            if planned.participant == participant
        ]
        bad = [record for record in self.bad if record.participant == participant]
        items: list[PlannedRequest | BadRecord] = [
            *planned_requests,
            *(b for b in bad if not b.after),
        ]
        random.Random(f"{self._seed}/{participant}").shuffle(items)
        items += [record for record in bad if record.after]
        for start in range(0, len(items), _CHUNK):
            chunk = items[start : start + _CHUNK]
            await asyncio.gather(*(self._send(participant, item) for item in chunk))
            if len(self.submissions) * 2 > len(self.participants.planned_requests):
                self.half_way.set()
            await self.participants.answered(
                "submissions", client=self.participants.clients[participant]
            )

    async def _send(self, participant: str, item: PlannedRequest | BadRecord) -> None:
        if isinstance(item, PlannedRequest):
            self.submissions.append(await self.participants.systems[participant].submit(item))
            return
        sent = await self.participants.clients[participant].send_bytes(
            item.value, what=item.kind, headers=item.headers
        )
        self.judged.append((item.kind, sent, item.codes))
        if item.submission:
            self.submissions.append(sent)

    async def _send_garbage(self, client: Client) -> None:
        pieces = garbage(self._seed, _TRIAL, _GARBAGE)
        await asyncio.gather(*(client.send_bytes(piece, what="garbage") for piece in pieces))

    async def _amendments(self) -> None:
        """Agencies amend, withdraw, send messages that must be refused, and ask for statuses."""
        amended = [
            planned
            for planned in self.participants.planned_requests
            if planned.amended and not planned.withdrawn
        ]
        withdrawn = [
            planned for planned in self.participants.planned_requests if planned.withdrawn
        ]
        await asyncio.gather(*(self.participants.systems[w.participant].amend(w) for w in amended))
        await asyncio.gather(
            *(self.participants.systems[w.participant].withdraw(w) for w in withdrawn)
        )
        await self.participants.answered("amendments and withdrawals")
        self.judged += await send_misuse(
            self.participants.planned_requests,
            self.participants.systems,
            self.participants.providers,
        )
        await asyncio.gather(*(self.participants.systems[each].ask("all") for each in self.asking))
        await asyncio.gather(*(p.client.send("status.ask", {"about": "open_offers"}, subject="x")
                               for p in self.participants.providers.values()))  # fmt: skip
        await self.participants.rest("the outcome of amendments")
        self.participants.progress.say(
            f"amended {len(amended)}, withdrawn {len(withdrawn)};"
            f" at rest: {self.participants.states()}"
        )

    async def _closure(self) -> None:
        """The program office announces, while offers are open, that it closes for a day."""
        day = self._days.morning_after(2)
        before = {
            offer.offer_id: (offer, offer.expires_at)
            for provider in self.participants.providers.values()
            for offer in provider.open_offers()
            if offer.expires_at >= day
        }
        self.moved = set(before)
        await self.participants.office.close(day.date())
        await self.participants.until(
            lambda: [name for name, (offer, end) in before.items() if offer.expires_at == end],
            "the new ends of open offers",
        )
        self.participants.progress.say(
            f"the office closes on {day:%a %b %d}: {len(self.moved)} open offers get longer"
        )

    async def _opening(self) -> None:
        """The two announced programs open, and waiting requests are offered in order."""

        def missing() -> list[str]:
            return [
                f"{planned.reference}: waiting for {planned.program}"
                for planned in self.participants.planned_requests
                if planned.program != "cri-tac"
                and self.participants.status(planned) in ("accepted", "waiting")
            ]

        waiting = len(missing())
        if waiting:
            self.participants.progress.say(
                f"{waiting} wait for the two announced programs to open"
            )
        await self.participants.until(missing, "the opening of the programs")
        await self.participants.rest("the outcome of the released requests")
        self.participants.progress.say(
            f"both programs are open; at rest: {self.participants.states()}"
        )

    async def _directions(self) -> None:
        """Wait until the program office has decided what was referred to it, some of it late."""
        office = self.participants.office

        def missing() -> list[str]:
            return [
                planned.reference
                for planned in self.participants.planned_requests
                if self.participants.status(planned) == "referred"
            ]

        left = len(missing())
        await self.participants.until(missing, "directions")
        await self.participants.rest("the outcome of the directions")
        self.participants.progress.say(
            f"the program office decided {self.staff.decided} referred requests at its desk,"
            f" {len(office.directed)} by its system, {left} late"
        )

    async def _amend_late(self) -> str:
        """Agencies amend requests of the first month, whose figures are published."""
        month = self._days.month_of(START)
        amended = [
            each
            for each in self.participants.planned_requests
            if self.participants.status(each) == "assigned"
            and not each.amended
            and self._month_of(each) == month
        ][:_AMENDED_LATE]
        if len(amended) < _AMENDED_LATE:
            return f"the days began too late to amend {_AMENDED_LATE} requests of {month}"
        self.corrected = month
        await self._days.figures_due(month)
        await wait_for_release(self._figures, str(month))
        await asyncio.gather(
            *(self.participants.systems[each.participant].amend(each) for each in amended)
        )
        await self.participants.rest("the outcome of late amendments")
        return f"{len(amended)} requests of {month} amended after its figures were published"

    def _month_of(self, planned: PlannedRequest) -> Month | None:
        """Return in which month a request was accepted, as its agency was told."""
        request = self.participants.known(planned)
        if request is None or "accepted" not in request.at:
            return None
        before = timedelta(seconds=time.monotonic() - request.at["accepted"])
        return self._days.month_of(self._days.clock.at(datetime.now(UTC) - before))

    async def _more_capacity(self) -> None:
        """The provider of the scarce topic takes a few more requests off the queue."""
        scarce = [
            planned
            for planned in self.participants.planned_requests
            if SCARCE_TOPIC in planned.data["topics"]
        ]
        still = len(scarce) - SCARCE_PLACES - SCARCE_PLACES_LATER
        await self._declare(_SCARCE_PROVIDER, scarce=SCARCE_PLACES_LATER)

        def missing() -> list[str]:
            waiting = [w.reference for w in scarce if self.participants.status(w) == "waiting"]
            return waiting[still:]

        await self.participants.until(missing, "the release of waiting requests by capacity")
        await self.participants.rest("the outcome of requests released by capacity")
        self.participants.progress.say(
            f"capacity for {SCARCE_PLACES_LATER} more; {still} are still waiting"
        )

    async def _lapses(self) -> None:
        """Offers that nobody answered in time lapse, and go to the next provider."""
        await self.participants.rest("the end of the unanswered offers", until_lapsed=True)
        lapsed = sum(
            offer.state == "lapsed"
            for provider in self.participants.providers.values()
            for offer in provider.offers.values()
        )
        self.participants.progress.say(
            f"{lapsed} offers lapsed unanswered; at rest: {self.participants.states()}"
        )

    async def _news(self) -> str:
        """Those who have asked for news are told of a solicitation."""
        await self.public.been()
        today = self._days.now().date()
        await self.participants.office.announce(f"cri-tac-{today:%Y}", today=today)
        await self.public.read_news()
        readers = sum(each.has_confirmed for each in self.public.subscribers)
        return f"a solicitation is announced, and read by {readers} who asked for news"

    async def _visits(self) -> str:
        """Wait until requests by web form are decided; then people use their links."""
        await self.public.been()
        visitors = self.participants.visitors

        def missing() -> list[str]:
            return [
                f"{request.tracking_number}: {request.status}"
                for request in visitors.requests.values()
                if request.status in ("accepted", "referred", "offered")
            ]

        await self.participants.until(missing, "the outcome of the requests by web form")
        await self.public.use_links()
        withdrawn = {
            each.visitor.number for each in self.public.holders if each.does == "withdraws"
        }

        def standing() -> list[str]:
            return [
                request.tracking_number
                for request in visitors.requests.values()
                if request.tracking_number in withdrawn and request.status != "withdrawn"
            ]

        await self.participants.until(standing, "the withdrawals by link")
        counts = Counter(request.status for request in visitors.requests.values())
        found = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
        return f"{len(visitors.requests)} requests by web form; at rest: {found}"

    async def _work(self) -> None:
        """Providers report their work; each request must end in the sample's state."""
        await asyncio.gather(
            *(provider.work() for provider in self.participants.providers.values())
        )
        await self.participants.answered("reports of work")
        self.judged += late_answers(self.participants.providers)

        def missing() -> list[str]:
            return [
                f"{planned.reference}: {self.participants.status(planned)}, not {planned.ends}"
                for planned in self.participants.planned_requests
                if self.participants.status(planned) not in planned.ends.split(" or ")
            ]

        await self.participants.until(missing, "the end of the work")
        self.participants.progress.say(f"work reported; at the end: {self.participants.states()}")
