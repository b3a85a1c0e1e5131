"""Messages that are right in everything, for attacks to bend."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.proofs.hostile.attack import AGENCY

Message = dict[str, Any]


def envelope(
    kind: str, data: Any, *, number: str, participant: str = AGENCY, subject: str = "x"
) -> Message:
    """Return a message of ``gov.cri.<kind>.v1`` with an id made of *number*."""
    return {
        "specversion": "1.0",
        "id": f"hostile-{number}",
        "type": f"gov.cri.{kind}.v1",
        "source": f"urn:cri:{participant}:hostile",
        "subject": subject,
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


def submission(number: str, *, ori: str = "CA0194200", participant: str = AGENCY) -> Message:
    """Return a request that is accepted; its reference is made of *number*."""
    data = {
        "reference": f"ref-{number}",
        "agency": {
            "ori": ori,
            "name": "A police department",
            "cri_type": "local",
            "agency_class": "city",
            "state": f"US-{ori[:2]}",
        },
        "requested_by": {"role": "chief"},
        "topics": ["de_escalation"],
        "service_forms": ["consultation"],
        "goals": ["trust"],
        "need": {"issue": "Calls of this kind have doubled in two years."},
        "may_be_named": False,
        "program": "cri-tac",
    }
    return envelope("request.submit", data, number=number, participant=participant)


def status(number: str, about: str, *, participant: str = AGENCY) -> Message:
    """Return a question."""
    return envelope("status.ask", {"about": about}, number=number, participant=participant)


def capacity(number: str, entries: list[Any], *, participant: str) -> Message:
    """Return a declaration that is valid for a day."""
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    data = {"valid_until": until, "entries": entries}
    return envelope("capacity.declare", data, number=number, participant=participant)


def contact(number: str, **changed: Any) -> Message:
    """Return a contact under one and the same id."""
    data = {"contact_id": "desk", "name": "Desk", "email": "desk@agencies.example", **changed}
    return envelope("contact.set", data, number=number)


def encoded(message: Any) -> bytes:
    """Return the message as it is sent."""
    return json.dumps(message, ensure_ascii=False).encode()


def with_attributes(number: str, changes: Mapping[str, Any]) -> bytes:
    """Return a submission with other attributes."""
    return encoded({**submission(number), **changes})


def with_data(number: str, changes: Mapping[str, Any]) -> bytes:
    """Return a submission with other values in its data."""
    message = submission(number)
    message["data"] |= changes
    return encoded(message)
