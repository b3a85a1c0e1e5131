"""Reads what an event says about an assessment in public. Pure."""

from typing import Any, get_args

from services.desk.work.assessment import KEPT, Said
from shared.contracts.assessments import AssessmentEvent
from shared.contracts.publications import PublicationMessage
from shared.contracts.reporting import (
    FactCheckAsked,
    MessageApplied,
    MessageRefused,
    PublicationLate,
    ReportingEvent,
)

_ABOUT: frozenset[type] = frozenset(
    (*get_args(AssessmentEvent | PublicationMessage), *get_args(ReportingEvent))
)
_NOT_KEPT = frozenset(
    {
        *("focus_area.set", "finding.record", "recommendation.record", "recommendation.claim"),
        "report.read",
    }
)
"""The kinds of messages that do not change the desk's pages."""


def is_about(event: Any) -> bool:
    """Tell whether *event* is about an engagement that is assessed in public."""
    return type(event) in _ABOUT


def said_by(event: Any) -> Said | None:
    """Return the message or the decision in *event*; None if it changes nothing on the pages."""
    about = event.subject
    match event:
        case MessageApplied() | MessageRefused():
            if event.data.what in _NOT_KEPT:
                return None
            return Said(
                event.causationid,
                about,
                number=event.number,
                applied=isinstance(event, MessageApplied),
                settled_at=event.time,
            )
        case FactCheckAsked(data=asked):
            return Said(event.causationid, about, hash=asked.hash, due_at=asked.due_at)
        case PublicationLate():
            json = event.encode().decode()
            return Said(event.id, about, json, event.number, applied=True, settled_at=event.time)
        case _:
            return Said(event.id, about, event.encode().decode()) if type(event) in KEPT else None
