"""How invariants read the log: first occurrences, subjects, times, short type names."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.proofs.checker.run import Body, Record, Run

INTAKE, ROUTING, NOTICES = "cri.int.intake.v1", "cri.int.routing.v1", "cri.int.notifications.v1"
MAIL = "cri.int.mail.v1"
REFERENCE, ANSWERS = "cri.int.reference.v1", "cri.int.answers.v1"
CONFIDENTIAL, RELEASES = "cri.int.confidential.v1", "cri.pub.reports.v1"
DRAFTS, REPORTING = "cri.int.drafts.v1", "cri.int.reporting.v1"
TEXTS = "cri.int.texts.v1"
IN, OUT, DEAD = "cri.in.", "cri.out.", "cri.dlq."
DESK = "office-desk"
"""The participant for which the desk acts."""
WEB_DESK = "web-desk"
"""The participant for which the public desk acts."""
DESK_IN, WEB_DESK_IN = f"{IN}{DESK}.v1", f"{IN}{WEB_DESK}.v1"
CASE_TOLD, REPORT_TOLD = "gov.cri.case.told.v1", "gov.cri.report.told.v1"
EVENTS = ("cri.int.", "cri.pub.")
HEARTBEAT = "gov.cri.heartbeat.v1"
ACCEPTED = "gov.cri.submission.accepted.v1"
REFUSED = frozenset({"gov.cri.submission.refused.v1", "gov.cri.message.refused.v1"})
_TRACKING = re.compile(r"CRI-\d{4}-\d{6,}-[0-9A-Z]")


def events(run: Run, *prefixes: str) -> Iterator[tuple[Record, Body]]:
    """Yield every record of these topics that is a JSON object, repeats too."""
    for prefix in prefixes:
        for record in run.records(prefix):
            if record.body is not None:
                yield record, record.body


def firsts(run: Run, *prefixes: str) -> Iterator[tuple[Record, Body]]:
    """Yield the first occurrence of each event, by its id, in the order of each partition."""
    seen: set[tuple[str, Any]] = set()
    for record, body in events(run, *prefixes):
        identity = (record.topic, body.get("id"))
        if identity not in seen:
            seen.add(identity)
            yield record, body


def messages(run: Run) -> Iterator[tuple[str, Record, Body]]:
    """Yield (participant, record, message) for what participants were sent, but heartbeats."""
    for record, body in firsts(run, OUT):
        if body.get("type") != HEARTBEAT:
            yield participant_of(record.topic), record, body


def participant_of(place: str) -> str:
    """Return whose topic a place (or a topic) is."""
    return place.split("/", 1)[0].split(".")[2]


def short(body: Body) -> str:
    """Return the name of an event's type without what all types have in common."""
    parts = str(body.get("type")).split(".")
    return parts[-2] if len(parts) > 2 else str(body.get("type"))


def data_of(body: Body) -> Body:
    """Return the data, or nothing when it is no object."""
    data = body.get("data")
    return data if isinstance(data, dict) else {}


def is_tracking_number(subject: Any) -> bool:
    """Tell the subject of a request from other subjects."""
    return isinstance(subject, str) and _TRACKING.fullmatch(subject) is not None


def is_subscription(audience: Any) -> bool:
    """Tell a subscription, which only gets mails, from participants and their contacts."""
    return str(audience).startswith("subscription:")


def number_of(body: Body) -> int | None:
    """Return the sequence of an event, or the participant's number of a message."""
    text = body.get("sequence", body.get("participantsequence"))
    return int(text) if isinstance(text, str) and text.isdigit() else None


def moment(text: Any) -> datetime | None:
    """Return the moment that JSON or a row writes in its own way."""
    if text is None:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
