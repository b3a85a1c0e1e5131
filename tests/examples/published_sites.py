"""What is published about sites, as reporting's events; any part is replaceable."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from shared.contracts.event import derived_id, padded
from shared.contracts.published_reports import PublicationEvent

SLUG = "north-miami-police-department-fl"
REPORT = "initial-2024"
AS_OF = date(2024, 9, 26)
SITES = Path(__file__).parent / "public_sites.csv"
STATUSES = ("complete", "partially_complete", "in_progress", "not_started")
STATES_OF = {
    "Dearborn Heights Police Department": "US-MI",
    "North Miami Police Department": "US-FL",
    "Charlottesville Police Department": "US-VA",
    "Minneapolis Police Department": "US-MN",
    "Fayetteville Police Department": "US-NC",
    "Salinas Police Department": "US-CA",
    "St. Louis County Police Department": "US-MO",
    "San Francisco Police Department": "US-CA",
    "Philadelphia Police Department": "US-PA",
}
_KINDS = {
    "site": "site_changed",
    "plan": "publication_planned",
    "slip": "publication_rescheduled",
    "report": "report_published",
    "reply": "reply_stated",
    "correction": "report_corrected",
    "withdrawal": "report_withdrawn",
}
_EVENTS: TypeAdapter[Any] = TypeAdapter(PublicationEvent)


class Publishing:
    """Publishes events about one site, each with the next number."""

    def __init__(self, slug: str = SLUG, agency: str = "North Miami Police Department") -> None:
        self.slug = slug
        self.events: list[Any] = []
        self.facts: dict[str, Any] = {
            "engagement_id": "CRI-2026-000001-Z-E1",
            "agency": agency,
            "state": "US-FL",
            "provider": "cna",
            "status": "announced",
            "opened_on": "2024-03-27",
        }
        self.state()

    def state(self, **changes: Any) -> "Publishing":
        """Say how the site is now."""
        self.facts |= changes
        return self._add("site", self.facts)

    def plan(self, kind: str = "progress", **changes: Any) -> "Publishing":
        planned = {"kind": kind, "every": "once", "first_due_on": "2027-04-30"}
        return self._add("plan", {**planned, **changes})

    def slip(self, due_on: str, new_due_on: str, **changes: Any) -> "Publishing":
        moved = {"kind": "progress", "reason": "legal_review"}
        return self._add("slip", {**moved, "due_on": due_on, "new_due_on": new_due_on, **changes})

    def report(
        self,
        statuses: Iterable[str | None] = (),
        *,
        report_id: str = REPORT,
        as_of: date | str = AS_OF,
        published_on: date | str = "2024-10-01",
        areas: Sequence[dict[str, Any]] | None = None,
        facts: dict[str, Any] | None = None,
        **changes: Any,
    ) -> "Publishing":
        """Publish a report with a recommendation for each of *statuses*, or with *areas*."""
        body = {
            "slug": self.slug,
            "report_id": report_id,
            "version": 1,
            "kind": "initial",
            "title": "Initial assessment",
            "as_of": as_of,
            "summary": "What the assessment has found so far.",
            "focus_areas": areas_of(statuses) if areas is None else areas,
            **changes,
        }
        published = {
            "hash": "ab" * 32,
            "body": body,
            "published_on": published_on,
            "fact_check": "checked",
        }
        at = f"{published_on}T15:00:00Z"
        return self._add("report", {**published, **(facts or {})}, at=at, slug=False)

    def reply(self, text: str, item: str | None = None, **changes: Any) -> "Publishing":
        stated = {"item": item, "text": text, "stated_at": "2024-10-04T14:00:00Z"}
        return self._add("reply", {"report_id": REPORT, **stated, **changes})

    def correction(self, item: str, before: str, after: str, **changes: Any) -> "Publishing":
        stated = {
            "report_id": REPORT,
            "item": item,
            "before": before,
            "after": after,
            "why": "The number was that of another agency.",
            "corrected_on": "2024-10-09",
            "hash": "cd" * 32,
        }
        return self._add("correction", {**stated, **changes}, at="2024-10-09T15:00:00Z")

    def withdrawal(self, why: str = "It named a person.", **changes: Any) -> "Publishing":
        stated = {"report_id": REPORT, "why": why, "withdrawn_on": "2024-11-01"}
        return self._add("withdrawal", {**stated, **changes}, at="2024-11-01T15:00:00Z")

    def _add(
        self,
        name: str,
        data: dict[str, Any],
        *,
        at: str = "2024-03-27T15:00:00Z",
        slug: bool = True,
    ) -> "Publishing":
        number = len(self.events) + 1
        kind = f"gov.cri.reporting.{_KINDS[name]}.v1"
        about = {"slug": self.slug} if slug else {}
        event = {
            "id": derived_id("test", kind, self.slug, number),
            "source": "urn:cri:continuum:reporting",
            "type": kind,
            "subject": self.slug,
            "time": at,
            "dataclassification": "public",
            "correlationid": "c",
            "causationid": "test",
            "sequence": padded(number),
            "data": {**about, **data},
        }
        self.events.append(_EVENTS.validate_python(event))
        return self


def areas_of(statuses: Iterable[str | None]) -> list[dict[str, Any]]:
    """Return a focus area with a finding, which led to a recommendation for each status."""
    recommendations = [
        {
            "number": f"1.1.{place}",
            "text": f"Recommendation number {place}.",
            "status": status,
            "status_on": None if status is None else "2024-09-20",
        }
        for place, status in enumerate(statuses, 1)
    ]
    finding = {"number": "1.1", "text": "A finding.", "recommendations": recommendations}
    return [{"number": 1, "title": "Community Engagement", "findings": [finding]}]


def real_sites() -> list[Publishing]:
    """Return the nine real sites of which the number of recommendations is known, published."""
    found = []
    for row in csv.DictReader(SITES.read_text().splitlines()):
        name = row["agency"]
        slug = "".join(c if c.isalnum() else "-" for c in name.lower()).replace("--", "-")
        counts = Counter({status: int(row[status] or 0) for status in STATUSES})
        known: list[str | None] = [*counts.elements()]
        unknown = int(row["recommendations"]) - len(known)
        as_of = row["statuses_as_of"] or "2025-01-01"
        site = Publishing(slug, name)
        provider = row["provider"] or "a provider that its source does not name"
        site.state(provider=provider, state=STATES_OF[name], status="active")
        found.append(
            site.report([*known, *([None] * unknown)], as_of=as_of, published_on="2025-01-02")
        )
    return found
