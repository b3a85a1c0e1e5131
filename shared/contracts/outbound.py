"""Messages that participants receive on ``cri.out.<participant>.v1``, from notifications."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime

from shared.contracts.event import Classification, Facts
from shared.contracts.intake import Reason, Window

SOURCE = "urn:cri:continuum:notifications"
TYPES = {
    "accepted": "gov.cri.submission.accepted.v1",
    "refused": "gov.cri.submission.refused.v1",
    "applied": "gov.cri.message.applied.v1",
    "message_refused": "gov.cri.message.refused.v1",
    "status_changed": "gov.cri.request.status_changed.v1",
    "status": "gov.cri.status.told.v1",
    "offer_made": "gov.cri.offer.made.v1",
    "offer_withdrawn": "gov.cri.offer.withdrawn.v1",
    "offer_lapsed": "gov.cri.offer.lapsed.v1",
    "engagement_opened": "gov.cri.engagement.opened.v1",
    "engagement_ended": "gov.cri.engagement.ended.v1",
    "referral_made": "gov.cri.referral.made.v1",
    "note_stated": "gov.cri.note.stated.v1",
    "came_too_late": "gov.cri.amendment.came_too_late.v1",
    "heartbeat": "gov.cri.heartbeat.v1",
}


class Message(Facts):
    """
    The envelope of participants' messages.

    ``participantsequence`` counts 1..n per participant without gaps; heartbeats have none.
    ``data`` is one of the models below, as JSON.
    """

    specversion: str = "1.0"
    id: str
    source: str = SOURCE
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: str = "application/json"
    dataclassification: Classification = "confidential"
    correlationid: str
    causationid: str
    inreplyto: str | None = None
    inreplytoid: str | None = None
    participantsequence: str | None = None
    traceparent: str | None = None
    data: Any


class Accepted(Facts):
    reference: str
    request_id: str
    tracking_number: str
    lane: str
    acknowledged_at: datetime
    repeat: bool = False
    possibly_related: list[str] = []


class Refused(Facts):
    """A refusal of a submission or of any other message."""

    reference: str | None = None
    refused_by: str
    reasons: list[Reason]
    more: int = 0
    elsewhere: str | None = None
    repeat: bool = False


class Applied(Facts):
    what: str
    about: str
    repeat: bool = False


class Note(Facts):
    """
    Restricted: the note that a provider wrote with its answer or its report.

    ``about`` is the offer or the engagement; ``answer`` is present for an offer.
    """

    tracking_number: str
    about: str
    provider: str
    answer: str | None = None
    note: str
    sentence: str


class CameTooLate(Facts):
    """
    Corrects the answer that an amendment was applied: the request had ended before.

    ``record`` and ``message_id`` identify the amendment, as its answer did.
    """

    tracking_number: str
    status: str
    record: str | None = None
    message_id: str | None = None
    sentence: str


class Next(Facts):
    """The next step, and its due time if a clock runs."""

    what: str
    by: AwareDatetime | None = None


class StatusChanged(Facts):
    tracking_number: str
    status: str
    since: AwareDatetime
    sentence: str
    program: str | None = None
    provider: str | None = None
    next: Next | None = None
    reasons: list[Reason] = []
    elsewhere: str | None = None


class AgencySummary(Facts):
    """The agency facts that a provider may see before it accepts."""

    name: str
    cri_type: str
    agency_class: str
    state: str
    sworn_band: str | None = None


class OfferMessage(Facts):
    offer_id: str
    tracking_number: str
    expires_at: AwareDatetime
    program: str
    agency: AgencySummary
    topics: list[str]
    service_forms: list[str]
    wished: Window
    sentence: str


class OfferEnd(Facts):
    offer_id: str
    tracking_number: str
    sentence: str


class ContactCard(Facts):
    contact_id: str
    name: str | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    zone: str | None = None


class EngagementMessage(Facts):
    """Restricted: sent only to the provider that accepted."""

    engagement_id: str
    tracking_number: str
    need: dict[str, str] | None
    contacts: list[ContactCard]
    sentence: str


class EngagementEnd(Facts):
    """Tells a provider that its engagement ended."""

    engagement_id: str
    tracking_number: str
    status: str
    sentence: str


class Referral(Facts):
    """Tells the program office that a request waits for its ``request.direct``."""

    tracking_number: str
    reason: str
    sentence: str
    provider: str | None = None
    counter: Window | None = None
    counter_service_forms: list[str] = []


class StatusLine(Facts):
    """
    One request in a status answer.

    An engaged provider also gets the current topics, service forms and dates, which may have been
    amended after its offer.
    """

    tracking_number: str
    status: str
    since: AwareDatetime
    sentence: str
    program: str | None = None
    provider: str | None = None
    offer_id: str | None = None
    expires_at: AwareDatetime | None = None
    engagement_id: str | None = None
    topics: list[str] | None = None
    service_forms: list[str] | None = None
    wished: Window | None = None


class StatusAnswer(Facts):
    """
    The answer to ``status.ask``: one page of the requests that the asker may see.

    ``more`` is how many requests follow; ``next`` is then the ``after`` of the next question.
    """

    about: str
    as_of: AwareDatetime
    requests: list[StatusLine]
    more: int = 0
    next: str | None = None
    repeat: bool = False


class Heartbeat(Facts):
    """The participant's last ``participantsequence``, and the first that is still on its topic."""

    head: int
    first: int | None = None
    """Messages with smaller sequences are no longer on the topic."""
