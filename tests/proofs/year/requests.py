"""The year's requests: who asks, when and for what; equal seeds draw equal requests."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy.participants.agencies import AskingAgency, asking_agencies, reference

_EASTERN = ZoneInfo("America/New_York")
_FORMS = ("training_in_person", "training_virtual", "strategic_planning", "policy_review")
_GOALS = ("trust", "operations", "wellness", "learning", "promising_practices")
_ISSUES = (
    "Supervisors ask for practice with the calls that they answer most often.",
    "Our policy dates from before the last change of the law.",
    "Residents asked at three meetings for a clearer account of our work.",
)


@dataclass(frozen=True, slots=True)
class Submission:
    """A request of *agency*, to be sent at *at* (business time)."""

    at: datetime
    agency: AskingAgency
    data: dict[str, Any]


def submissions(*, seed: int, count: int, first: datetime, last: datetime) -> Iterator[Submission]:
    """Yield *count* submissions in the order of their times, on working days from 8 to 18."""
    draw = random.Random(seed)
    agencies = [each for each in asking_agencies() if each.agency_class != "federal"]
    topics = [each["id"] for each in reference("topics") if "general" in each["families"]]
    times = sorted(_time(draw, first, last) for _ in range(count))
    for number, at in enumerate(times):
        agency = draw.choice(agencies)
        yield Submission(at, agency, _data(draw, agency, topics, number=number, at=at))


def _time(draw: random.Random, first: datetime, last: datetime) -> datetime:
    """Draw a time on a weekday."""
    days = (last - first).days
    while True:
        day = (first + timedelta(days=draw.randrange(days))).astimezone(_EASTERN)
        if day.weekday() < 5:
            return day.replace(hour=draw.randint(8, 17), minute=draw.randint(0, 59))


def _data(
    draw: random.Random, agency: AskingAgency, topics: list[str], *, number: int, at: datetime
) -> dict[str, Any]:
    today = at.date()
    asked = today - timedelta(days=draw.randint(3, 40))
    data: dict[str, Any] = {
        "reference": f"year-{number:05d}",
        "first_contact_on": asked.isoformat(),
        "agency": agency.as_stated(),
        "requested_by": {"role": "chief", "contact_id": "desk"},
        "topics": draw.sample(topics, draw.randint(1, 3)),
        "service_forms": draw.sample(_FORMS, 2),
        "goals": draw.sample(_GOALS, draw.randint(1, 2)),
        "need": {"issue": draw.choice(_ISSUES)},
        "wished": {"from": (today + timedelta(days=draw.randint(20, 90))).isoformat()},
        "may_be_named": draw.random() < 0.3,
    }
    kind = draw.random()
    if kind < 0.15:
        incident = today - timedelta(days=draw.randint(5, 60))
        data["urgency"] = {"level": "standard", "incident_on": incident.isoformat()}
        if kind < 0.05:
            data["urgency"] |= {"level": "urgent", "reason": "The event is in the public eye."}
    elif kind < 0.22:
        data["service_forms"] = ["in_depth_assessment"]
    return data
