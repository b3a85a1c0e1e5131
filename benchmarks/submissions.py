"""Generates varied submissions of slightly over 1 KiB, before a measurement starts."""

import json
import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.participants import AskingAgency, reference

_FORMS = (
    "training_in_person",
    "training_virtual",
    "strategic_planning",
    "policy_review",
    "consultation",
    "peer_exchange",
    "virtual_coaching",
    "resource_referral",
)
_GOALS = ("trust", "operations", "wellness", "learning", "promising_practices")
_TEXT = (
    "supervisors review each report twice and the second review seldom finds anything new "
    "while newer staff ask for practice with scenarios that look like the calls they answer "
    "most often at night in the parts of town where residents tell us they feel least heard"
)
_WORDS = _TEXT.split()


def submissions(
    agencies: Sequence[AskingAgency], *, load: str, count: int
) -> Iterator[tuple[str, bytes]]:
    """
    Yield (agency system, submission) pairs.

    References are ``<load>-<number>``. One of twenty is for a program that is only announced, and
    will wait; the others are for the open program.
    """
    draw = random.Random(load)
    now = datetime.now(UTC)
    topics = [entry["id"] for entry in reference("topics") if "general" in entry["families"]]
    for number in range(count):
        agency = draw.choice(agencies)
        waits = number % 20 == 0
        data = {
            "reference": f"{load}-{number}",
            "first_contact_on": str(now.date() - timedelta(days=draw.randint(3, 60))),
            "agency": agency.as_stated(),
            "requested_by": {"role": "chief_executive"},
            "topics": draw.sample(topics, draw.randint(1, 3)),
            "service_forms": ["in_depth_assessment"] if waits else draw.sample(_FORMS, 2),
            "goals": draw.sample(_GOALS, 2),
            "need": {
                "issue": " ".join(draw.choices(_WORDS, k=55)),
                "how_noticed": " ".join(draw.choices(_WORDS, k=25)),
            },
            "wished": {"from": str(now.date() + timedelta(days=draw.randint(30, 90)))},
            "may_be_named": draw.random() < 0.5,
        }
        message = {
            "specversion": "1.0",
            "id": str(uuid.UUID(int=draw.getrandbits(128), version=4)),
            "type": "gov.cri.request.submit.v1",
            "source": f"urn:cri:{agency.system}:case-system",
            "subject": data["reference"],
            "time": now.isoformat(),
            "datacontenttype": "application/json",
            "data": data,
        }
        yield agency.system, json.dumps(message, separators=(",", ":")).encode()
