"""Plays assessments: two reports are published, one of them corrected, and one is late."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta

from deploy.demo.assessments.site import REPORT, AssessedSite
from deploy.demo.participants import Participants
from deploy.participants.client import Client

PROGRAM = "organizational-assessment"
SITES = 3
REVIEWER, SECOND = "staff:reviewer", "staff:second-reviewer"
SUMMARY = "What was found in the first weeks."
CORRECTED = "What was found in the first month."
DISPUTE = "Complaints were counted twice, as the list of 2026 shows."
REPLY = "We thank everybody who spoke with the assessors. <b>Changes have begun.</b>"
DUE_BEFORE = timedelta(days=2)


class Assessments:
    """The sites of the demonstration: the first two get their reports, the last one is late."""

    def __init__(self, participants: Participants) -> None:
        self._participants, self._days = participants, participants.days
        self.sites: list[AssessedSite] = []

    @property
    def published(self) -> Sequence[AssessedSite]:
        return self.sites[:-1]

    @property
    def late(self) -> AssessedSite:
        return self.sites[-1]

    async def assess(self) -> str:
        """Play everything from the first finding to a correction; return it in words."""
        self.sites = self._choose()
        office = self._participants.office.client
        for name in (REVIEWER, SECOND):
            person = {"id": name, "participant": "program-office",
                      "roles": ["worker", "approver"]}  # fmt: skip
            await office.send("staff.set", person, subject=name)
        await self._each(lambda site: site.record())
        await self._each(lambda site: site.propose(self._today()))
        await self._each(lambda site: site.verify(office, self._today(), actor=REVIEWER))
        await self._each(lambda site: site.claim(self._today()), self.published)
        await self._each(lambda site: self._plan(site, office))
        await self._draft(version=1, summary=SUMMARY)
        await self._check()
        await self._approve(office)
        await self._reply_and_correct(office)
        return f"{len(self.sites)} agencies assessed; {len(self.published)} reports published"

    def _choose(self) -> list[AssessedSite]:
        """Return some assessments under way whose agencies have systems."""
        found = []
        for planned in self._participants.planned_requests:
            number = self._participants.number(planned)
            if planned.program != PROGRAM or number is None:
                continue
            for provider in self._participants.providers.values():
                for engagement in provider.engagements.values():
                    if engagement.tracking_number == number and not engagement.ended:
                        agency = self._participants.systems[planned.participant]
                        about = engagement.engagement_id
                        found.append(AssessedSite(about, provider, agency, f"draft of {about}"))
        return found[:SITES]

    async def _plan(self, site: AssessedSite, office: Client) -> None:
        """Plan a report; the last site's is already overdue."""
        due = self._today() + (-DUE_BEFORE if site is self.late else timedelta(days=90))
        plan = {"kind": "initial", "every": "once", "first_due_on": due.isoformat()}
        await site.say(office, "publication.plan", plan, actor=REVIEWER)

    async def _draft(self, *, version: int, summary: str) -> None:
        await self._each(
            lambda site: site.draft(
                self._today(),
                version=version,
                summary=site.canary if site is self.late else summary,
            )
        )
        await self._participants.until(
            lambda: [s.engagement_id for s in self.sites if s.asked() is None],
            "fact checks",
        )

    async def _check(self) -> None:
        """The first two agencies answer, and one of them disputes; the last one never answers."""
        first, second = self.published
        for site, items in (
            (first, []),
            (second, [{"item": "2.1", "answer": "dispute", "words": DISPUTE}]),
        ):
            answer = {**(site.asked() or {}), "items": items}
            await site.say(site.agency.client, "fact_check.answer", answer)
        await self._participants.answered("the fact checks")

    async def _approve(self, office: Client) -> None:
        """Both reports are approved by a person other than the one who verified the statuses."""
        for site in self.published:
            await site.say(office, "publication.approve", site.asked() or {}, actor=SECOND)
        await self._participants.answered("the approvals")

    async def _reply_and_correct(self, office: Client) -> None:
        """One agency replies to its report; the office corrects a mistake in the other report."""
        replies, corrected = self.published
        reply = {"report_id": REPORT, "text": REPLY}
        await replies.say(replies.agency.client, "reply.state", reply)
        correction = {"report_id": REPORT, "correction": 1}
        mistake = {
            "item": "summary",
            "before": SUMMARY,
            "after": CORRECTED,
            "why": "A month, not some weeks.",
        }
        await corrected.say(office, "report.correct", {**correction, **mistake}, actor=REVIEWER)
        await self._participants.answered("the correction")
        await corrected.say(office, "correction.approve", correction, actor=SECOND)
        await self._participants.answered("the approval of the correction")

    async def _each(
        self,
        act: Callable[[AssessedSite], Awaitable[None]],
        sites: Sequence[AssessedSite] | None = None,
    ) -> None:
        await asyncio.gather(*(act(site) for site in (self.sites if sites is None else sites)))
        await self._participants.answered("messages about assessments")

    def _today(self) -> date:
        return self._days.now().date()
