"""Folds events into the rows of cases, happenings and notices. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from pydantic_core import to_json

from services.desk.work.mails import audience_of, is_to_subscriber
from shared.contracts import intake, routing
from shared.contracts.later import LaterEvent
from shared.contracts.notifications import (
    AddressStateChanged,
    MailEvent,
    NoticeDecided,
    NoticeSettled,
    NoticeUndelivered,
    ParticipantReachable,
    ParticipantUnreachable,
)
from shared.contracts.tracking import names_request

RequestFact = intake.RequestEvent | routing.StateEvent | routing.AmendmentCameTooLate
"""Every event about a request, on both topics."""


@dataclass(slots=True)
class Case:
    """
    A row of ``cases``. The columns of a topic whose events are not in the batch are None.

    Before any event of routing, ``status`` is None. ``provider`` is the one asked or engaged.
    """

    request_id: str
    tracking_number: str
    agency: str | None = None
    state_code: str | None = None
    ori: str | None = None
    accepted_at: datetime | None = None
    first_contact_on: date | None = None
    status: str | None = None
    since: datetime | None = None
    program: str | None = None
    lane: str | None = None
    provider: str | None = None


class Happening(NamedTuple):
    """A row of ``happenings``; ``data`` is JSON."""

    request_id: str
    event_id: str
    number: int
    at: datetime
    type: str
    sentence: str | None
    data: str


class NoticeRow(NamedTuple):
    """The columns of ``notices`` that come from ``cri.int.notifications.v1``."""

    notice: str
    audience: str
    request_id: str | None
    fact_type: str
    channel: str
    outcome: str
    because: str | None
    at: datetime


class MailRow(NamedTuple):
    """The columns of ``notices`` that come from ``cri.int.mail.v1``."""

    notice: str
    audience: str
    mail: str | None
    mail_outcome: str


_LEFT_OUT = frozenset(
    {"request_id", "tracking_number", "participant", "decision", "facts", "need_stated", "asked"}
)
"""Fields of events that a happening does not repeat."""
_SHOWN_FACTS = frozenset({"version", "program", "urgency", "authority"})
"""The fields of a request's facts that a happening shows; the case has the others."""
_SHOWN_IF_OWN = frozenset({"contact_ids"})
"""Shown as well if this office entered the request for a caller: it keeps that contact itself."""
_WITH_PROVIDER = frozenset(
    {"offered", "assigned", "planned", "in_delivery", "delivered", "closed"}
)


def request_of(event: RequestFact | LaterEvent) -> tuple[str, str]:
    """Return the id and the tracking number of the request that *event* is about."""
    if isinstance(event, LaterEvent):
        return event.correlationid, event.subject
    return event.data.request_id, event.data.tracking_number


def fold_facts(case: Case, event: RequestFact | LaterEvent) -> None:
    """Bring the columns of intake up to date with *event*."""
    data = event.data
    if not isinstance(data, intake.RequestFacts):
        return
    case.agency = data.agency.name
    case.state_code = data.agency.state
    case.ori = data.agency.ori
    case.first_contact_on = data.first_contact_on
    if isinstance(event, intake.RequestAccepted):
        case.accepted_at = event.time


def fold_status(case: Case, event: routing.StateEvent | LaterEvent) -> None:
    """Bring the columns of routing up to date with *event*, which has a status."""
    data = event.data
    if data.status != case.status:
        case.since = event.time
    case.status, case.program, case.lane = data.status, data.program, data.lane
    if data.status not in _WITH_PROVIDER:
        case.provider = None
    elif (provider := getattr(data, "provider", None)) is not None:
        case.provider = provider


def happening(event: RequestFact | LaterEvent, *, office: str) -> Happening:
    """Return the entry of *event* in the timeline of its case; *office* is the desk's own name."""
    data = event.data
    decision = getattr(data, "decision", None)
    if isinstance(data, intake.RequestFacts):
        fields = _SHOWN_FACTS | _SHOWN_IF_OWN if data.participant == office else _SHOWN_FACTS
        shown = data.model_dump(mode="json", include=set(fields), exclude_none=True)
    else:
        shown = data.model_dump(mode="json", exclude=set(_LEFT_OUT), exclude_none=True)
    return Happening(
        request_id=request_of(event)[0],
        event_id=event.id,
        number=event.number,
        at=event.time,
        type=event.type.split(".")[3],
        sentence=None if decision is None else decision.because.staff,
        data=to_json(shown).decode(),
    )


def notices(event: NoticeDecided) -> list[NoticeRow]:
    """Return the decisions of *event*, one for each audience but subscribers."""
    request_id = event.correlationid if names_request(event.subject) else None
    fact_type = event.data.fact_type.split(".")[3]
    return [
        NoticeRow(
            event.id,
            notice.audience,
            request_id,
            fact_type,
            notice.channel,
            notice.outcome,
            notice.because,
            event.time,
        )
        for notice in event.data.notices
        if not is_to_subscriber(notice.audience)
    ]


_ABOUT_NO_MAIL = (
    AddressStateChanged, NoticeUndelivered, ParticipantUnreachable, ParticipantReachable,
)  # fmt: skip


def mail(event: MailEvent) -> MailRow | None:
    """Return the outcome of the mail or call in *event*; None without one, or for subscribers."""
    if isinstance(event, _ABOUT_NO_MAIL) or is_to_subscriber(event.data.contact):
        return None
    data = event.data
    outcome = event.type.split(".")[3].removeprefix("notice_")
    if isinstance(event, NoticeSettled):
        outcome = event.data.how
    return MailRow(data.notice, audience_of(event), data.mail, outcome)
