"""How soon a message is mailed, if its recipient has chosen nothing. Pure."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from shared.contracts.outbound import TYPES

URGENT, MUST, AT_ONCE, DAILY, OFF = "urgent", "must", "at_once", "daily", "off"
"""
How soon a mail goes out. ``urgent`` goes out at any hour, ``must`` whatever the contact has
chosen; ``at_once`` and ``daily`` hold until the contact chooses otherwise, ``off`` is a choice.
"""
MUST_ARRIVE = frozenset({URGENT, MUST})
STATUS, OFFER, REMINDER = "status", "offer", "reminder"
"""The matters among which a contact chooses."""
Role = Literal["requester", "provider", "office"]
_NAMES = {kind: name for name, kind in TYPES.items()}
_MUST = frozenset({"offer_made", "offer_withdrawn", "engagement_ended", "delivery_failed"})
_TO_ACT_ON = frozenset({"engagement_opened", "publication_late", "report_status"})
"""Messages about its work that a provider must act on at once."""
_ENDS = frozenset({"closed", "ineligible", "withdrawn"})


class Sending(NamedTuple):
    """What a mail is about, and how soon it goes out."""

    matter: str
    timing: str


def timing_of(
    message_type: str, data: Mapping[str, Any], *, role: Role, is_urgent: bool = False
) -> Sending:
    """
    Return what a message to a *role* is about, and how soon it is mailed.

    *is_urgent*: its request is in an urgent lane.
    """
    name = _NAMES[message_type]
    matter = _matter(name)
    return Sending(
        matter, _must(name, data, role, is_urgent) or _usual(name, matter, role, is_urgent)
    )


def _matter(name: str) -> str:
    if name.startswith("offer_"):
        return OFFER
    return REMINDER if name.startswith("clock_") else STATUS


def _must(name: str, data: Mapping[str, Any], role: Role, is_urgent: bool) -> str | None:
    """Return how soon offers, refusals, withdrawals, ends and stops of work are mailed."""
    if role == "provider" and (name == "engagement_ended" or data.get("stopped")):
        return URGENT
    if name in ("fact_check_asked", "reply_asked") and role == "requester":
        return MUST
    if name == "offer_made" and is_urgent:
        return URGENT
    is_end = name == "status_changed" and data["status"] in _ENDS
    is_must = is_end or name in _MUST
    return MUST if is_must else None


def _usual(name: str, matter: str, role: Role, is_urgent: bool) -> str:
    """Return how soon other messages are mailed: most of an office's once a day."""
    if role == "office" and not is_urgent and name != "clock_reminder":
        return DAILY
    is_status = role == "provider" and matter == STATUS and name not in _TO_ACT_ON
    return DAILY if is_status else AT_ONCE
