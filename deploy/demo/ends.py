"""What ends or stops in the demonstration: providers, their work, and programs."""

import asyncio
from datetime import datetime

from deploy.demo.ends_told import (
    OFFICE,
    Happened,
    Received,
    continued,
    of_opening,
    referrals,
    told,
)
from deploy.demo.participants import Participants
from deploy.participants.behavior import LOST_PROVIDER, SUCCESSOR
from deploy.participants.client import Sent
from deploy.participants.program_office import LAST_RESORTS
from deploy.participants.sample import ENDED_PROGRAM, POSTPONED_PROGRAM

NEVER_SUSPENDED = LAST_RESORTS | {"fbinaa", "noble", LOST_PROVIDER}
"""Providers that get requests which no other provider can take."""
_POSTPONED_BY, _LASTS = 2, 2
"""Working days: by how many a program is postponed, and how long an open offer lasts at least."""


class Ends:
    """Ends and suspends providers and programs; each step returns what happened, in words."""

    def __init__(self, participants: Participants) -> None:
        self._participants, self._days = participants, participants.days
        self.happened = Happened()
        self.submissions: list[Sent] = []
        """What was submitted to the program that ends."""

    @property
    def received(self) -> Received:
        """What each participant has received."""
        return self._participants.received()

    async def postpone(self, opens_at: datetime) -> str:
        """Postpone a program that would open at *opens_at*."""
        happened = self.happened
        happened.opens_at = self._days.after(_POSTPONED_BY, start=opens_at)
        happened.postponed = [
            number
            for planned in self._participants.planned_requests
            if planned.program == POSTPONED_PROGRAM
            and self._participants.status(planned) == "waiting"
            and (number := self._participants.number(planned)) is not None
        ]
        await self._participants.office.define_program(
            POSTPONED_PROGRAM, opens_at=happened.opens_at.isoformat()
        )
        await self._participants.until(
            lambda: [n for n in happened.postponed if not of_opening(happened, self.received, n)],
            "the new date of a program",
        )
        return f"{POSTPONED_PROGRAM} postponed; {len(happened.postponed)} who wait are told"

    async def suspend(self) -> str:
        """Suspend the provider with the most open offers, but for those about to lapse."""
        lasting = self._days.after(_LASTS)
        offers = {
            name: [offer for offer in each.open_offers() if offer.expires_at > lasting]
            for name, each in self._participants.providers.items()
            if name not in NEVER_SUSPENDED
        }
        provider = max(sorted(offers), key=lambda name: len(offers[name]))
        office = self._participants.office
        await office.list_provider(provider, status="suspended", status_reason="staff_on_leave")
        await self._participants.until(
            lambda: [each.offer_id for each in offers[provider] if each.state == "open"],
            "the withdrawal of offers",
        )
        self.happened.suspended = provider
        self.happened.withdrawn = [each.offer_id for each in offers[provider]]
        self.happened.away_from = self._days.now()
        await self._participants.rest("the outcome of withdrawn offers")
        return f"{provider} suspended; {len(offers[provider])} offers go to others"

    async def take_up_again(self) -> str:
        """Let the suspended provider take part again."""
        provider, office = self.happened.suspended, self._participants.office
        self.happened.away_until = self._days.now()
        await office.list_provider(provider)
        await self._participants.answered("the provider's return", client=office.client)
        office.named = provider
        return f"{provider} takes part again"

    async def lose(self) -> str:
        """Have a provider leave, whose engagements others take over."""
        provider, office = self._participants.providers[LOST_PROVIDER], self._participants.office
        lost = [each.engagement_id for each in provider.engagements.values() if not each.ended]
        self.happened.lost = lost
        await office.list_provider(LOST_PROVIDER, status="ended", status_reason="left_the_field")
        await self._participants.until(
            lambda: [e for e in lost if not told(self.received, OFFICE, "engagement.affected", e)],
            "the work of a lost provider",
        )
        ended, rehomed, given_up = lost[:1], lost[1:2], lost[2:]
        await asyncio.gather(
            *(office.end(each) for each in ended),
            *(office.rehome(each, provider=SUCCESSOR) for each in rehomed),
            *(provider.cannot_go_on(each) for each in given_up),
        )
        await self._participants.until(
            lambda: [each for each in lost if not continued(self.received, each)],
            "others to go on with the work of a lost provider",
        )
        await self._participants.rest("the work of a lost provider")
        return f"{LOST_PROVIDER} left; others go on with its {len(lost)} engagements"

    async def end_program(self) -> str:
        """Suspend a program, submit requests that then wait for it, and end it."""
        participants, office = self._participants, self._participants.office
        await office.define_program(ENDED_PROGRAM, status="suspended")
        await participants.answered("the suspension of a program", client=office.client)
        self.submissions = await participants.submit_later()
        await participants.until(
            lambda: [
                each.reference
                for each in participants.later
                if participants.status(each) != "waiting"
            ],
            "requests for a suspended program",
        )
        numbers = [number for each in participants.later if (number := participants.number(each))]
        self.happened.referred = numbers
        await office.define_program(ENDED_PROGRAM, status="ended")
        await participants.until(
            lambda: [
                number
                for each, number in zip(participants.later, numbers, strict=True)
                if participants.status(each) == "waiting" or not referrals(self.received, number)
            ],
            "the referral of those who wait for an ended program",
        )
        await participants.rest("the outcome of an ended program")
        return f"{ENDED_PROGRAM} ended; {len(numbers)} who waited go on in another program"
