"""One assessment of the demonstration: what its provider, its agency and the office say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from deploy.participants.agency_system import AgencySystem
from deploy.participants.client import Client
from deploy.participants.provider_system import ProviderSystem

ANALYST = "staff:analyst"
STATUSES = {
    "1.1.1": "complete",
    "1.1.2": "complete",
    "1.2.1": "partially_complete",
    "2.1.1": "in_progress",
    "2.1.2": "in_progress",
    "2.2.1": "in_progress",
    "2.2.2": "not_started",
}
"""Recommendation → its status."""
AREAS = {1: ("Use of force", "operations"), 2: ("Community engagement", "trust")}
"""Focus area → its title, and the goal that it serves."""
REPORT = "initial-report"


@dataclass(slots=True)
class AssessedSite:
    """
    An engagement that is assessed.

    ``canary`` is only in texts that are never published.
    """

    engagement_id: str
    provider: ProviderSystem
    agency: AgencySystem
    canary: str
    said: list[str] = field(default_factory=list)
    """The coordinates of the messages sent about it."""

    @property
    def about(self) -> Mapping[str, Any]:
        return {"engagement_id": self.engagement_id}

    def text(self, number: str) -> str:
        """Return the text of a finding or a recommendation."""
        return f"What was found or is recommended, under number {number}."

    async def record(self) -> None:
        """Record focus areas and findings, and then recommendations."""
        client = self.provider.client
        for area, (title, goal) in AREAS.items():
            await self.say(
                client, "focus_area.set", {"number": area, "title": title, "goal": goal}
            )
        for finding in sorted({number.rpartition(".")[0] for number in STATUSES}):
            said = {"finding": finding, "text": self.text(finding), "version": 1}
            await self.say(client, "finding.record", said)
        for number in STATUSES:
            said = {"recommendation": number, "text": self.text(number), "version": 1}
            await self.say(client, "recommendation.record", said)

    async def propose(self, on: date) -> None:
        """Propose the status of each recommendation."""
        for number, status in STATUSES.items():
            said = {"recommendation": number, "status": status, "on": on.isoformat()}
            await self.say(self.provider.client, "status.propose", said, actor=ANALYST)

    async def verify(self, office: Client, on: date, *, actor: str) -> None:
        """Verify each status, for the office."""
        for number, status in STATUSES.items():
            said = {"recommendation": number, "status": status, "on": on.isoformat()}
            await self.say(office, "status.verify", {**said, "decision": "accept"}, actor=actor)

    async def claim(self, on: date) -> None:
        """Say for the agency that a recommendation is done."""
        said = {"recommendation": "2.2.2", "done_on": on.isoformat(), "words": "It is done."}
        await self.say(self.agency.client, "recommendation.claim", said)

    async def draft(self, as_of: date, *, version: int, summary: str) -> None:
        """Draft the report about it."""
        said = {
            "report_id": REPORT,
            "version": version,
            "kind": "initial",
            "as_of": as_of.isoformat(),
            "title": "Initial report",
            "summary": summary,
            "items": list(STATUSES),
        }
        await self.say(self.provider.client, "report.draft", said, actor=ANALYST)

    def asked(self) -> Mapping[str, Any] | None:
        """Return what the agency needs in order to answer the last fact check; None: not asked."""
        checks = [each for each in self.agency.checks if self.about.items() <= each.items()]
        if not checks:
            return None
        return {name: checks[-1][name] for name in ("report_id", "version", "hash")}

    async def say(
        self, client: Client, kind: str, data: Mapping[str, Any], *, actor: str | None = None
    ) -> None:
        """Send a message about it."""
        sent = await client.send(
            kind, {**self.about, **data}, subject=self.engagement_id, actor=actor
        )
        self.said.append(sent.coordinate)
