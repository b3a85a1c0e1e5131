"""Messages of participants: deterministic, with any part replaceable."""

import json
from datetime import UTC, datetime
from typing import Any

from shared.contracts.services import WEB_DESK
from shared.delivery.records import Record

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
AGENCY, PROVIDER, OFFICE, OBSERVER = "ca-post", "iacp", "program-office", "wi-post"
ORI = "CA0194200"
STAFF = "staff:w1"
"""A person of the program office, with the role worker."""
APPROVER = "staff:p1"
"""Another one, with the role approver."""
SENDERS = {
    "capacity": PROVIDER,
    "offer": PROVIDER,
    "milestone": PROVIDER,
    "engagement": PROVIDER,
    "participant": OFFICE,
    "program": OFFICE,
    "topic": OFFICE,
    "provider": OFFICE,
    "ruleset": OFFICE,
    "calendar": OFFICE,
    "staff": OFFICE,
    "solicitation": OFFICE,
    "agency": OFFICE,
    "hold": OFFICE,
    "person": OFFICE,
    "case": OFFICE,
    "code": WEB_DESK,
    "subscription": WEB_DESK,
    "focus_area": PROVIDER,
    "finding": PROVIDER,
    "recommendation.record": PROVIDER,
    "status.propose": PROVIDER,
    "status.verify": OFFICE,
    "publication": OFFICE,
    "report.draft": PROVIDER,
    "report.correct": OFFICE,
    "report.withdraw": OFFICE,
    "correction": OFFICE,
}
"""The senders of the types that an agency system does not send, or of all with a first word."""
_WITH_ACTOR = (
    "case.ask", "status.propose", "status.verify", "report.draft", "publication.approve",
    "report.correct", "correction.approve",
)  # fmt: skip
_OF_OFFICE = (
    "request.direct", "engagement.end", "engagement.rehome", "clock.settle", "notice.settle",
)  # fmt: skip
_ACTORS = {
    "hold.set": APPROVER,
    "person.forget": APPROVER,
    "publication.approve": APPROVER,
    "correction.approve": APPROVER,
}
"""Types that need another person than the others."""
MAIL = "fe55e3a9-235d-5890-b264-5f550b7783c2"


def event(kind: str, data: Any, *, sender: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return a CloudEvent of the type ``gov.cri.<kind>.v1``; None leaves an attribute out."""
    participant = sender or sender_of(kind)
    attributes = {
        "specversion": "1.0",
        "id": "m-1",
        "type": f"gov.cri.{kind}.v1",
        "source": f"urn:cri:{participant}:system",
        "subject": "message",
        "time": "2026-03-02T07:00:00-08:00",
        "actor": _ACTORS.get(kind, STAFF if kind in _WITH_ACTOR else None),
        "data": data,
        **changes,
    }
    return {name: value for name, value in attributes.items() if value is not None}


def sender_of(kind: str) -> str:
    """Return the participant that sends the messages of *kind* in these examples."""
    if kind in _OF_OFFICE:
        return OFFICE
    return SENDERS.get(kind) or SENDERS.get(kind.split(".")[0], AGENCY)


def record(
    message: Any, *, offset: int = 0, participant: str = AGENCY, at: datetime = AT, **changes: Any
) -> Record:
    """Return a record with *message*, encoded as JSON unless it is bytes or None."""
    raw = message is None or isinstance(message, bytes)
    value = message if raw else json.dumps(message).encode()
    headers = changes.pop("headers", ())
    return Record(f"cri.in.{participant}.v1", 0, offset, None, value, headers, at)


def submission(**changes: Any) -> dict[str, Any]:
    """Return the data of a ``request.submit``."""
    return {
        "reference": "CA-2026-0042",
        "first_contact_on": "2026-02-20",
        "agency": agency(),
        "requested_by": {"role": "chief", "contact_id": "c-1", "authorized_on": "2026-02-27"},
        "program": None,
        "topics": ["crisis_intervention", "officer_wellness"],
        "service_forms": ["training_in_person", "policy_review"],
        "goals": ["trust", "wellness"],
        "need": {"issue": "Calls of people in crisis end in arrests."},
        "urgency": {"level": "standard"},
        "wished": {"from": "2026-04-01", "until": "2026-09-30"},
        **changes,
    }


def agency(**changes: Any) -> dict[str, Any]:
    """Return the agency of a submission."""
    return {
        "ori": ORI,
        "name": "Los Angeles Police Department",
        "cri_type": "local",
        "agency_class": "city",
        "state": "US-CA",
        "sworn_band": "1000+",
        **changes,
    }


def data_of(kind: str, number: str) -> dict[str, Any]:
    """Return valid data of every type, about the request *number* where it is about one."""
    every: dict[str, dict[str, Any]] = {
        "request.submit": submission(),
        "request.amend": {"tracking_number": number, "topics": ["officer_wellness"]},
        "request.withdraw": {"tracking_number": number, "reason": "no_longer_needed"},
        "contact.set": {"contact_id": "c-1", "name": "Pat Doe", "email": "pat@example.org"},
        "code.send": {
            "contact_id": "c-1",
            "purpose": "confirm_address",
            "about": "WEB-7Q2K9M4T1X",
            "counter": 1,
        },
        "preference.set": {
            "contact_id": "c-1",
            "kinds": {"status": "daily"},
            "quiet": {"from": "21:00", "until": "06:30"},
            "zone": "America/Denver",
        },
        "subscription.ask": {"address": "pat@example.org", "kinds": ["solicitations"]},
        "subscription.confirm": {"subscription_id": MAIL, "kinds": ["solicitations"]},
        "subscription.set": {
            "subscription_id": MAIL,
            "kinds": ["solicitations"],
            "cadence": "monthly",
        },
        "subscription.end": {
            "subscription_id": MAIL,
            "kinds": ["solicitations"],
            "by": "one_click",
        },
        "status.ask": {"about": "all"},
        "capacity.declare": {
            "valid_until": "2026-06-30T00:00:00Z",
            "entries": [{"topics": ["officer_wellness"], "can_take": 3}],
        },
        "offer.answer": {"offer_id": f"{number}-O1", "answer": "accept", "note": "Gladly."},
        "milestone.report": {
            "engagement_id": f"{number}-E1",
            "milestone": "kick_off",
            "on": "2026-03-01",
        },
        "engagement.close": {"engagement_id": f"{number}-E1", "reason": "completed"},
        "engagement.end": {
            "engagement_id": f"{number}-E1",
            "reason": "provider_lost",
            "then": "back_to_lane",
            "words_for_requester": "Your provider had to stop.",
        },
        "engagement.rehome": {
            "engagement_id": f"{number}-E1",
            "reason": "provider_lost",
            "to": "provider",
            "provider": PROVIDER,
            "words_for_requester": "Another one goes on.",
        },
        "clock.settle": {
            "tracking_number": number,
            "clock": "engagement_silence",
            "valid_until": "2026-06-01T14:00:00Z",
            "reason": "agreed_by_telephone",
        },
        "notice.settle": {
            "mail": MAIL,
            "how": "counted_as_delivered",
            "why": "The chief has read it.",
        },
        "case.ask": {"tracking_number": number, "purpose": "call"},
        "focus_area.set": {
            "engagement_id": f"{number}-E1",
            "number": 2,
            "title": "Use of force",
        },
        "finding.record": {
            "engagement_id": f"{number}-E1",
            "finding": "2.1",
            "text": "Reports of force are reviewed late.",
            "basis": ["policy_review", "interviews"],
            "version": 1,
        },
        "recommendation.record": {
            "engagement_id": f"{number}-E1",
            "recommendation": "2.1.1",
            "text": "Review each report of force within five days.",
            "due_on": "2026-12-31",
            "version": 1,
        },
        "recommendation.claim": {
            "engagement_id": f"{number}-E1",
            "recommendation": "2.1.1",
            "done_on": "2026-02-27",
            "words": "The new policy is in force.",
        },
        "status.propose": {
            "engagement_id": f"{number}-E1",
            "recommendation": "2.1.1",
            "status": "in_progress",
            "reason_code": "under_study",
            "basis": ["site_visit"],
            "on": "2026-02-27",
        },
        "status.verify": {
            "engagement_id": f"{number}-E1",
            "recommendation": "2.1.1",
            "status": "in_progress",
            "decision": "accept",
            "on": "2026-03-01",
        },
        "publication.plan": {
            "engagement_id": f"{number}-E1",
            "kind": "progress",
            "every": "half_year",
            "first_due_on": "2027-04-30",
            "aliases": ["LAPD"],
        },
        "publication.reschedule": {
            "engagement_id": f"{number}-E1",
            "kind": "progress",
            "due_on": "2027-04-30",
            "new_due_on": "2027-05-31",
            "reason": "legal_review",
        },
        "report.draft": {
            "engagement_id": f"{number}-E1",
            "report_id": "initial-2026",
            "version": 1,
            "kind": "initial",
            "as_of": "2026-02-27",
            "title": "Initial report",
            "summary": "What was found, and what is recommended.",
            "items": ["2.1", "2.1.1"],
        },
        "report.read": {
            "engagement_id": f"{number}-E1",
            "report_id": "initial-2026",
            "version": 1,
        },
        "fact_check.answer": {
            "engagement_id": f"{number}-E1",
            "report_id": "initial-2026",
            "version": 1,
            "hash": "0" * 64,
            "items": [
                {"item": "2.1", "answer": "dispute", "words": "They are reviewed in time."},
                {"answer": "agree"},
            ],
        },
        "publication.approve": {
            "engagement_id": f"{number}-E1",
            "report_id": "initial-2026",
            "version": 1,
            "hash": "0" * 64,
        },
        "publication.return": {
            "engagement_id": f"{number}-E1",
            "report_id": "initial-2026",
            "version": 1,
            "why": "The summary is out of date.",
        },
        "reply.state": {
            "engagement_id": f"{number}-E1",
            "report_id": "initial-2026",
            "item": "2.1",
            "text": "Since May, every report is reviewed within five days.",
        },
        "report.correct": {
            "engagement_id": f"{number}-E1",
            "report_id": "initial-2026",
            "correction": 1,
            "item": "2.1",
            "before": "Reports of force are reviewed late.",
            "after": "Reports of force are reviewed late in one district.",
            "why": "The other districts were in time.",
        },
        "correction.approve": {
            "engagement_id": f"{number}-E1",
            "report_id": "initial-2026",
            "correction": 1,
        },
        "report.withdraw": {
            "engagement_id": f"{number}-E1",
            "report_id": "initial-2026",
            "why": "It was drafted from the files of another agency.",
        },
        "participant.register": {
            "id": "ny-post",
            "kind": "agency_system",
            "name": "New York",
            "sources": ["urn:cri:ny-post"],
            "oris": ["NY0303000"],
        },
        "program.define": {"id": "cri-tac", "name": "CRI-TAC", "status": "open"},
        "topic.define": {"id": "traffic_safety", "name": "Traffic safety", "aliases": ["traffic"]},
        "provider.list": {
            "id": PROVIDER,
            "name": "IACP",
            "programs": ["cri-tac"],
            "serves": ["local"],
        },
        "ruleset.approve": ruleset(),
        "calendar.define": calendar(),
        "staff.set": {"id": "staff:k7f2", "participant": OFFICE, "roles": ["worker"]},
        "solicitation.announce": solicitation(),
        "hold.set": {"id": "litigation-7", "participant": AGENCY, "reason": "litigation"},
        "person.forget": {
            "participant": AGENCY,
            "contact_id": "c-1",
            "because": "asked_by_person",
        },
        "agency.set": {"id": ORI, "known_domains": ["lapd.example"]},
        "request.direct": {
            "tracking_number": number,
            "action": "assign",
            "provider": PROVIDER,
            "reason": "only_candidate",
        },
    }
    return every[kind]


def ruleset(**changes: Any) -> dict[str, Any]:
    """Return a rule set of one rule."""
    return {
        "id": "cri-tac-2026-03",
        "version": 1,
        "effective_from": "2026-03-01T00:00:00Z",
        "rules": [rule()],
        "tie_break": ["score", "provider.id"],
        "clocks": {"offer_answer.standard": {"amount": 5, "unit": "working_days"}},
        **changes,
    }


def calendar(**changes: Any) -> dict[str, Any]:
    """Return a calendar with a holiday and a closure."""
    return {
        "id": "federal",
        "version": 2,
        "zone": "America/New_York",
        "holidays": ["2026-12-25"],
        "closures": [{"from": "2026-12-24", "until": "2026-12-24", "reason": "executive order"}],
        **changes,
    }


def solicitation(**changes: Any) -> dict[str, Any]:
    """Return the first version of a solicitation."""
    return {
        "id": "cri-tac-2026",
        "version": 1,
        "program": "cri-tac",
        "title": "Partners for technical assistance",
        "for": "providers",
        "opens_on": "2026-03-02",
        "closes_at": "2026-05-15T23:59:00-04:00",
        "url": "https://grants.example/cri-tac-2026",
        "summary": "Organizations that would help agencies.",
        "status": "open",
        **changes,
    }


def rule(**changes: Any) -> dict[str, Any]:
    """Return a rule."""
    return {
        "id": "campus-fit",
        "about": "provider",
        "effect": "prefer",
        "weight": 40,
        "when": [{"fact": "agency.cri_type", "in": ["campus"]}],
        "because": {"staff": "{provider.name} serves campus agencies."},
        **changes,
    }
