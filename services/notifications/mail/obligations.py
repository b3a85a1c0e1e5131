"""Decides which messages are also mailed, to whom, and in which words. Pure."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.notifications.mail import life
from services.notifications.mail.timing import Role, timing_of
from shared.clocks.written import moment_in_utc
from shared.contracts.event import derived_id
from shared.contracts.outbound import TYPES
from shared.contracts.services import WEB_DESK
from shared.mail.templates import NEWS, OFFER, STATUS, Template

ContactKey = tuple[str, str]
_STATUS_WORDS = {
    "accepted": "your request was received",
    "waiting": "your request is waiting",
    "offered": "a provider was asked",
    "referred": "the program office looks at your request",
    "assigned": "a provider has accepted",
    "in_delivery": "the work is under way",
    "delivered": "the work is reported as delivered",
    "closed": "your request is closed",
    "ineligible": "your request is not eligible",
    "withdrawn": "the request was withdrawn",
}
_NEWS = {
    "offer_changed": "the offer to you has changed",
    "offer_withdrawn": "the offer is withdrawn",
    "offer_lapsed": "the offer has lapsed",
    "engagement_opened": "your work begins",
    "engagement_changed": "the agency changed its request",
    "engagement_ended": "the work has ended",
    "engagement_affected": "news about your work",
    "referral_made": "a request waits for you",
    "came_too_late": "your change came too late",
    "clock_late": "somebody is late",
    "clock_moved": "a date has moved",
    "clock_reminder": "one working day is left",
    "clock_settled": "a delay is settled",
    "delivery_failed": "a mail did not arrive",
    "fact_check_asked": "a report is yours to check",
    "reply_asked": "a report is published",
    "publication_late": "a report is late",
    "report_status": "news about a report",
    "recommendation_changed": "news about a recommendation",
}
_TO_OFFICES = {
    TYPES["engagement_affected"]: "news about the work of a provider",
    TYPES["fact_check_asked"]: "a report is drafted",
}
"""Words for a program office, where those of `_NEWS` are for the participant that must act."""
_WHICH = (
    "report_id",
    "recommendation",
    "kind",
    "due_on",
    "clock",
    "offer_id",
    "engagement_id",
    "record",
)
"""The fields that say which report, clock, offer, work or message news of a request is about."""


_READ_ON_A_PAGE = {
    TYPES["fact_check_asked"]: "read the draft report and tell us what is wrong in it",
    TYPES["reply_asked"]: "read the report again and reply to it",
}
"""What an agency without a system does on the page of its request, in words."""
_KINDS = {
    "offer_withdrawn": life.OFFER_END,
    "offer_lapsed": life.OFFER_END,
    "delivery_failed": life.DELIVERY_FAILED,
}


_FOR_OFFICES = frozenset(
    TYPES[name]
    for name in (
        "clock_moved",
        "clock_reminder",
        "engagement_affected",
        "engagement_ended",
        "referral_made",
    )
)
"""What a program office gets as the office, even about a request that it entered for a caller."""


class Filled(NamedTuple):
    """The kind of a mail, its template, and what that is filled in with."""

    kind: str
    template: Template
    facts: dict[str, Any]


class Obligation(NamedTuple):
    """
    A message on its way to a participant, perhaps to be mailed, too.

    ``fact`` is the id of the event that it tells of, ``notice`` that of the notice about it.
    ``contact_ids`` are the contacts that the request names, the first one first, if the audience
    made it. ``role`` is that of the audience; ``is_urgent``: the request is in an urgent lane.
    """

    fact: str
    notice: str
    audience: str
    type: str
    value: bytes
    key: bytes
    contact_ids: Sequence[str] = ()
    role: Role = "provider"
    is_urgent: bool = False


class PreparedMail(NamedTuple):
    """A mail to be sent; ``facts`` is the JSON that its template is filled in with."""

    mail_id: str
    fact: str
    notice: str
    audience: str
    contact_id: str
    correlation: str
    key: bytes
    about: str
    number: int
    kind: str
    template: str
    facts: str
    matter: str
    timing: str


def is_for_requester(message_type: str) -> bool:
    """Return whether a participant that made a request gets messages of this type for it."""
    return message_type not in _FOR_OFFICES


def choose(named: Sequence[str], with_address: Collection[str]) -> str | None:
    """Return the first of *named* that has an address, else the first by id, else None."""
    return next(
        iter([each for each in named if each in with_address] or sorted(with_address)), None
    )


def choose_another(dead: str, named: Sequence[str], with_address: Collection[str]) -> str | None:
    """
    Return the contact to write to after a mail to the contact *dead* has failed for good.

    If the request does not name *dead*, the mail may be for an office and the request a caller's:
    no contact that it names is chosen then.
    """
    if dead in named:
        return choose(named, with_address)
    return choose((), set(with_address).difference(named))


def prepare(obligation: Obligation, with_address: Collection[str]) -> PreparedMail | None:
    """
    Return the mail for *obligation*; None if no contact of the audience has an address.

    *with_address* are the audience's contacts with one. The first contact that the request names
    is written to, and where it names none, the first by id. The same obligation gives the same
    mail, with the same id.
    """
    chosen = choose(obligation.contact_ids, with_address)
    if chosen is None:
        return None
    message = json.loads(obligation.value)
    data = message["data"]
    kind, template, facts = FILLED[obligation.type](data)
    is_reached_by_desk = "audience" in message
    if obligation.role == "office" and obligation.type in _TO_OFFICES:
        facts["about"] = _TO_OFFICES[obligation.type]
    if template is OFFER:
        facts["has_system"] = not is_reached_by_desk
    if obligation.audience == WEB_DESK and obligation.type in _READ_ON_A_PAGE:
        facts["on_page"] = _READ_ON_A_PAGE[obligation.type]
    if is_reached_by_desk and obligation.type == TYPES["engagement_opened"]:
        facts["engagement_id"] = data["engagement_id"]
    sending = timing_of(
        obligation.type, data, role=obligation.role, is_urgent=obligation.is_urgent
    )
    mail_id = derived_id(obligation.fact, f"mail:{template.id}", obligation.audience)
    return PreparedMail(
        mail_id,
        obligation.fact,
        obligation.notice,
        obligation.audience,
        chosen,
        message["correlationid"],
        obligation.key,
        message["subject"],
        int(message["participantsequence"]),
        kind,
        template.name,
        json.dumps(facts, ensure_ascii=False),
        *sending,
    )


# Only these fields are mailed: no text of a need or a note, no contact.
def _status(data: Mapping[str, Any]) -> Filled:
    next_ = data.get("next") or {}
    facts = {
        "tracking_number": data["tracking_number"],
        "status_words": _STATUS_WORDS.get(data["status"], "news about your request"),
        "sentence": data["sentence"],
        "next_what": next_.get("what"),
        "next_by": _moment(next_.get("by")),
        "elsewhere": data.get("elsewhere"),
    }
    return Filled(life.STATUS, STATUS, facts)


def _offer(data: Mapping[str, Any]) -> Filled:
    facts = {
        "tracking_number": data["tracking_number"],
        "sentence": data["sentence"],
        "expires_at": _moment(data["expires_at"]),
        "offer_id": data["offer_id"],
    }
    return Filled(life.OFFER, OFFER, facts)


def _news(name: str, about: str) -> "Fill":
    kind = _KINDS.get(name, life.NEWS)

    def filled(data: Mapping[str, Any]) -> Filled:
        facts = {
            "tracking_number": data["tracking_number"],
            "about": about,
            "sentence": data["sentence"],
            "which": [data[field] for field in _WHICH if data.get(field) is not None],
        }
        if name == "offer_changed":
            facts["offer_id"] = data["offer_id"]
        return Filled(kind, NEWS, facts)

    return filled


def _moment(text: str | None) -> str | None:
    return None if text is None else moment_in_utc(datetime.fromisoformat(text))


Fill = Callable[[Mapping[str, Any]], Filled]
FILLED: Mapping[str, Fill] = {
    TYPES["status_changed"]: _status,
    TYPES["offer_made"]: _offer,
    **{TYPES[name]: _news(name, about) for name, about in _NEWS.items()},
}
"""Each type that is mailed, with how its mail is filled in."""
